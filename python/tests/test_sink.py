# SPDX-License-Identifier: Apache-2.0
"""Rows go to the broker, and what a query has stored is read by a batch."""

from __future__ import annotations

from pathlib import Path

import pytest
from brokers import Publisher, eventually
from pyspark.sql import SparkSession


def test_rows_are_written_and_stored_messages_are_read(
    spark: SparkSession,
    broker_url: str,
    publisher: Publisher,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    topic = f"{request.node.name}/a"
    checkpoint = str(tmp_path / "checkpoint")
    query = (
        spark.readStream.format("mqtt-partitioned")
        .option("topics", topic)
        .option("partitions", 2)
        .option("retention", "1h")
        .load(broker_url)
        .selectExpr("split(topic, '/')[1] as device", "payload")
        .writeStream.format("mqtt-partitioned")
        .option("topic", "back/{device}")
        .option("checkpointLocation", checkpoint)
        .start(broker_url)
    )

    def confirmed() -> int:
        progress = query.lastProgress
        return int(progress["sink"]["metrics"].get("messagesConfirmed", 0)) if progress else 0

    try:
        # The query has subscribed when this returns.
        publisher.publish(topic, ["m0"])
        rows = spark.range(1, 100).selectExpr("concat('m', id) as payload")
        rows.write.format("mqtt-partitioned").mode("append").option("topic", topic).save(broker_url)
        eventually(
            lambda: confirmed() == 100,
            lambda: query.isActive,
            lambda: query.exception() or query.lastProgress,
        )
        stored = spark.read.format("mqtt-partitioned").option("sourceCheckpoint", checkpoint).load()
        stored.createOrReplaceTempView("stored")
        texts = spark.sql("select cast(payload as string) text from stored").collect()
        assert {row.text for row in texts} == {f"m{number}" for number in range(100)}
    finally:
        query.stop()
