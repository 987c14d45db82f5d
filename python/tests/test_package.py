# SPDX-License-Identifier: Apache-2.0
"""The wheel and what it promises without a session."""

from __future__ import annotations

import zipfile
from importlib.metadata import metadata
from pathlib import Path
from xml.etree import ElementTree

from brokers import ROOT

import mqtt_partitioned


def maven_version() -> str:
    """Return the version of the Maven build."""
    version = ElementTree.parse(ROOT / "pom.xml").findtext("{*}version")
    assert version is not None
    return version


def test_has_the_version_of_the_maven_build() -> None:
    assert mqtt_partitioned.__version__ == maven_version().replace("-SNAPSHOT", ".dev0")


def test_carries_the_jar_that_maven_has_built() -> None:
    jar = Path(mqtt_partitioned.jar_path())
    assert jar.is_absolute()
    built = ROOT / "connector/target" / f"mqtt-partitioned-{maven_version()}.jar"
    assert jar.name == built.name
    assert jar.read_bytes() == built.read_bytes()
    names = zipfile.ZipFile(jar).namelist()
    assert "META-INF/services/org.apache.spark.sql.sources.DataSourceRegister" in names


def test_is_typed_and_says_whose_it_is() -> None:
    package = Path(mqtt_partitioned.__file__).parent
    assert (package / "py.typed").exists()
    about = metadata("mqtt-partitioned")
    assert about["License-Expression"] == "Apache-2.0"
    assert sorted(about.get_all("License-File") or []) == ["LICENSE", "NOTICE"]
    assert about.get_all("Requires-Dist") is None
