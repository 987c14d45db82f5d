# SPDX-License-Identifier: Apache-2.0
"""The sessions of a checkpoint that is given up."""

from __future__ import annotations

from pathlib import Path

import pytest
from brokers import broker
from pyspark.errors import IllegalArgumentException
from pyspark.sql import SparkSession

from mqtt_partitioned import end_sessions

PARTITIONS = 2


def test_a_checkpoint_without_a_source_is_an_error(spark: SparkSession, tmp_path: Path) -> None:
    with pytest.raises(IllegalArgumentException, match="MQTT_NO_STORED_SOURCE"):
        end_sessions(spark, str(tmp_path))


def test_a_checkpoint_that_is_given_up_leaves_nothing(
    spark: SparkSession, broker_url: str, tmp_path: Path
) -> None:
    run_query(spark, broker_url, tmp_path)
    assert (tmp_path / "sources/0/stores").is_dir()
    assert end_sessions(spark, str(tmp_path)) == PARTITIONS
    assert not (tmp_path / "sources/0/stores").exists()
    assert end_sessions(spark, str(tmp_path), sourceName="0") == 0


def test_a_broker_that_is_away_is_an_error_that_begins_with_the_reason(
    spark: SparkSession, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with broker(tmp_path_factory.mktemp("broker")) as url:
        run_query(spark, url, tmp_path)
    with pytest.raises(RuntimeError, match=r"^\[MQTT_SESSIONS_NOT_ENDED\] 2 of 2 sessions"):
        end_sessions(spark, str(tmp_path), connectTimeout="2s")


def run_query(spark: SparkSession, broker_url: str, checkpoint: Path) -> None:
    """Run a query that leaves sessions and stores."""
    query = (
        spark.readStream.format("mqtt-partitioned")
        .option("brokerUrl", broker_url)
        .option("topics", "given/up")
        .option("partitions", PARTITIONS)
        .load()
        .writeStream.format("noop")
        .option("checkpointLocation", str(checkpoint))
        .trigger(availableNow=True)
        .start()
    )
    assert query.awaitTermination(120)
