"""The embedded cluster's plain answers, held against a real API server's."""

import json
import re
from typing import Any

import pytest

from podboard.demo.gojson import encode
from podboard.demo.kinds import EVENT, NAMESPACE, POD
from tests.support.cluster import TEAM, Recorded, in_thread
from tests.support.raw_client import Answer, RawClient
from tests.support.recordings import Recording, recording

COMPARED_HEADERS = (
    "content-type",
    "transfer-encoding",
    "connection",
    "location",
    "warning",
    "www-authenticate",
)

AS_THEY_ARE = (
    "http-401-bad-token",
    "http-403-metrics",
    "http-403-namespaces",
    "http-403-pods-cluster-wide",
    "http-403-pods-other-namespace",
    "http-404-metrics",
    "http-404-pod",
    "http-access-review-denied",
    "http-access-review-get-only",
    "http-exec-without-upgrade",
    "http-no-credentials",
    "http-version",
    "exec-as-anyone.v5",
    "exec-as-bad-token.v5",
    "exec-as-exec-create-only.v5",
    "exec-as-exec-get-only.v5",
    "exec-as-view-only.v5",
    "exec-container-not-found.v5",
    "exec-container-required.v5",
    "exec-init-finished.v5",
    "exec-no-streams.v5",
    "exec-other-namespace.v5",
    "exec-pod-completed.v5",
    "exec-pod-crash-loop.v4",
    "exec-pod-crash-loop.v5",
    "exec-pod-image-missing.v5",
    "exec-pod-not-found.v5",
    "exec-pod-pending.v5",
    "exec-subprotocol-unknown",
    "log-container-not-found",
    "log-container-required",
    "log-forbidden",
    "log-pending",
    "log-pod-not-found",
    "log-previous-missing",
    "log-waiting-image",
    "watch-403",
)
LISTS = (
    "http-access-review-allowed",
    "http-pod-get",
    "http-pods-label-selector",
    "http-pods-list",
    "http-pods-no-namespace",
    "http-pods-partial-metadata",
    "http-pods-table",
    "http-self-subject-review",
)
KUBELET_DOWN = ("exec-kubelet-down.v5", "log-kubelet-down")


def ask(bench: Recorded, recorded_request: dict[str, Any], path: str | None = None) -> Answer:
    """Send a request as recorded and read all of the answer."""
    target = path or recorded_request["path_and_query"]
    headers, body = recorded_request["headers"], recorded_request.get("body", "").encode()
    with RawClient(bench.login(recorded_request["auth"])) as client:
        if "Upgrade" in headers:
            return client.upgrade(target, headers)
        client.send(recorded_request["method"], target, headers, body)
        return client.answer()


def same_head(answer: Answer, recorded_answer: Recording) -> None:
    told = recorded_answer.response
    assert (answer.status, answer.reason) == (told["status"], told["reason"])
    seen = {name: answer.headers[name] for name in COMPARED_HEADERS if name in answer.headers}
    assert seen == {name: told["headers"][name] for name in COMPARED_HEADERS if name in told["headers"]}


def normal(text: bytes) -> str:
    """A body without what differs between any two clusters: versions, ids and moments of creation."""
    shown = re.sub(r'"resourceVersion":"\d+"', '"resourceVersion":"N"', text.decode())
    shown = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UID", shown)
    shown = re.sub(r"kube-api-access-\w{5}", "kube-api-access-XXXXX", shown)
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME", shown)


@pytest.mark.parametrize("name", AS_THEY_ARE)
async def test_an_answer_is_byte_for_byte_the_real_one(name: str, recorded: Recorded) -> None:
    told = recording(name)
    answer = await in_thread(ask, recorded, told.request)
    same_head(answer, told)
    if "managedFields" in told.response.get("body", ""):
        assert normal(answer.body) == normal(told.body)
        return
    assert answer.body == told.body
    assert answer.headers.get("content-length") == told.response["headers"].get("content-length")


@pytest.mark.parametrize("name", LISTS)
async def test_a_document_is_the_real_one_but_for_ids_and_moments(name: str, recorded: Recorded) -> None:
    told = recording(name)
    answer = await in_thread(ask, recorded, told.request)
    same_head(answer, told)
    assert normal(answer.body) == normal(told.body)


@pytest.mark.parametrize("name", KUBELET_DOWN)
async def test_a_node_that_does_not_answer(name: str, recorded: Recorded) -> None:
    recorded.cluster.api.pods.kubelet_down = True
    told = recording(name)
    answer = await in_thread(ask, recorded, told.request)
    same_head(answer, told)
    assert answer.body == told.body


