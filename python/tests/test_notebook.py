# SPDX-License-Identifier: Apache-2.0
"""The notebook in examples/, from top to bottom."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from brokers import ROOT

nbformat = pytest.importorskip("nbformat", reason="the notebook needs the newest pyspark's tools")

# How long no query runs.
PAUSE_SECONDS = 5
REPORTS = Path(__file__).parents[1] / "target" / "notebook"


def test_the_notebook_runs_from_top_to_bottom() -> None:
    from nbclient import NotebookClient

    notebook = nbformat.read(ROOT / "examples/sensors.ipynb", as_version=4)
    resources = {"metadata": {"path": str(ROOT / "examples")}}
    NotebookClient(notebook, timeout=300, resources=resources).execute()
    REPORTS.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, REPORTS / "sensors.ipynb")
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    plots = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(plots) == 2
    # The seconds without a query are there, too.
    texts = "".join(output.get("text", "") for output in outputs)
    gap = re.search(r"longest gap (\d+) s", texts)
    assert gap is not None, texts
    assert int(gap.group(1)) < PAUSE_SECONDS, texts
