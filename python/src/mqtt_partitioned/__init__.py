# SPDX-License-Identifier: Apache-2.0
"""The connector mqtt-partitioned for PySpark: the jar, and what hands it to Spark.

The connector reads MQTT 5 topics into Spark Structured Streaming::

    import mqtt_partitioned
    from pyspark.sql import SparkSession

    spark = mqtt_partitioned.configure(SparkSession.builder).getOrCreate()
    spark.readStream.format("mqtt-partitioned").option("brokerUrl", "tcp://localhost:1883")

The package carries the connector's jar. It needs a pyspark beside it, and a JDK 17 or 21.
"""

from __future__ import annotations

from importlib.metadata import version

from mqtt_partitioned._jar import jar_path
from mqtt_partitioned._session import configure
from mqtt_partitioned._sessions import end_sessions

__all__ = ["__version__", "configure", "end_sessions", "jar_path"]

__version__ = version("mqtt-partitioned")
