# SPDX-License-Identifier: Apache-2.0
"""The wheel has the version of the Maven build, and carries its jar."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface


def maven_version(root: Path) -> str:
    """Read the version in pom.xml, which lies beside the folder of the Python project."""
    pom = ElementTree.parse(root.parent / "pom.xml")
    version = pom.findtext("{http://maven.apache.org/POM/4.0.0}version")
    if version is None:
        raise ValueError(f"{root.parent / 'pom.xml'} has no version")
    return version


class PomVersion(MetadataHookInterface):
    """Sets the version: 0.1.0-SNAPSHOT of Maven is 0.1.0.dev0 here."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the version."""
        metadata["version"] = maven_version(Path(self.root)).replace("-SNAPSHOT", ".dev0")


class Jar(BuildHookInterface[Any]):
    """Adds the jar that Maven has built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the jar, or say how to build it."""
        if self.target_name != "wheel" or version != "standard":
            raise ValueError(
                f"There is no {version} {self.target_name} of this package, as the jar is built by "
                "Maven: use 'pip install ./python' without -e, or 'python -m build --wheel python'."
            )
        root = Path(self.root)
        name = f"mqtt-partitioned-{maven_version(root)}.jar"
        jar = root.parent / "connector" / "target" / name
        if not jar.exists():
            raise FileNotFoundError(
                f"The jar has not been built: {jar} is missing. "
                f"Run 'mvn -q -DskipTests package' in {root.parent} first."
            )
        build_data["force_include"][str(jar)] = f"mqtt_partitioned/jars/{name}"
