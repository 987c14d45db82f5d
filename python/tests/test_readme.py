# SPDX-License-Identifier: Apache-2.0
"""The Python example of README.md."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from brokers import Publisher, eventually, written
from pyspark.sql import SparkSession


def test_readme_feeds_parquet(
    readme: str, broker_url: str, publisher: Publisher, spark: SparkSession, tmp_path: Path
) -> None:
    for example, value in [("tcp://localhost:1883", broker_url), ("/data/", f"{tmp_path}/")]:
        assert example in readme
        readme = readme.replace(example, value)
    script = tmp_path / "sensors.py"
    script.write_text(readme)
    output = tmp_path / "output.txt"
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
    finally:
        process.kill()
        process.wait()
