# SPDX-License-Identifier: Apache-2.0
"""Wheel and sdist have the version of the Maven build, and carry its jar."""

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
        """Set the version, unless an sdist has it already."""
        if "version" not in metadata:
            version = maven_version(Path(self.root))
            metadata["version"] = version.replace("-SNAPSHOT", ".dev0")


class Jar(BuildHookInterface[Any]):
    """Adds the jar that Maven has built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the jar, or say how to build it."""
        if version != "standard":
            raise ValueError(
                f"There is no {version} {self.target_name} of this package, as the jar is built by "
                "Maven: use 'pip install ./python' without -e."
            )
        root = Path(self.root)
        if (root / "PKG-INFO").exists():
            # An sdist has the jar among its sources.
            return
        name = f"mqtt-partitioned-{maven_version(root)}.jar"
        jar = root.parent / "connector" / "target" / name
        if not jar.exists():
            raise FileNotFoundError(
                f"The jar has not been built: {jar} is missing. "
                f"Run 'mvn -q -DskipTests package' in {root.parent} first."
            )
        included = build_data["force_include"]
        if self.target_name == "wheel":
            included[str(jar)] = f"mqtt_partitioned/jars/{name}"
            return
        included[str(jar)] = f"src/mqtt_partitioned/jars/{name}"
        # In a clone these are links to files that an sdist does not have.
        for path in (root / "LICENSE", root / "NOTICE"):
            included[str(path.resolve())] = included.pop(str(path))
