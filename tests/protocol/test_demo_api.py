"""What the embedded cluster's API does that no recording shows: refusals, changes, forms."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from podboard.demo import watch as watch_module
from podboard.demo.cluster import DemoCluster
from podboard.demo.kinds import POD
from podboard.errors import UsageError
from tests.support.cluster import TEAM, Recorded, in_thread
from tests.support.raw_client import CERTIFICATE, Answer, RawClient

PODS = f"/api/v1/namespaces/{TEAM}/pods"
POD_MANIFEST = {
    "kind": "Pod",
    "metadata": {"name": "new"},
    "spec": {"containers": [{"name": "a", "image": "x:1"}]},
}


@dataclass
class Api:
    """One administrator's requests, one connection each."""

    bench: Recorded

    async def __call__(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        answer = await in_thread(self._ask, method, path, body, headers)
        return answer.status, json.loads(answer.body) if answer.body.startswith((b"{", b"[")) else answer.body

    def _ask(self, method: str, path: str, body: object, headers: dict[str, str]) -> Answer:
        text = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        sent = {"Host": "", **{name.replace("_", "-"): value for name, value in headers.items()}}
        if text:
            sent = {"Content-Type": "application/json", **sent, "Content-Length": str(len(text))}
        with RawClient(self.bench.login(CERTIFICATE)) as client:
            client.send(method, path, sent, text)
            return client.answer()


@pytest.fixture
def api(recorded: Recorded) -> Api:
    return Api(recorded)


@pytest.mark.parametrize(
    ("method", "path", "code", "reason"),
    [
        ("GET", f"{PODS}?resourceVersion=99999", 504, "Timeout"),
        ("GET", f"{PODS}?resourceVersion=x", 400, "BadRequest"),
        ("GET", f"{PODS}?resourceVersionMatch=Sometimes", 422, "Invalid"),
        ("GET", f"{PODS}?limit=many", 400, "BadRequest"),
        ("GET", f"{PODS}?continue=nonsense", 400, "BadRequest"),
        ("GET", f"{PODS}?continue=nonsense&resourceVersion=1", 400, "BadRequest"),
        ("GET", f"{PODS}?labelSelector=a%20b", 400, "BadRequest"),
        ("GET", f"{PODS}?watch=1&resourceVersion=x", 400, "BadRequest"),
        ("GET", f"{PODS}?watch=1&timeoutSeconds=x", 400, "BadRequest"),
        ("GET", f"{PODS}?watch=1&allowWatchBookmarks=perhaps", 400, "BadRequest"),
        ("GET", f"{PODS}?includeObject=Everything", 400, "BadRequest"),
        ("PUT", f"{PODS}/shell", 405, "MethodNotAllowed"),
        ("PATCH", f"{PODS}/shell", 405, "MethodNotAllowed"),
        ("DELETE", PODS, 405, "MethodNotAllowed"),
        ("POST", "/api/v1/namespaces", 405, "MethodNotAllowed"),
        ("GET", f"{PODS}/shell/attach", 400, "BadRequest"),
        ("POST", f"{PODS}/shell/log", 405, "MethodNotAllowed"),
        ("POST", f"{PODS}/shell/exec?command=ls&stdout=true", 405, "MethodNotAllowed"),
        ("POST", f"{PODS}/pending/exec?command=ls&stdout=true", 400, "BadRequest"),
        ("PUT", "/version", 405, "MethodNotAllowed"),
        ("DELETE", f"{PODS}/nobody", 404, "NotFound"),
        ("DELETE", f"{PODS}/shell?gracePeriodSeconds=-1", 422, "Invalid"),
        ("GET", "/apis/apps/v1/namespaces/team-a/deployments/nobody", 404, "NotFound"),
        ("GET", f"{PODS}/api/log?tailLines=-1", 422, "Invalid"),
        ("GET", f"{PODS}/api/log?limitBytes=0", 422, "Invalid"),
        ("GET", f"{PODS}/api/log?sinceSeconds=0", 422, "Invalid"),
        ("GET", f"{PODS}/api/log?sinceTime=yesterday", 400, "BadRequest"),
        ("DELETE", "/podboard/faults", 405, "MethodNotAllowed"),
    ],
)
async def test_what_is_refused(method: str, path: str, code: int, reason: str, api: Api) -> None:
    status, said = await api(method, path)
    assert (status, said["kind"], said["code"], said["reason"]) == (code, "Status", code, reason)


@pytest.mark.parametrize("path", ["/", "/nothing", "/api/v1/wibbles", "/apis/wibble.io/v1/things", "/api/v2"])
async def test_paths_that_mean_nothing(path: str, api: Api) -> None:
    assert await api("GET", path) == (404, b"404 page not found\n")


@pytest.mark.parametrize("path", ["/healthz", "/livez", "/readyz", "/readyz/"])
async def test_health(path: str, api: Api) -> None:
    assert await api("GET", path) == (200, b"ok")


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b"{", {}, 400),
        (b"[]", {}, 400),
        ({"kind": "Service"}, {}, 400),
        ({"kind": "Pod", "metadata": {"name": "new"}}, {}, 422),
        ({**POD_MANIFEST, "metadata": {"name": "shell"}}, {}, 409),
        (POD_MANIFEST, {"Content_Type": "application/yaml"}, 415),
        ({**POD_MANIFEST, "metadata": "x"}, {}, 422),
    ],
)
async def test_pods_that_are_not_made(body: object, headers: dict[str, str], code: int, api: Api) -> None:
    before = len(api.bench.cluster.plane.store[POD])
    status, said = await api("POST", PODS, body, **headers)
    assert (status, said["code"]) == (code, code)
    assert len(api.bench.cluster.plane.store[POD]) == before


