"""The manifest for Kubernetes fits the image and the program."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from fer_web.settings import Settings, load_settings, may_be_in_file, variable
from fer_web.web.security.guard import HEALTH
from tests.test_deploy import DOCKERFILE, last_stage
from tests.web.client import make_app
from tests.web.live_server import ROOT

MANIFEST = ROOT / "deploy" / "kubernetes" / "fer-web.yaml"
PROBES = {"startupProbe": "/readyz", "readinessProbe": "/readyz", "livenessProbe": "/healthz"}


@pytest.fixture
def objects() -> dict[str, Any]:
    """The manifest's objects by kind, of each one."""
    found = list(yaml.safe_load_all(MANIFEST.read_text()))
    by_kind = {one["kind"]: one for one in found}
    assert len(by_kind) == len(found)
    return by_kind


@pytest.fixture
def pod(objects: dict[str, Any]) -> dict[str, Any]:
    return dict(objects["Deployment"]["spec"]["template"]["spec"])


@pytest.fixture
def container(pod: dict[str, Any]) -> dict[str, Any]:
    [only] = pod["containers"]
    return dict(only)


def test_one_process_owns_the_cameras(objects: dict[str, Any]) -> None:
    spec = objects["Deployment"]["spec"]
    assert spec["replicas"] == 1
    assert spec["strategy"] == {"type": "Recreate"}


def test_everything_finds_each_other(objects: dict[str, Any], pod: dict[str, Any], container: dict[str, Any]) -> None:
    labels = objects["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert objects["Deployment"]["spec"]["selector"]["matchLabels"].items() <= labels.items()
    assert objects["Service"]["spec"]["selector"].items() <= labels.items()
    [port] = container["ports"]
    assert objects["Service"]["spec"]["ports"][0]["targetPort"] == port["name"]
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
    claims = [one["persistentVolumeClaim"]["claimName"] for one in pod["volumes"] if "persistentVolumeClaim" in one]
    assert claims == [objects["PersistentVolumeClaim"]["metadata"]["name"]]
    assert container["envFrom"] == [{"configMapRef": {"name": objects["ConfigMap"]["metadata"]["name"]}}]


def test_the_port_is_the_images(container: dict[str, Any]) -> None:
    assert [str(port["containerPort"]) for port in container["ports"]] == [last_stage()["EXPOSE"]]


def test_probes_ask_what_answers_without_a_token(container: dict[str, Any]) -> None:
    client = make_app(token="correct horse battery staple", host="0.0.0.0").test_client()
    client.application.extensions["fer_web"].startup.vision(5)
    routes = {rule.rule: rule.endpoint for rule in client.application.url_map.iter_rules()}
    for probe, path in PROBES.items():
        asked = container[probe]["httpGet"]
        assert asked == {"path": path, "port": container["ports"][0]["name"]}
        assert routes[path] in HEALTH
        # The kubelet asks by the pod's address.
        assert client.get(path, headers={"Host": "10.1.2.3:5000"}).status_code == 200


def test_settings_are_ones_that_the_program_accepts(
    objects: dict[str, Any], container: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    given, hidden = objects["ConfigMap"]["data"], {one["name"] for one in container["env"]}
    assert {*given, *hidden} <= {variable(name) for name in Settings.model_fields}
    assert hidden <= {variable(name) for name in may_be_in_file()}
    assert all(set(one["valueFrom"]) == {"secretKeyRef"} for one in container["env"])
    for name, value in {**given, "FER_TOKEN": "correct horse battery staple"}.items():
        assert isinstance(value, str), name
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert (settings.source, settings.trusted_proxies, settings.log) == ("demo:", 1, "json")


def test_the_token_is_in_no_file(objects: dict[str, Any]) -> None:
    assert "Secret" not in objects
    assert re.search(r"kubectl create secret generic fer-web --from-literal=FER_TOKEN=", MANIFEST.read_text())


def test_it_runs_as_the_images_user_without_rights(pod: dict[str, Any], container: dict[str, Any]) -> None:
    [user] = re.findall(r"useradd --uid (\d+) --user-group", DOCKERFILE.read_text())
    context = pod["securityContext"]
    assert context["runAsNonRoot"] is True
    assert {context[name] for name in ("runAsUser", "runAsGroup", "fsGroup")} == {int(user)}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False


def test_what_the_image_writes_to_can_be_written(container: dict[str, Any]) -> None:
    environment = dict(re.findall(r"(\w+)=(\S+)", last_stage()["ENV"]))
    written = {mount["mountPath"] for mount in container["volumeMounts"]}
    assert written == {environment["FER_DATA_DIR"], environment["HOME"]}
