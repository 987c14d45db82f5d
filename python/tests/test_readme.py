# SPDX-License-Identifier: Apache-2.0
"""The Python example of README.md."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from brokers import Publisher, eventually, written
from pyspark.sql import SparkSession


def test_readme_feeds_parquet(
    readme: str,
    broker_url: str,
    publisher: Publisher,
    spark: SparkSession,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for example, value in [("tcp://localhost:1883", broker_url), ("/data/", f"{tmp_path}/")]:
        assert example in readme
        readme = readme.replace(example, value)
    script = tmp_path / "sensors.py"
    script.write_text(readme)
    output = tmp_path / "output.txt"
    began = time.monotonic()
    with output.open("wb") as log:
        process = subprocess.Popen([sys.executable, script], stdout=log, stderr=log)
    try:
        publisher.publish("factory/1/temperature", ["21"])
        table = tmp_path / "sensors"
        expected = [("factory/1/temperature", "21")]
        eventually(
            lambda: written(spark, table) == expected,
            lambda: process.poll() is None,
            output.read_text,
        )
        seconds = time.monotonic() - began
        with capsys.disabled():
            print(f" first row {seconds:.1f} s after the start of Python ", end="")
    finally:
        process.kill()
        process.wait()
