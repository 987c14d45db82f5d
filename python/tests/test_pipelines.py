# SPDX-License-Identifier: Apache-2.0
"""The declarative pipeline in examples/."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from brokers import ROOT, Publisher
from pyspark.sql import DataFrame, SparkSession

from mqtt_partitioned import end_sessions

pytest.importorskip("pyspark.pipelines", reason="pipelines came with Spark 4.1")
pytest.importorskip("grpc", reason="pyspark[pipelines] is not installed")

EXAMPLE = ROOT / "examples/pipeline"


@pytest.fixture
def pipeline(tmp_path: Path) -> Path:
    """Return a copy of the example that keeps everything in a folder of its own."""
    folder = tmp_path / "pipeline"
    shutil.copytree(EXAMPLE, folder)
    specification = folder / "spark-pipeline.yml"
    text = specification.read_text()
    storage = "file:///tmp/factory-pipeline"
    assert storage in text
    specification.write_text(text.replace(storage, f"file://{tmp_path}/storage"))
    return folder


def spark_pipelines(server: str, folder: Path, broker_url: str, *arguments: str) -> str:
    """Run spark-pipelines on a server whose catalog outlives the run."""
    command = [
        str(Path(sys.executable).parent / "spark-pipelines"),
        *arguments,
        "--remote",
        server,
    ]
    environment = os.environ | {"BROKER_URL": broker_url}
    ran = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    output = ran.stdout + ran.stderr
    assert ran.returncode == 0, output
    assert "Run is COMPLETED" in output
    return output


@contextmanager
def silent_listener() -> Iterator[tuple[str, list[object]]]:
    """Listen as a broker does, and note who connects."""
    connections: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                try:
                    connections.append(listener.accept())
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}", connections


def test_two_runs_take_what_the_broker_held(
    server_with_jar: str,
    warehouse: Path,
    pipeline: Path,
    broker_url: str,
    publisher: Publisher,
    spark: SparkSession,
    tmp_path: Path,
) -> None:
    # Definitions are evaluated, and nothing connects.
    with silent_listener() as (url, connections):
        spark_pipelines(server_with_jar, pipeline, url, "dry-run")
        assert not connections
    assert not (tmp_path / "storage").exists()

    def table(name: str) -> DataFrame:
        return spark.read.parquet(str(warehouse / name))

    def values() -> list[float]:
        return sorted(row.value for row in table("readings").select("value").collect())

    spark_pipelines(server_with_jar, pipeline, broker_url, "run")
    for value in range(3):
        publisher.publish("factory/hall-1/line-1/press-100/temperature", [f'{{"value":{value}}}'])
    spark_pipelines(server_with_jar, pipeline, broker_url, "run")
    assert values() == [0, 1, 2]
    halls = table("halls").collect()
    assert [(row.hall, row.readings, row["mean"]) for row in halls] == [("hall-1", 3, 1.0)]
    assert len(list((tmp_path / "storage/_checkpoints").rglob("source.*.json"))) == 1

    # A full refresh begins a new checkpoint, and leaves the old one with its stores.
    spark_pipelines(server_with_jar, pipeline, broker_url, "run", "--full-refresh", "readings")
    assert values() == []
    stores = list((tmp_path / "storage/_checkpoints").rglob("stores"))
    assert len(stores) == 2
    old = min((folder.parents[2] for folder in stores), key=lambda folder: int(folder.name))
    assert end_sessions(spark, str(old)) > 0
    assert len(list((tmp_path / "storage/_checkpoints").rglob("stores"))) == 1
