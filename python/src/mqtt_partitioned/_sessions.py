# SPDX-License-Identifier: Apache-2.0
"""What a query leaves behind when its checkpoint is given up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mqtt_partitioned._session import require_connector

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def end_sessions(spark: SparkSession, checkpoint: str, **options: str) -> int:
    """End the broker sessions of a checkpoint that is given up, and remove its stores.

    Until a session ends, some brokers give it a part of the group's messages. What the stores and
    the broker hold for the query is lost. The query must not run. If a session cannot be ended,
    the stores stay, and the call can be repeated.

    Args:
        spark: A classic session. On a cluster the stores are removed on its executors' hosts.
        checkpoint: The query's ``checkpointLocation``.
        options: Options of the source that say how to connect, such as ``username`` and
            ``passwordFile``. The checkpoint knows the brokers and the client ids. An option with
            a dot in its name is given as ``**{"ssl.truststore.location": "…"}``.

    Returns:
        How many sessions there were.

    Raises:
        RuntimeError: The session is one of Spark Connect, its JVM has no connector, the query
            runs, a broker does not let a session end, or stores are left on hosts without an
            executor. The message begins with the condition that docs/errors.md explains.
        pyspark.errors.IllegalArgumentException: The checkpoint has no source of this format, or an
            option is wrong.

    """
    if type(spark).__module__.startswith("pyspark.sql.connect"):
        raise RuntimeError(
            "end_sessions() needs a session with a JVM of its own, but this one is of Spark "
            "Connect. Call it in a classic session."
        )
    from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]

    jvm: Any = spark.sparkContext._jvm
    require_connector(jvm)
    given = jvm.java.util.HashMap()
    for name, value in options.items():
        given.put(name, str(value))
    try:
        return int(jvm.io.github.mqttpartitioned.Sessions.end(checkpoint, given))
    except Py4JJavaError as e:
        # Its first line would name the call, and the reason would stand among Java's frames.
        raise RuntimeError(e.java_exception.getMessage()) from e
