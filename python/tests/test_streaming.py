# SPDX-License-Identifier: Apache-2.0
"""Queries of the shared session, as a notebook has them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from brokers import Publisher, eventually
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming.query import StreamingQuery

import mqtt_partitioned

NAMES = [f"m{number}" for number in range(100)]


def watch(query: StreamingQuery) -> tuple[Callable[[], bool], Callable[[], object]]:
    """Return whether a query lives, and what it is like."""
    return lambda: query.isActive, lambda: query.exception() or query.lastProgress


def payloads(table: DataFrame) -> list[str]:
    """Return the payloads as text, sorted as they were published."""
    rows = table.selectExpr("cast(payload as string) text").collect()
    return sorted((row.text for row in rows), key=lambda text: int(text[1:]))


def test_foreach_batch_gets_each_message_once(
    sensors: DataFrame, publisher: Publisher, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    batches: dict[int, list[str]] = {}

    def note(batch: DataFrame, number: int) -> None:
        batches[number] = payloads(batch)

    query = (
        sensors.writeStream.foreachBatch(note)
        .option("checkpointLocation", str(tmp_path / "checkpoint"))
        .start()
    )
    try:
        publisher.publish(f"{request.node.name}/a", NAMES)
        eventually(lambda: sum(map(len, batches.values())) >= len(NAMES), *watch(query))
    finally:
        query.stop()
    texts = [text for batch in batches.values() for text in batch]
    assert sorted(texts) == sorted(NAMES)


def test_available_now_ends_with_what_the_broker_held(
    sensors: DataFrame,
    spark: SparkSession,
    publisher: Publisher,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    def run() -> None:
        query = (
            sensors.writeStream.format("parquet")
            .option("path", str(tmp_path / "table"))
            .option("checkpointLocation", str(tmp_path / "checkpoint"))
            .trigger(availableNow=True)
            .start()
        )
        assert query.awaitTermination(120)

    run()
    # The sessions of the first run wait at the broker.
    publisher.publish(f"{request.node.name}/a", NAMES)
    run()
    assert payloads(spark.read.parquet(str(tmp_path / "table"))) == NAMES


def test_goes_on_after_a_stop_in_the_same_session(
    sensors: DataFrame,
    spark: SparkSession,
    publisher: Publisher,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    def rows() -> list[str]:
        table = tmp_path / "table"
        table.mkdir(exist_ok=True)
        return payloads(spark.read.schema("payload binary").parquet(str(table)))

    half = len(NAMES) // 2
    for part in (NAMES[:half], NAMES[half:]):
        query = (
            sensors.writeStream.format("parquet")
            .option("path", str(tmp_path / "table"))
            .option("checkpointLocation", str(tmp_path / "checkpoint"))
            .start()
        )
        try:
            publisher.publish(f"{request.node.name}/a", part)
            eventually(lambda part=part: set(part) <= set(rows()), *watch(query))  # type: ignore[misc]
        finally:
            query.stop()
    assert rows() == NAMES


def test_last_progress_has_the_metrics_of_the_source(
    sensors: DataFrame, publisher: Publisher, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    query = (
        sensors.writeStream.format("noop")
        .option("checkpointLocation", str(tmp_path / "checkpoint"))
        .start()
    )
    try:
        publisher.publish(f"{request.node.name}/a", NAMES)
        eventually(
            lambda: sum(progress["numInputRows"] for progress in query.recentProgress)
            == len(NAMES),
            *watch(query),
        )
        progress = query.lastProgress
    finally:
        query.stop()
    assert progress is not None
    (source,) = progress["sources"]
    assert source["description"].startswith("mqtt-partitioned")
    metrics = source["metrics"]
    assert (metrics["backlog.0"], metrics["backlog.1"]) == ("0", "0"), metrics


def test_configure_leaves_a_session_with_the_connector_as_it_is(spark: SparkSession) -> None:
    again = mqtt_partitioned.configure(SparkSession.builder.appName("second cell")).getOrCreate()
    assert again is spark
    assert spark.conf.get("spark.jars") == mqtt_partitioned.jar_path()
