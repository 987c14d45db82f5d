# SPDX-License-Identifier: Apache-2.0
"""The sensors' messages as a streaming table."""

import os

from pyspark import pipelines as dp
from pyspark.sql import DataFrame, SparkSession

BROKER_URL = os.environ.get("BROKER_URL", "tcp://localhost:1883")


@dp.table
def readings() -> DataFrame:
    """Return the readings that have come since the run before."""
    return (
        SparkSession.active()
        .readStream.format("mqtt-partitioned")
        .option("brokerUrl", BROKER_URL)
        .option("topics", "factory/#")
        .option("topicColumns", "factory/{hall}/{line}/{device}/{kind}")
        .option("partitions", 2)
        .load()
        .selectExpr(
            "timestamp",
            "hall",
            "device",
            "kind",
            "from_json(cast(payload as string), 'value double').value AS value",
        )
    )
