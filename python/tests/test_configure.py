# SPDX-License-Identifier: Apache-2.0
"""`configure` in processes of their own, as each has one JVM."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import mqtt_partitioned

MAKE_SESSION = """
import mqtt_partitioned
from pyspark.sql import SparkSession
spark = mqtt_partitioned.configure(SparkSession.builder.master("local[1]")).getOrCreate()
"""


def python(
    script: str, environment: dict[str, str] | None = None, *command: str
) -> subprocess.CompletedProcess[str]:
    """Run a script in a new process."""
    return subprocess.run(
        command or [sys.executable, "-c", script],
        env=os.environ | (environment or {}),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def options(script: str, environment: dict[str, str] | None = None) -> dict[str, str]:
    """Return the options of a builder that a script has configured."""
    ran = python(
        "import json, mqtt_partitioned\n"
        "from pyspark.sql import SparkSession\n"
        f"builder = mqtt_partitioned.configure({script})\n"
        "print(json.dumps(builder._options))",
        environment,
    )
    assert ran.returncode == 0, ran.stderr
    return dict(json.loads(ran.stdout))


def error(ran: subprocess.CompletedProcess[str]) -> str:
    """Return the last line of a traceback, which is the first line of the message."""
    assert ran.returncode != 0, ran.stdout
    return ran.stderr.strip().splitlines()[-1]


def test_keeps_the_jars_and_settings_of_the_builder() -> None:
    jar = mqtt_partitioned.jar_path()
    configured = options("SparkSession.builder.appName('a').config('spark.jars', '/a.jar, /b.jar')")
    assert configured == {"spark.app.name": "a", "spark.jars": f"/a.jar,/b.jar,{jar}"}


def test_keeps_the_jars_of_spark_defaults(tmp_path: Path) -> None:
    (tmp_path / "spark-defaults.conf").write_text("# spark.jars /no.jar\nspark.jars  /a.jar\n")
    configured = options("SparkSession.builder", {"SPARK_CONF_DIR": str(tmp_path)})
    assert configured["spark.jars"] == f"/a.jar,{mqtt_partitioned.jar_path()}"


def test_adds_the_jar_once() -> None:
    configured = options("mqtt_partitioned.configure(SparkSession.builder)")
    assert configured["spark.jars"] == mqtt_partitioned.jar_path()


def test_refuses_a_builder_for_a_connect_server() -> None:
    for remote in ["'sc://spark:15002'", "'sc://spark'"]:
        ran = python(
            "import mqtt_partitioned\n"
            "from pyspark.sql import SparkSession\n"
            f"mqtt_partitioned.configure(SparkSession.builder.remote({remote}))"
        )
        assert "start the Connect server with --jars mqtt-partitioned-" in error(ran)


def test_refuses_other_jars_in_the_arguments_of_spark_submit() -> None:
    environment = {"PYSPARK_SUBMIT_ARGS": "--jars /a.jar pyspark-shell"}
    ran = python(MAKE_SESSION, environment)
    assert error(ran).endswith(f"Add the connector's jar there, too: {mqtt_partitioned.jar_path()}")


def test_refuses_a_jvm_that_runs_without_the_connector() -> None:
    first = "from pyspark.sql import SparkSession\nSparkSession.builder.getOrCreate().stop()\n"
    message = error(python(first + MAKE_SESSION))
    assert message.startswith("RuntimeError: A JVM without the connector runs already"), message


def submitted(script: str, folder: Path, *arguments: str) -> str:
    """Return the output of spark-submit with a script."""
    file = folder / "script.py"
    file.write_text(script)
    submit = Path(sys.executable).parent / "spark-submit"
    ran = python("", None, str(submit), *arguments, str(file))
    return ran.stdout + ran.stderr


def test_asks_for_the_jar_under_spark_submit(tmp_path: Path) -> None:
    output = submitted(MAKE_SESSION, tmp_path)
    assert f"give spark-submit and pyspark --jars {mqtt_partitioned.jar_path()}" in output


def test_is_content_with_the_jar_of_spark_submit(tmp_path: Path) -> None:
    load = "\nspark.readStream.format('mqtt-partitioned').load('tcp://localhost')\n"
    jar = mqtt_partitioned.jar_path()
    output = submitted(MAKE_SESSION + load, tmp_path, "--jars", jar)
    assert "[MQTT_MISSING_OPTION] Option topics is missing" in output
