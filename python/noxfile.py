# SPDX-License-Identifier: Apache-2.0
"""What checks the Python package: `nox` runs all of it, `nox -t quick` with one pyspark alone.

The jars must have been built: `mvn -q -DskipTests package`. Environments, reports and packages are
in `target/`. What follows `--` goes to pytest: `nox -s 'tests(4.2.0)' -- tests/test_errors.py`.
"""

import shutil
from pathlib import Path

import nox

PROJECT = nox.project.load_toml("pyproject.toml")
# The newest one has what is new in Spark 4, too: the examples, Spark Connect and pipelines.
NEWEST = "4.2.0"
OLDER = ["3.5.9", "4.0.4", "4.1.3"]
PYSPARKS = [
    nox.param(NEWEST, id=NEWEST, tags=["quick"]),
    *(nox.param(version, id=version, tags=["full"]) for version in OLDER),
]

nox.needs_version = ">=2025.5.1"
nox.options.envdir = "target/environments"
nox.options.reuse_existing_virtualenvs = True
nox.options.default_venv_backend = "venv"


def group(name: str) -> list[str]:
    """Return the packages of a dependency group of pyproject.toml."""
    return list(nox.project.dependency_groups(PROJECT, name))


@nox.session(tags=["quick"])
def lint(session: nox.Session) -> None:
    """Check format, style and types."""
    groups = [*group("lint"), *group("test"), *group("notebook")]
    session.install(*groups, f"pyspark=={NEWEST}", ".")
    sources = [".", "../examples/sensors.ipynb", "../examples/pipeline"]
    session.run("ruff", "format", "--check", *sources)
    session.run("ruff", "check", *sources)
    session.run("mypy", "src", "tests", "hatch_build.py", "noxfile.py")


@nox.session(tags=["quick"])
def build(session: nox.Session) -> None:
    """Build what PyPI gets into target/dist: the sdist, and the wheel out of it."""
    session.install(*group("build"))
    packages = Path("target/dist")
    shutil.rmtree(packages, ignore_errors=True)
    session.run("python", "-m", "build", "--no-isolation", "--outdir", str(packages))
    session.run("twine", "check", "--strict", *map(str, sorted(packages.iterdir())))


@nox.session(requires=["build"])
@nox.parametrize("pyspark", PYSPARKS)
def tests(session: nox.Session, pyspark: str) -> None:
    """Run the tests with the wheel that PyPI gets beside a pyspark."""
    packages = [f"pyspark=={pyspark}", *group("test")]
    if pyspark == NEWEST:
        packages[0] = f"pyspark[connect,pipelines]=={pyspark}"
        packages += [*group("notebook"), *group("kubernetes")]
    session.install(*packages)
    # The version stays the same while one works on the jar.
    wheels = map(str, Path("target/dist").glob("*.whl"))
    session.install("--force-reinstall", "--no-deps", *wheels)
    report = Path("target/pytest-reports", f"TEST-pyspark-{pyspark}.xml")
    session.run("pytest", f"--junitxml={report}", *session.posargs)
