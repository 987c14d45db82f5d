# SPDX-License-Identifier: Apache-2.0
"""The manifests in examples/kubernetes, against the schemas of Kubernetes and Spark's operator."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from brokers import ROOT

yaml = pytest.importorskip("yaml", reason="the manifests need the tools of the newest pyspark")
jsonschema = pytest.importorskip("jsonschema")
kubernetes_validate = pytest.importorskip("kubernetes_validate")

MANIFESTS = sorted((ROOT / "examples/kubernetes").glob("*.yaml"))
SPARK_APPLICATION = json.loads(Path(__file__).with_name("sparkapplication.schema.json").read_text())
KUBERNETES = kubernetes_validate.latest_version()
ROLES = ("driver", "executor")

Manifest = dict[str, Any]


def documents(manifest: Path) -> dict[str, Manifest]:
    """Return the objects of a manifest by their kind."""
    return {each["kind"]: each for each in yaml.safe_load_all(manifest.read_text())}


def pod(application: Manifest, role: str) -> Manifest:
    """Return the pod that the operator makes of a template."""
    template = application["spec"][role]["template"]
    metadata = {"name": role, **template.get("metadata", {})}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}


def validate(manifest: dict[str, Manifest]) -> None:
    """Check the objects, and the pods in them; unknown fields are errors."""
    application = manifest["SparkApplication"]
    assert application["apiVersion"] == "sparkoperator.k8s.io/v1beta2"
    jsonschema.validate(application["spec"], SPARK_APPLICATION)
    pods = [pod(application, role) for role in ROLES]
    for each in [manifest["Secret"], *pods]:
        kubernetes_validate.validate(each, KUBERNETES, strict=True)


@pytest.fixture(params=MANIFESTS, ids=lambda path: str(path.name))
def manifest(request: pytest.FixtureRequest) -> dict[str, Manifest]:
    """Return each manifest's objects."""
    return documents(request.param)


def test_there_is_a_manifest_for_each_ack_mode() -> None:
    assert [path.name for path in MANIFESTS] == ["processed.yaml", "stored.yaml"]


def test_manifests_fit_the_schemas(manifest: dict[str, Manifest]) -> None:
    validate(manifest)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("executor", "instancez"), 4),
        (("executor", "instances"), "four"),
        (("restartPolicy", "type"), "Sometimes"),
        (("executor", "template", "spec", "volumez"), []),
        (("driver", "template", "spec", "containers"), "spark"),
    ],
)
def test_a_wrong_field_does_not_fit(path: tuple[str, ...], value: object) -> None:
    wrong = copy.deepcopy(documents(MANIFESTS[0]))
    parent = wrong["SparkApplication"]["spec"]
    for name in path[:-1]:
        parent = parent[name]
    parent[path[-1]] = value
    with pytest.raises((jsonschema.ValidationError, kubernetes_validate.ValidationError)):
        validate(wrong)


def test_what_is_named_is_there(manifest: dict[str, Manifest]) -> None:
    application = manifest["SparkApplication"]["spec"]
    given = application["arguments"]
    arguments = dict(zip(given[::2], given[1::2]))
    program = (ROOT / "examples/kubernetes/sensors.py").read_text()
    assert all(f'"{name}"' in program for name in arguments)
    for role in ROLES:
        spec = application[role]["template"]["spec"]
        (container,) = spec["containers"]
        assert container["name"] == f"spark-kubernetes-{role}"
        volumes = {volume["name"]: volume for volume in spec["volumes"]}
        mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
        assert set(mounts.values()) == set(volumes)
        folder, key = arguments["--passwordFile"].rsplit("/", 1)
        secret = volumes[mounts[folder]]["secret"]["secretName"]
        assert secret == manifest["Secret"]["metadata"]["name"]
        assert key in manifest["Secret"]["stringData"]
        if role == "executor":
            assert arguments["--storeDir"] in mounts