async def test_pages_hang_together_though_pods_change_meanwhile(recorded: Recorded) -> None:
    """Every page tells the state of the first, whose token leads to the next."""
    first = recording("http-pods-page-1").request["path_and_query"]
    version, path = None, first
    for number in range(1, 5):
        told = recording(f"http-pods-page-{number}")
        answer = await in_thread(ask, recorded, told.request, path)
        same_head(answer, told)
        shown, real = json.loads(answer.body), json.loads(told.body)
        names = [item["metadata"]["name"] for item in shown["items"]]
        assert names == [item["metadata"]["name"] for item in real["items"]]
        assert shown["metadata"].keys() == real["metadata"].keys()
        assert shown["metadata"].get("remainingItemCount") == real["metadata"].get("remainingItemCount")
        version = version or shown["metadata"]["resourceVersion"]
        assert shown["metadata"]["resourceVersion"] == version
        path = f"{first}&continue={shown['metadata'].get('continue')}"
        if number == 1:
            recorded.cluster.delete_pod(TEAM, "worker-6858644697-c9f8d", 0)
        document = recorded.cluster.plane.store[POD].get(TEAM, "api")
        assert document is not None
        recorded.cluster.place_pod(document.read())


async def test_a_token_that_is_too_old_names_another(recorded: Recorded) -> None:
    page = recording("http-pods-page-1")
    first = json.loads((await in_thread(ask, recorded, page.request)).body)
    document = recorded.cluster.plane.store[POD].get(TEAM, "api")
    assert document is not None
    recorded.cluster.place_pod(document.read())
    recorded.cluster.plane.store.compact()
    told = recording("http-410-continue")
    path = f"{page.request['path_and_query']}&continue={first['metadata']['continue']}"
    answer = await in_thread(ask, recorded, told.request, path)
    same_head(answer, told)
    assert answer.body == told.body
    on = f"{page.request['path_and_query']}&continue={json.loads(answer.body)['metadata']['continue']}"
    rest = json.loads((await in_thread(ask, recorded, page.request, on)).body)
    assert [item["metadata"]["name"] for item in rest["items"]] == ["done", "duo", "inits"]


async def test_a_list_at_a_version_long_gone(recorded: Recorded) -> None:
    recorded.cluster.plane.store.compact()
    told = recording("http-410-list-exact")
    answer = await in_thread(ask, recorded, told.request)
    same_head(answer, told)
    assert answer.body == told.body


async def test_events_of_a_pod(recorded: Recorded) -> None:
    told = recording("http-events-of-pod")
    events = recorded.cluster.plane.store[EVENT]
    for item in json.loads(told.body)["items"]:
        events.put(item)
        events.put(
            {
                **item,
                "involvedObject": {**item["involvedObject"], "name": "other"},
                "metadata": {**item["metadata"], "name": "other"},
            }
        )
    answer = await in_thread(ask, recorded, told.request)
    same_head(answer, told)
    assert normal(answer.body) == normal(told.body)


async def test_namespaces(recorded: Recorded) -> None:
    told = recording("http-namespaces")
    namespaces = recorded.cluster.plane.store[NAMESPACE]
    for item in json.loads(told.body)["items"]:
        namespaces.put(item)
    answer = await in_thread(ask, recorded, told.request)
    same_head(answer, told)
    assert normal(answer.body) == normal(told.body)


async def test_a_pod_is_completed_as_the_real_server_completes_it(recorded: Recorded) -> None:
    told = recording("http-pod-create")
    answer = await in_thread(ask, recorded, told.request)
    same_head(answer, told)
    assert json.loads(normal(answer.body)) == json.loads(normal(told.body))


async def test_a_pod_begins_to_be_deleted(recorded: Recorded) -> None:
    told = recording("http-pod-delete-grace")
    pod = json.loads(told.body)
    del pod["metadata"]["deletionTimestamp"], pod["metadata"]["deletionGracePeriodSeconds"]
    pod["metadata"]["generation"] = 1
    del pod["kind"], pod["apiVersion"]
    recorded.cluster.place_pod(pod)
    answer = await in_thread(ask, recorded, told.request)
    same_head(answer, told)
    assert normal(answer.body) == normal(told.body)


async def test_bodies_escape_what_go_escapes(recorded: Recorded) -> None:
    pod = json.loads(recording("http-pod-get").body)
    pod["metadata"]["annotations"] = {"note": "<&>\u2028ü"}
    recorded.cluster.place_pod({name: pod[name] for name in ("metadata", "spec", "status")})
    answer = await in_thread(ask, recorded, recording("http-pod-get").request)
    assert '{"note":"\\u003c\\u0026\\u003e\\u2028ü"}'.encode() in answer.body
    assert encode("<") == b'"\\u003c"'
