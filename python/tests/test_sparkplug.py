# SPDX-License-Identifier: Apache-2.0
"""Sparkplug's names of metrics, from Python."""

from __future__ import annotations

import pytest
from pyspark.errors import IllegalArgumentException
from pyspark.sql import SparkSession

from mqtt_partitioned.sparkplug import with_names

# As the specification's protobuf has them: timestamp 1, a metric (name, alias, datatype Int32,
# value 7), seq 0; then timestamp 2, a metric (alias, value 9), seq 1.
BIRTH = bytes.fromhex("0801120d0a0573706565641001200350071800")
DATA = bytes.fromhex("08021204100150091801")


def test_data_gets_the_names_of_its_birth(spark: SparkSession) -> None:
    messages = spark.createDataFrame(
        [
            (1, "spBv1.0/plant/NDATA/press", bytearray(DATA)),
            (2, "spBv1.0/plant/NBIRTH/press", bytearray(BIRTH)),
            (3, "plant/press", bytearray(b"21")),
        ],
        "id int, topic string, payload binary",
    )
    named = with_names(messages)
    assert named.columns == ["id", "topic", "payload", "sparkplug"]
    metric = "sparkplug.metrics[0]"
    rows = named.selectExpr("id", "sparkplug.birth", f"{metric}.name", f"{metric}.long_value")
    assert [tuple(row) for row in rows.orderBy("id").collect()] == [
        (1, "known", "speed", 9),
        (2, "known", "speed", 7),
        (3, None, None, None),
    ]


def test_a_missing_column_is_an_error(spark: SparkSession) -> None:
    with pytest.raises(IllegalArgumentException, match="MQTT_SPARKPLUG_COLUMNS"):
        with_names(spark.range(1).toDF("topic"))