async def test_a_pod_needs_a_namespace(api: Api) -> None:
    status, said = await api("POST", "/api/v1/namespaces/nowhere/pods", POD_MANIFEST)
    assert (status, said["message"]) == (404, 'namespaces "nowhere" not found')


async def test_what_is_only_tried_is_not_done(api: Api) -> None:
    store = api.bench.cluster.plane.store
    version = store.version
    assert (await api("POST", f"{PODS}?dryRun=All", POD_MANIFEST))[0] == 201
    assert (await api("DELETE", f"{PODS}/shell?dryRun=All"))[0] == 200
    assert (await api("DELETE", f"{PODS}/shell", {"dryRun": ["All"]}))[0] == 200
    assert store.version == version


async def test_a_deletion_of_another_pod_of_the_same_name(api: Api) -> None:
    status, said = await api("DELETE", f"{PODS}/shell", {"preconditions": {"uid": "another"}})
    assert (status, said["reason"]) == (409, "Conflict")
    uid = (await api("GET", f"{PODS}/shell"))[1]["metadata"]["uid"]
    status, said = await api(
        "DELETE", f"{PODS}/shell", {"preconditions": {"uid": uid}, "gracePeriodSeconds": 7}
    )
    assert (status, said["metadata"]["deletionGracePeriodSeconds"]) == (200, 7)
    shorter = await api("DELETE", f"{PODS}/shell?gracePeriodSeconds=2")
    assert shorter[1]["metadata"]["deletionGracePeriodSeconds"] == 2
    longer = await api("DELETE", f"{PODS}/shell?gracePeriodSeconds=30")
    assert longer[1]["metadata"]["deletionGracePeriodSeconds"] == 2
    assert longer[1]["metadata"]["generation"] == 2


@pytest.mark.parametrize(
    ("include", "check"),
    [
        ("None", lambda row: row["object"] is None),
        ("Object", lambda row: row["object"]["kind"] == "Pod" and "spec" in row["object"]),
        ("", lambda row: row["object"].keys() == {"kind", "apiVersion", "metadata"}),
    ],
)
async def test_what_a_row_carries(include: str, check: Callable[[Any], bool], api: Api) -> None:
    accept = "application/json;as=Table;v=v1;g=meta.k8s.io"
    for path in (PODS, f"{PODS}/shell"):
        status, table = await api("GET", f"{path}?includeObject={include}", Accept=accept)
        assert (status, table["kind"]) == (200, "Table")
        assert all(check(row) for row in table["rows"])


async def test_metadata_of_one(api: Api) -> None:
    accept = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"
    status, one = await api("GET", f"{PODS}/shell", Accept=accept)
    assert (status, one["kind"], one["metadata"]["name"]) == (200, "PartialObjectMetadata", "shell")
    assert (await api("GET", f"{PODS}/shell", Accept="text/html"))[0] == 406


