# SPDX-License-Identifier: Apache-2.0
"""Clients of a Spark Connect server, in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from brokers import Publisher, connect_server, eventually, written
from pyspark.sql import SparkSession

import mqtt_partitioned

pytest.importorskip("grpc", reason="pyspark[connect] is not installed")

JAR = mqtt_partitioned.jar_path()


@pytest.fixture(scope="module")
def server_without_jar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of a server that does not know the connector."""
    yield from connect_server(tmp_path_factory.mktemp("connect"))


def test_readme_on_a_server_with_the_jar(
    readme: str,
    server_with_jar: str,
    broker_url: str,
    publisher: Publisher,
    spark: SparkSession,
    tmp_path: Path,
) -> None:
    local = 'mqtt_partitioned.configure(SparkSession.builder.appName("sensors"))'
    for example, value in [
        (local, f"SparkSession.builder.remote('{server_with_jar}')"),
        ("tcp://localhost:1883", broker_url),
        ("/data/", f"{tmp_path}/"),
    ]:
        assert example in readme
        readme = readme.replace(example, value)
    output = tmp_path / "output.txt"
    with output.open("wb") as log:
        process = subprocess.Popen([sys.executable, "-c", readme], stdout=log, stderr=log)
    try:
        publisher.publish("factory/connect", ["21"])
        expected = [("factory/connect", "21")]
        eventually(
            lambda: written(spark, tmp_path / "sensors") == expected,
            lambda: process.poll() is None,
            output.read_text,
        )
    finally:
        process.kill()
        process.wait()


def test_a_jar_that_came_as_an_artifact_is_refused(server_without_jar: str) -> None:
    client = (
        "from pyspark.sql import SparkSession\n"
        f"spark = SparkSession.builder.remote('{server_without_jar}').getOrCreate()\n"
        f"spark.addArtifacts('{JAR}')\n"
        "reader = spark.readStream.format('mqtt-partitioned').option('topics', 'a')\n"
        "try:\n"
        "    reader.load('tcp://localhost').schema\n"
        "except Exception as e:\n"
        "    print(str(e).splitlines()[0])\n"
    )
    ran = subprocess.run([sys.executable, "-c", client], capture_output=True, text=True, check=True)
    assert "[MQTT_JAR_OF_ONE_SESSION]" in ran.stdout
    assert "start the Connect server with --jars" in ran.stdout


@pytest.mark.parametrize("mode", ['remote("local[2]")', 'config("spark.api.mode", "connect")'])
def test_configure_serves_a_server_that_pyspark_starts(mode: str) -> None:
    client = (
        "import mqtt_partitioned\n"
        "from pyspark.sql import SparkSession\n"
        f"builder = mqtt_partitioned.configure(SparkSession.builder.{mode})\n"
        "reader = builder.getOrCreate().readStream.format('mqtt-partitioned')\n"
        "print(reader.option('topics', 'a').load('tcp://localhost').columns)\n"
    )
    environment = os.environ | {"SPARK_TESTING": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", client], capture_output=True, text=True, check=False, env=environment
    )
    assert "'payload'" in ran.stdout, ran.stderr


def test_names_of_sparkplug_are_refused(server_with_jar: str) -> None:
    client = (
        "from mqtt_partitioned.sparkplug import with_names\n"
        "from pyspark.sql import SparkSession\n"
        f"spark = SparkSession.builder.remote('{server_with_jar}').getOrCreate()\n"
        "try:\n"
        "    with_names(spark.range(1))\n"
        "except RuntimeError as e:\n"
        "    print(e)\n"
    )
    ran = subprocess.run([sys.executable, "-c", client], capture_output=True, text=True, check=True)
    assert "Run the query in a classic session" in ran.stdout
