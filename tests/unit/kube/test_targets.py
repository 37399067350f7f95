"""Which pod and which container are meant."""

import json
from typing import Any

import pytest

from podboard.errors import ApiError, PodboardError, UsageError
from podboard.kube.access import Access
from podboard.kube.targets import KINDS, PODS, Found, find_target, parse_name
from podboard.model.target import Target

Json = dict[str, Any]


class Server:
    """An API server that has these objects, by path; notes what it was asked."""

    def __init__(self, objects: dict[str, Any]) -> None:
        self.access = Access(
            server="https://server.test", namespace="shop", context="c", cluster="c", user="u"
        )
        self.asked: list[tuple[str, dict[str, str]]] = []
        self._objects = objects

    async def get_bytes(self, path: str, query: list[tuple[str, str]] | tuple[()] = ()) -> bytes:
        self.asked.append((path, dict(query)))
        if path not in self._objects:
            raise ApiError(f"{path} not found", status=404)
        found = self._objects[path]
        return found if isinstance(found, bytes) else json.dumps(found).encode()


def pod(
    name: str,
    *,
    node: str = "node-1",
    phase: str = "Running",
    ready: str | None = "2026-11-23T10:00:00Z",
    restarts: int = 0,
    created: str = "2026-11-23T09:00:00Z",
    **spec: Any,
) -> Json:
    conditions = [] if ready is None else [{"type": "Ready", "status": "True", "lastTransitionTime": ready}]
    return {
        "metadata": {"name": name, "uid": f"uid-{name}", "creationTimestamp": created},
        "spec": {"nodeName": node, "containers": [{"name": "app"}], **spec},
        "status": {
            "phase": phase,
            "conditions": conditions,
            "containerStatuses": [{"name": "app", "restartCount": restarts}],
        },
    }


def listed(*pods: Json) -> Json:
    return {"metadata": {"resourceVersion": "1"}, "items": list(pods)}


PODS_PATH = "/api/v1/namespaces/shop/pods"
DEPLOYMENT_PATH = "/apis/apps/v1/namespaces/shop/deployments/web"
WEB = {"spec": {"selector": {"matchLabels": {"app": "web"}}}}


async def find(server: Server, name: str, container: str = "") -> Found:
    return await find_target(server, "shop", parse_name(name), container)  # type: ignore[arg-type]


# -- names ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("web-1", "pods/web-1"),
        ("pod/web-1", "pods/web-1"),
        ("PO/web-1", "pods/web-1"),
        ("deploy/web", "deployments/web"),
        ("deployment.apps/web", "deployments/web"),
        ("deployments.v1.apps/web", "deployments/web"),
        ("rs/web", "replicasets/web"),
        ("sts/web", "statefulsets/web"),
        ("ds/web", "daemonsets/web"),
        ("job.batch/web", "jobs/web"),
        ("svc/web", "services/web"),
        ("rc/web", "replicationcontrollers/web"),
    ],
)
def test_names(text: str, told: str) -> None:
    assert str(parse_name(text)) == told


def test_every_kind_goes_by_each_of_its_names() -> None:
    for kind in KINDS:
        for word in (kind.plural, *kind.short):
            assert parse_name(f"{word}/x").kind is kind
    assert parse_name("x").kind is PODS


@pytest.mark.parametrize(
    "text",
    ["", "/", "a/b/c", "deploy/", "/web", "tree/web", "deploy.batch/web", "svc.apps/web", "Web", "-o",
     "pod/..", "web?x=1", "deploy/web%2f", "x" * 300, "\x1b[31m/web"],
)  # fmt: skip
def test_what_is_no_name(text: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_name(text)
    assert raised.value.message.isprintable()


# -- pods -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"ready": None, "phase": "Pending"}, {"node": "", "ready": None, "phase": "Pending"}),
        ({"ready": None}, {"ready": None, "phase": "Unknown"}),
        ({"ready": None, "phase": "Unknown"}, {"ready": None, "phase": "Pending"}),
        ({}, {"ready": None}),
        ({"ready": "2026-11-23T09:59:59Z"}, {"ready": "2026-11-23T10:00:00Z"}),
        ({"ready": "2026-11-23T10:00:00Z"}, {"ready": ""}),
        ({"restarts": 1}, {"restarts": 2}),
        ({"created": "2026-11-23T08:00:00Z"}, {"created": "2026-11-23T09:00:00Z"}),
        ({"restarts": 9}, {"ready": None, "restarts": 0}),
    ],
)
async def test_of_two_pods_the_better_one(better: Json, worse: Json) -> None:
    good, bad = pod("good", **better), pod("bad", **worse)
    for pods in ((good, bad), (bad, good)):
        server = Server({DEPLOYMENT_PATH: WEB, PODS_PATH: listed(*pods)})
        assert (await find(server, "deploy/web")).target == Target("shop", "good", "app", "uid-good")


