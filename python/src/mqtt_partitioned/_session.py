# SPDX-License-Identifier: Apache-2.0
"""The jar among the jars of a Spark session."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mqtt_partitioned._jar import jar_path

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_JARS = "spark.jars"
_A_CLASS = "io/github/mqttpartitioned/spark/MqttTableProvider.class"


def configure(builder: SparkSession.Builder) -> SparkSession.Builder:
    """Add the connector's jar to the session that a builder makes.

    Jars that the builder or ``spark-defaults.conf`` name in ``spark.jars`` stay. In a JVM that
    has the connector already (a notebook's second session, ``spark-submit --jars``) there is
    nothing to add, and the builder stays as it is.

    Args:
        builder: ``SparkSession.builder`` with any settings.

    Returns:
        The same builder.

    Raises:
        RuntimeError: The jar cannot be set from here: the builder is for a Spark Connect server,
            a JVM without the connector runs already, or ``PYSPARK_SUBMIT_ARGS`` names other jars.
            The message says what to do.
        FileNotFoundError: This is not an installed package but its sources.

    """
    jar = jar_path()
    options: dict[str, str] = builder._options
    _refuse_connect(builder, options, jar)
    jvm = _running_jvm()
    if jvm is not None:
        require_connector(jvm)
        return builder
    _refuse_submit_arguments(jar)
    given = options.get(_JARS)
    if given is None:
        given = _default(_JARS)
    jars = [name.strip() for name in given.split(",") if name.strip()]
    if jar not in jars:
        jars.append(jar)
    return builder.config(_JARS, ",".join(jars))


def _refuse_connect(builder: Any, options: dict[str, str], jar: str) -> None:
    """Raise for a Connect server elsewhere. One that pyspark itself starts takes spark.jars."""
    remote = options.get("spark.remote", os.environ.get("SPARK_REMOTE", ""))
    elsewhere = remote.startswith("sc://") or type(builder).__module__.startswith(
        "pyspark.sql.connect"
    )
    if elsewhere:
        raise RuntimeError(
            f"A Spark Connect client ({remote or 'pyspark.sql.connect'}) cannot bring the "
            f"connector: start the Connect server with --jars {Path(jar).name}, and leave "
            "configure() out on the client."
        )


def _running_jvm() -> Any:
    """Return the JVM that Python talks to already, or None."""
    from pyspark import SparkContext

    # spark-submit starts the JVM before Python, and gives its port.
    if SparkContext._gateway is None and "PYSPARK_GATEWAY_PORT" not in os.environ:
        return None
    SparkContext._ensure_initialized()
    return SparkContext._jvm


def require_connector(jvm: Any) -> None:
    """Raise if a JVM that runs does not have the connector."""
    loader = jvm.java.lang.Thread.currentThread().getContextClassLoader()
    if loader.getResource(_A_CLASS) is None:
        raise RuntimeError(
            "A JVM without the connector runs already, and cannot get the jar any more: "
            "call configure() for the first session of the process (restart the notebook's "
            f"kernel), or give spark-submit and pyspark --jars {jar_path()}"
        )


def _refuse_submit_arguments(jar: str) -> None:
    """Raise if Spark would take the jars of PYSPARK_SUBMIT_ARGS in place of ours."""
    arguments = os.environ.get("PYSPARK_SUBMIT_ARGS", "")
    named = re.search(r"(?:--jars[\s=]|\bspark\.jars=)\S*", arguments)
    if named and "mqtt-partitioned" not in named.group():
        raise RuntimeError(
            f"PYSPARK_SUBMIT_ARGS names jars ({named.group()}), which Spark takes in place of "
            f"spark.jars. Add the connector's jar there, too: {jar}"
        )


def _default(key: str) -> str:
    """Return what spark-defaults.conf has for a key, or an empty text."""
    from pyspark.find_spark_home import _find_spark_home

    home = Path(_find_spark_home())
    file = Path(os.environ.get("SPARK_CONF_DIR", home / "conf")) / "spark-defaults.conf"
    if not file.exists():
        return ""
    lines = re.findall(rf"(?m)^\s*{re.escape(key)}(?:\s*[=:]\s*|\s+)(.*?)\s*$", file.read_text())
    return lines[-1] if lines else ""
