# SPDX-License-Identifier: Apache-2.0
"""The connector's jar in this package."""

from __future__ import annotations

from pathlib import Path

_JARS = Path(__file__).parent / "jars"


def jar_path() -> str:
    """Return the absolute path of the connector's jar, for ``--jars`` and ``spark.jars``.

    One jar serves all Spark versions that the connector supports.

    Raises:
        FileNotFoundError: This is not an installed package but its sources.

    """
    jars = sorted(_JARS.glob("mqtt-partitioned-*.jar"))
    if len(jars) != 1:
        raise FileNotFoundError(
            f"{_JARS} does not hold the connector's jar. The sources of this package have none: "
            "run 'mvn -q -DskipTests package' and 'pip install ./python' in the clone."
        )
    return str(jars[0])
