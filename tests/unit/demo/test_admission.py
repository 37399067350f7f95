from random import Random
from typing import Any

import pytest

from podboard.demo.admission import admit_pod
from podboard.demo.status import StatusError

CHANCE = Random(1)  # noqa: S311 - names, not secrets
APP = {"name": "app", "image": "web:1"}


def admitted(spec: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    manifest = {"metadata": {"name": "p", **metadata}, "spec": {"containers": [APP], **spec}}
    return admit_pod(manifest, "shop", "test", 1795405509.0, CHANCE)


@pytest.mark.parametrize(
    ("resources", "qos"),
    [
        ({}, "BestEffort"),
        ({"requests": {"cpu": "1"}}, "Burstable"),
        ({"limits": {"memory": "1Gi"}}, "Burstable"),
        ({"limits": {"cpu": "1", "memory": "1Gi"}}, "Guaranteed"),
        ({"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "500m"}}, "Burstable"),
    ],
)
def test_quality_of_service(resources: dict[str, Any], qos: str) -> None:
    assert admitted({"containers": [{**APP, "resources": resources}]})["status"]["qosClass"] == qos


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("web", "Always"),
        ("web:latest", "Always"),
        ("host:5000/web", "Always"),
        ("host:5000/web:1", "IfNotPresent"),
    ],
)
def test_when_an_image_is_pulled(image: str, policy: str) -> None:
    pod = admitted({"containers": [{"name": "app", "image": image}]})
    assert pod["spec"]["containers"][0]["imagePullPolicy"] == policy


def test_a_name_is_made_where_only_its_beginning_is_given() -> None:
    pod = admitted({}, name="", generateName="web-")
    assert pod["metadata"]["name"].startswith("web-")
    assert len(pod["metadata"]["name"]) == len("web-") + 5
    assert pod["metadata"]["generateName"] == "web-"


def test_probes_and_ports_are_completed() -> None:
    probe = {"httpGet": {"port": 80}, "periodSeconds": 3}
    pod = admitted({"containers": [{**APP, "readinessProbe": probe, "ports": [{"containerPort": 80}]}]})
    container = pod["spec"]["containers"][0]
    assert container["ports"] == [{"containerPort": 80, "protocol": "TCP"}]
    assert container["readinessProbe"]["httpGet"] == {"path": "/", "scheme": "HTTP", "port": 80}
    assert container["readinessProbe"]["periodSeconds"] == 3
    assert container["readinessProbe"]["failureThreshold"] == 3


@pytest.mark.parametrize(
    ("manifest", "field"),
    [
        ({}, "metadata.name"),
        ({"metadata": {"name": "Not_A_Name"}}, "metadata.name"),
        ({"metadata": {"name": ["x"]}}, "metadata.name"),
        ({"metadata": {"name": "p"}}, "spec.containers"),
        ({"metadata": {"name": "p"}, "spec": {"containers": "x"}}, "spec.containers"),
        ({"metadata": {"name": "p"}, "spec": {"containers": [{"image": "x"}]}}, "spec.containers[0].name"),
        ({"metadata": {"name": "p"}, "spec": {"containers": ["x"]}}, "spec.containers[0].name"),
        ({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "a"}]}}, "spec.containers[0].image"),
        (
            {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "a/b", "image": "x"}]}},
            "spec.containers[0].name",
        ),
        ({"metadata": {"name": "p"}, "spec": {"containers": [APP, APP]}}, "spec.containers[1].name"),
        (
            {"metadata": {"name": "p"}, "spec": {"containers": [APP], "initContainers": [APP]}},
            "spec.initContainers[0].name",
        ),
        ({"metadata": {"name": "../etc"}, "spec": {"containers": [APP]}}, "metadata.name"),
    ],
)
def test_what_cannot_be_a_pod(manifest: dict[str, Any], field: str) -> None:
    with pytest.raises(StatusError) as caught:
        admit_pod(manifest, "shop", "test", 0.0, CHANCE)
    assert (caught.value.code, caught.value.reason) == (422, "Invalid")
    assert caught.value.details is not None
    assert caught.value.details["causes"][0]["field"] == field