async def test_a_long_list_comes_in_slices(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("podboard.demo.resources.SLICE", 5)
    monkeypatch.setattr(watch_module, "SLICE", 5)
    status, pods = await api("GET", PODS)
    assert status == 200
    assert [pod["metadata"]["name"] for pod in pods["items"]][::4] == ["api", "duo", "pending"]
    assert len(pods["items"]) == 12


async def test_reviews_of_ones_own_rights(api: Api) -> None:
    group = "/apis/authorization.k8s.io/v1"
    path = {"spec": {"nonResourceAttributes": {"path": "/metrics", "verb": "get"}}}
    status, said = await api("POST", f"{group}/selfsubjectaccessreviews", path)
    assert (status, said["status"]) == (201, {"allowed": True})
    status, said = await api("POST", f"{group}/selfsubjectrulesreviews", {"spec": {"namespace": TEAM}})
    assert said["status"]["resourceRules"] == [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}]
    for wrong in ({}, {"spec": {}}, {"spec": {"resourceAttributes": {"verb": 1}}}, b"k8s\0"):
        headers = {"Content_Type": "application/vnd.kubernetes.protobuf"} if isinstance(wrong, bytes) else {}
        status, said = await api("POST", f"{group}/selfsubjectaccessreviews", wrong, **headers)
        assert (status, said["reason"]) == (400, "BadRequest")
    assert (await api("GET", f"{group}/selfsubjectaccessreviews"))[0] == 404


async def test_faults_over_http(api: Api) -> None:
    assert await api("PUT", "/podboard/faults", ["401", "delay=0.01@list"]) == (
        200,
        ["401@all", "delay=0.01@list"],
    )
    assert (await api("GET", PODS))[0] == 401
    for wrong in ({"a": 1}, [1], ["sulk"], b"["):
        status, said = await api("PUT", "/podboard/faults", wrong)
        assert (status, said["reason"]) == (400, "BadRequest")
    assert await api("PUT", "/podboard/faults", []) == (200, [])
    assert (await api("GET", PODS))[0] == 200


async def test_scaling(demo: DemoCluster, tmp_path: Any) -> None:
    api = Api(Recorded(demo, tmp_path))
    path = "/apis/apps/v1/namespaces/shop/deployments/web/scale"
    merge = {"Content_Type": "application/merge-patch+json"}
    status, scale = await api("GET", path)
    assert (status, scale["spec"], scale["status"]["selector"]) == (200, {"replicas": 3}, "app=web")
    assert (await api("PATCH", path, {"spec": {"replicas": 5}}))[0] == 415
    for wrong in ({}, {"spec": {"replicas": "5"}}, {"spec": {"replicas": -1}}, {"spec": {"replicas": 51}}):
        assert (await api("PATCH", path, wrong, **merge))[0] == 422
    assert (await api("PATCH", f"{path}?dryRun=All", {"spec": {"replicas": 5}}, **merge))[1]["spec"] == {
        "replicas": 3
    }
    status, scale = await api("PATCH", path, {"spec": {"replicas": 5}}, **merge)
    assert (status, scale["spec"]) == (200, {"replicas": 5})
    demo.plane.agenda.advance(5)
    pods = (await api("GET", "/api/v1/namespaces/shop/pods?labelSelector=app%3Dweb"))[1]["items"]
    assert len(pods) == 5
    assert (await api("PUT", path, {}))[0] == 405


async def test_a_mistake_of_its_own_is_an_answer(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a mistake")

    monkeypatch.setattr(api.bench.cluster.plane.store[POD], "page", fail)
    status, said = await api("GET", PODS)
    assert (status, said["reason"]) == (500, "InternalError")
    assert "a mistake" in caplog.text


async def test_a_restarted_kubelet_does_not_know_its_pods_at_first(api: Api) -> None:
    api.bench.cluster.restart_kubelet(away=60)
    login = api.bench.login(CERTIFICATE)

    def upgrade() -> Answer:
        with RawClient(login) as client:
            headers = {
                "Host": "",
                "Connection": "Upgrade",
                "Upgrade": "websocket",
                "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Protocol": "v5.channel.k8s.io",
            }
            return client.upgrade(f"{PODS}/shell/exec?command=ls&stdout=true", headers)

    answer = await in_thread(upgrade)
    assert (answer.status, answer.body) == (404, b"pod does not exist\n")
    assert answer.headers["content-type"].startswith("text/plain")


def test_a_crowd_has_its_limits() -> None:
    for pods in (-1, 50_001):
        with pytest.raises(UsageError, match="cannot be"):
            DemoCluster(pods)


async def test_two_clusters_side_by_side(recorded: Recorded) -> None:
    async with DemoCluster() as other:
        assert other.server != recorded.cluster.server
        assert other.kubeconfig.parent != recorded.cluster.kubeconfig.parent
        with pytest.raises(KeyError):
            other.delete_pod("shop", "nobody")
        with pytest.raises(KeyError):
            other.end_container("shop", "nobody", "x", 1)
    assert not other.kubeconfig.parent.exists()
