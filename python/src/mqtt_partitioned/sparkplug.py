# SPDX-License-Identifier: Apache-2.0
"""Sparkplug B (Eclipse Sparkplug Specification 3.0) in PySpark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mqtt_partitioned._session import require_connector

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["with_names"]


def with_names(messages: DataFrame) -> DataFrame:
    """Decode messages, and give their metrics the names and data types of their BIRTH.

    The result has all rows and columns of ``messages``, and behind them a column ``sparkplug``:
    ``docs/topics.md`` says what is in it. The step is stateful, and a streaming query of it runs
    in append mode. In a batch query the state begins empty. It is ``Sparkplug.withNames`` of the
    connector's jar, so no row passes through Python.

    Args:
        messages: Rows of the source, with ``topic`` (string) and ``payload`` (binary).

    Returns:
        The rows with the column ``sparkplug``.

    Raises:
        RuntimeError: The session is one of Spark Connect, or its JVM has no connector.
        pyspark.errors.IllegalArgumentException: ``topic`` or ``payload`` is missing or has another
            type, or there is a column ``sparkplug`` already.

    """
    if type(messages).__module__.startswith("pyspark.sql.connect"):
        raise RuntimeError(
            "with_names() needs a session with a JVM of its own, but this DataFrame is one of "
            "Spark Connect. Run the query in a classic session. To decode without names, use "
            "sparkplug_decode(payload): the server has it with "
            "spark.sql.extensions=io.github.mqttpartitioned.MqttExtensions."
        )
    from pyspark.sql import DataFrame

    session = messages.sparkSession
    jvm: Any = session.sparkContext._jvm
    require_connector(jvm)
    named = jvm.io.github.mqttpartitioned.Sparkplug.withNames(messages._jdf)
    return DataFrame(named, session)
