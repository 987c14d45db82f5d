# SPDX-License-Identifier: Apache-2.0
"""What the tests use: a broker, a publisher, a Spark session, and the README."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from brokers import ROOT, Publisher, broker, connect_server, mosquitto
from pyspark import __version__ as pyspark_version
from pyspark.sql import DataFrame, SparkSession

import mqtt_partitioned

os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
# By it spark-submit finds pyspark, and Spark its workers.
os.environ["PYSPARK_PYTHON"] = sys.executable


def pytest_report_header() -> str:
    """Name the two sides of the tests."""
    return f"pyspark {pyspark_version}, broker {mosquitto() or 'embedded'}"


@pytest.fixture
def broker_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of a broker. It has no session of another test, which would take messages."""
    with broker(tmp_path_factory.mktemp("broker")) as url:
        yield url


@pytest.fixture
def publisher(broker_url: str) -> Iterator[Publisher]:
    """Return a client that publishes to the broker."""
    publisher = Publisher(broker_url)
    yield publisher
    publisher.close()


@pytest.fixture(scope="session")
def builder() -> SparkSession.Builder:
    """Return what makes the session of the tests, without the connector."""
    return (
        SparkSession.builder.master("local[2]")
        .appName("tests")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
    )


@pytest.fixture(scope="session")
def spark(builder: SparkSession.Builder) -> Iterator[SparkSession]:
    """Return a session with the connector."""
    session = mqtt_partitioned.configure(builder).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the Connect server keeps its tables."""
    return tmp_path_factory.mktemp("warehouse")


@pytest.fixture(scope="session")
def server_with_jar(tmp_path_factory: pytest.TempPathFactory, warehouse: Path) -> Iterator[str]:
    """Return the URL of a Connect server that has the connector."""
    yield from connect_server(
        tmp_path_factory.mktemp("connect"),
        f"--jars={mqtt_partitioned.jar_path()}",
        f"--conf=spark.sql.warehouse.dir={warehouse}",
    )


@pytest.fixture
def sensors(spark: SparkSession, broker_url: str, request: pytest.FixtureRequest) -> DataFrame:
    """Return the messages below a topic that has the test's name."""
    return (
        spark.readStream.format("mqtt-partitioned")
        .option("brokerUrl", broker_url)
        .option("topics", f"{request.node.name}/#")
        .option("partitions", 2)
        .option("drainTimeout", "1s")
        .load()
    )


@pytest.fixture(scope="session")
def readme() -> str:
    """Return README's example for Python, as a reader copies it."""
    return snippet(ROOT / "README.md")


def snippet(page: Path) -> str:
    """Return the only block of Python in a page."""
    blocks = re.findall(r"(?ms)^```python\n(.*?)^```$", page.read_text(encoding="utf-8"))
    assert len(blocks) == 1, f"{page} has {len(blocks)} blocks of Python"
    return str(blocks[0])
