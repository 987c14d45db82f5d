# SPDX-License-Identifier: Apache-2.0
"""What a Python user sees of a mistake: the first line says what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from brokers import free_port
from pyspark.errors import IllegalArgumentException, StreamingQueryException
from pyspark.sql import SparkSession


def first_line(error: BaseException) -> str:
    """Return the line that a notebook shows last, and a log first."""
    return str(error).splitlines()[0]


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (
            {"brokerUrl": "tcp://localhost:1883", "topics": "a", "partition": "2"},
            "[MQTT_UNKNOWN_OPTION] Unknown option 'partition'. Did you mean 'partitions'? ",
        ),
        (
            {"brokerUrl": "tcp://localhost:1883", "topic": "a"},
            "[MQTT_INVALID_OPTIONS] There are 2 problems with the options: topic, topics",
        ),
        ({"brokerUrl": "localhost", "topics": "a"}, "[MQTT_INVALID_OPTION] Option brokerUrl: "),
        ({"topics": "a"}, "[MQTT_MISSING_OPTION] Option brokerUrl is missing. "),
    ],
)
def test_wrong_options_fail_at_load(
    spark: SparkSession, options: dict[str, str], line: str
) -> None:
    reader = spark.readStream.format("mqtt-partitioned").options(**options)
    with pytest.raises(IllegalArgumentException) as raised:
        reader.load()
    assert first_line(raised.value).startswith(line), raised.value


def test_a_broker_that_does_not_answer_fails_the_query(spark: SparkSession, tmp_path: Path) -> None:
    url = f"tcp://127.0.0.1:{free_port()}"
    query = (
        spark.readStream.format("mqtt-partitioned")
        .option("topics", "a")
        .option("connectTimeout", "1s")
        .load(url)
        .writeStream.format("noop")
        .option("checkpointLocation", str(tmp_path))
        .start()
    )
    with pytest.raises(StreamingQueryException) as raised:
        query.awaitTermination(60)
    assert "[MQTT_BROKER_UNREACHABLE]" in first_line(raised.value), raised.value
    assert url in first_line(raised.value), raised.value