@pytest.mark.parametrize(
    ("path", "name", "selector", "asked"),
    [
        (
            DEPLOYMENT_PATH,
            "deploy/web",
            {"matchLabels": {"app": "web", "tier": "front"}},
            "app=web,tier=front",
        ),
        (
            "/apis/batch/v1/namespaces/shop/jobs/web",
            "job/web",
            {
                "matchLabels": {"app": "web"},
                "matchExpressions": [
                    {"key": "a", "operator": "In", "values": ["x", "y"]},
                    {"key": "b", "operator": "NotIn", "values": ["z"]},
                    {"key": "c", "operator": "Exists"},
                    {"key": "d", "operator": "DoesNotExist"},
                ],
            },
            "app=web,a in (x,y),b notin (z),c,!d",
        ),
        ("/api/v1/namespaces/shop/services/web", "svc/web", {"app": "web"}, "app=web"),
        ("/api/v1/namespaces/shop/replicationcontrollers/web", "rc/web", {"app": "web"}, "app=web"),
    ],
)
async def test_pods_are_selected_by_their_labels(path: str, name: str, selector: Json, asked: str) -> None:
    server = Server({path: {"spec": {"selector": selector}}, PODS_PATH: listed(pod("web-1"))})
    assert (await find(server, name)).target.pod == "web-1"
    assert server.asked[1] == (PODS_PATH, {"labelSelector": asked, "limit": "500"})


@pytest.mark.parametrize(
    ("objects", "said"),
    [
        ({DEPLOYMENT_PATH: WEB, PODS_PATH: listed()}, "deployments/web has no pods"),
        ({DEPLOYMENT_PATH: {"spec": {"selector": {}}}}, "deployments/web selects no pods"),
        ({DEPLOYMENT_PATH: {"spec": {"selector": None}}}, "deployments/web selects no pods"),
        ({DEPLOYMENT_PATH: {}}, "deployments/web selects no pods"),
        ({DEPLOYMENT_PATH: b"<html>"}, "does not answer like a Kubernetes API server"),
        (
            {DEPLOYMENT_PATH: {"spec": {"selector": {"matchLabels": 3}}}},
            "does not answer like a Kubernetes API server",
        ),
        ({DEPLOYMENT_PATH: WEB, PODS_PATH: b"[]"}, "does not answer like a Kubernetes API server"),
        ({}, "not found"),
    ],
)
async def test_no_pod(objects: Json, said: str) -> None:
    with pytest.raises(PodboardError, match=said):
        await find(Server(objects), "deploy/web")


# -- containers -----------------------------------------------------------------------------

SEVERAL: Json = {
    "containers": [{"name": "app"}, {"name": "sidecar"}],
    "initContainers": [{"name": "setup"}],
    "ephemeralContainers": [{"name": "debug"}],
}


def with_default(name: str, **spec: Any) -> Json:
    made = pod("web-1", **spec)
    made["metadata"]["annotations"] = {"kubectl.kubernetes.io/default-container": name}
    return made


@pytest.mark.parametrize(
    ("document", "container", "others"),
    [
        (pod("web-1"), "app", ""),
        (pod("web-1", **SEVERAL), "app", "app, sidecar, debug (ephem), setup (init)"),
        (
            pod("web-1", containers=[{"name": "app"}], initContainers=[{"name": "setup"}]),
            "app",
            "app, setup (init)",
        ),
        (with_default("sidecar", **SEVERAL), "sidecar", ""),
        (with_default("setup", **SEVERAL), "setup", ""),
        (with_default("nosuch", **SEVERAL), "app", "app, sidecar, debug (ephem), setup (init)"),
        (with_default("nosuch"), "app", ""),
    ],
)
async def test_the_container_where_none_is_named(document: Json, container: str, others: str) -> None:
    found = await find(Server({f"{PODS_PATH}/web-1": document}), "web-1")
    assert (found.target, found.others) == (Target("shop", "web-1", container, "uid-web-1"), others)
    assert found.pod is not None


async def test_the_container_that_is_named() -> None:
    server = Server({DEPLOYMENT_PATH: WEB, PODS_PATH: listed(pod("web-1", **SEVERAL))})
    found = await find(server, "deploy/web", "debug")
    assert (found.target, found.others) == (Target("shop", "web-1", "debug", "uid-web-1"), "")


@pytest.mark.parametrize("document", [b"", b"{}", b"[]", b'{"metadata": {"name": 3}}'])
async def test_what_is_no_pod(document: bytes) -> None:
    with pytest.raises(PodboardError, match="does not answer like a Kubernetes API server"):
        await find(Server({f"{PODS_PATH}/web-1": document}), "web-1")


async def test_a_pod_without_containers() -> None:
    with pytest.raises(PodboardError, match="pod web-1 has no containers"):
        await find(Server({f"{PODS_PATH}/web-1": pod("web-1", containers=None)}), "web-1")
