"""The embedded cluster's watches, held against a real API server's."""

import asyncio
import json
import re
from typing import Any, Self

import pytest

from podboard.demo import watch as watch_module
from podboard.demo.kinds import POD
from tests.protocol.test_demo_http import ask, normal
from tests.support.cluster import TEAM, Recorded, in_thread
from tests.support.raw_client import ClosedError, RawClient
from tests.support.recordings import Recording, recording
from tests.support.waiting import until

MAYFLY = {
    "metadata": {"name": "mayfly", "labels": {"app": "mayfly"}},
    "spec": {
        "containers": [
            {
                "name": "app",
                "image": "podboard/busybox:1",
                "imagePullPolicy": "Never",
                "command": ["sh", "-c", "echo hello; sleep infinity"],
            }
        ],
        "terminationGracePeriodSeconds": 1,
    },
}


class Watching:
    """A watch in a thread of its own: its lines as they come, and how it ended."""

    def __init__(self, bench: Recorded, request: dict[str, Any], **parameters: Any) -> None:
        path = request["path_and_query"]
        for name, value in parameters.items():
            path = re.sub(rf"(&|\?){name}=[^&]*", "", path) + (
                f"&{name}={value}" if value is not None else ""
            )
        self.lines: list[str] = []
        self.ended = ""
        self.begun = False
        self._login = bench.login(request["auth"])
        self._client: RawClient | None = None
        self._request = request
        self._path = path

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(asyncio.to_thread(self._read))
        await until(lambda: self.begun)
        return self

    async def __aexit__(self, *_: object) -> None:
        if not self._task.done() and self._client is not None:
            self._client.socket.shutdown(2)
        await self._task

    async def end(self) -> None:
        await self._task

    def objects(self, kind: str = "") -> list[dict[str, Any]]:
        events = [json.loads(line) for line in self.lines]
        return [event["object"] for event in events if kind in ("", event["type"])]

    def _read(self) -> None:
        with RawClient(self._login) as client:
            self._client = client
            client.send(self._request["method"], self._path, self._request["headers"])
            self._read_from(client)

    def _read_from(self, client: RawClient) -> None:
        answer = client.head()
        assert (answer.status, answer.headers["transfer-encoding"]) == (200, "chunked")
        assert answer.headers["content-type"] == "application/json"
        self.begun = True
        text = b""
        try:
            while chunk := client.chunk():
                text += chunk
                *whole, text = text.split(b"\n")
                self.lines += [line.decode() for line in whole]
            self.ended = "the server ended the body (last chunk)"
        except (ClosedError, OSError, ValueError) as how:
            self.ended = str(how)
        assert text == b""


def shape(line: str) -> str:
    """An event without what differs from run to run: ids, moments, addresses, the order of keys."""
    shown = normal(line.encode())
    shown = re.sub(r"10\.88\.0\.\d+", "IP", shown)
    shown = re.sub(r"containerd://[0-9a-f]{64}", "containerd://ID", shown)
    shown = re.sub(r'"imageID":"sha256:[0-9a-f]{64}"', '"imageID":"sha256:ID"', shown)
    shown = re.sub(r'"resourceVersion": ?"\d+"', '"resourceVersion":"N"', shown)
    shown = re.sub(r'"\d+m?s"', '"AGE"', shown)
    event = json.loads(shown)
    rows = event["object"].get("rows", [{"object": event["object"]}])
    for row in rows:  # two managers of the same second stand in the order of their names
        row["object"]["metadata"].get("managedFields", []).sort(key=lambda one: one["manager"])
    return json.dumps(event, sort_keys=True)


def same_lines(seen: list[str], told: Recording) -> None:
    for number, (line, real) in enumerate(zip(seen, told.lines, strict=True)):
        assert shape(line) == shape(real), number


async def live_and_die(bench: Recorded, name: str) -> None:
    """Let a pod come up and be deleted, as happened while the watches were recorded."""
    cluster, agenda = bench.cluster, bench.cluster.plane.agenda
    cluster.create_pod(
        {**MAYFLY, "metadata": {**MAYFLY["metadata"], "name": name}}, TEAM, "podboard-recorder"
    )  # type: ignore[dict-item]
    agenda.advance(2)
    cluster.delete_pod(TEAM, name)
    agenda.advance(4)


@pytest.mark.parametrize("name", ["watch-pod-life", "watch-table"])
async def test_a_pod_lives_and_dies(name: str, recorded: Recorded) -> None:
    told = recording(name)
    version = recorded.cluster.plane.store.version
    async with Watching(recorded, told.request, resourceVersion=version, timeoutSeconds=2) as watching:
        await live_and_die(recorded, "mayfly")
        await watching.end()
    same_lines(watching.lines, told)
    assert watching.ended == "the server ended the body (last chunk)"


async def test_a_pod_that_uses_up_its_grace(recorded: Recorded) -> None:
    told = recording("watch-pod-delete-grace")
    agenda = recorded.cluster.plane.agenda
    manifest = {
        "metadata": {"name": "leaving", "labels": {"app": "leaving"}},
        "spec": {
            "containers": [
                {
                    **MAYFLY["spec"]["containers"][0],
                    "command": ["sh", "-c", "trap '' TERM; while :; do sleep 1; done"],
                }  # type: ignore[index]
            ],
            "terminationGracePeriodSeconds": 1,
        },
    }
    recorded.cluster.create_pod(manifest, TEAM, "podboard-recorder")
    agenda.advance(5)
    version = recorded.cluster.plane.store.version
    async with Watching(recorded, told.request, resourceVersion=version) as watching:
        recorded.cluster.delete_pod(TEAM, "leaving", 3)
        agenda.advance(2.9)
        await until(lambda: len(watching.lines) == 2)
        agenda.advance(2)
        await until(lambda: len(watching.lines) == 5)
    same_lines(watching.lines, told)


async def test_the_state_first_where_no_version_is_named(recorded: Recorded) -> None:
    told = recording("watch-no-version")
    async with Watching(recorded, told.request, timeoutSeconds=1) as watching:
        await watching.end()
    same_lines(watching.lines, told)


async def test_a_list_that_streams(recorded: Recorded) -> None:
    told = recording("watch-streaming-list")
    for line in told.lines[:-1]:
        pod = json.loads(line)["object"]
        recorded.cluster.place_pod({name: pod[name] for name in ("metadata", "spec", "status")})
    async with Watching(recorded, told.request, timeoutSeconds=2) as watching:
        await until(lambda: len(watching.lines) == len(told.lines))
    same_lines(watching.lines, told)


async def test_a_version_that_is_too_old(recorded: Recorded) -> None:
    told = recording("watch-410")
    recorded.cluster.plane.store.compact()
    oldest = recorded.cluster.plane.store[POD].oldest
    async with Watching(recorded, told.request) as watching:
        await watching.end()
    assert watching.lines == [told.lines[0].replace("1312", str(oldest))]
    assert watching.ended == "the server ended the body (last chunk)"


async def test_a_version_nobody_has_reached(recorded: Recorded) -> None:
    told = recording("watch-future-version")
    async with Watching(recorded, told.request, timeoutSeconds=1) as watching:
        await live_and_die(recorded, "mayfly")
        await watching.end()
    assert watching.lines == []


async def test_a_server_that_stops_says_a_last_bookmark(recorded: Recorded) -> None:
    told = recording("watch-apiserver-stopped")
    version = recorded.cluster.plane.store.version
    async with Watching(recorded, told.request, resourceVersion=version) as watching:
        await recorded.cluster.restart()
        await watching.end()
    same_lines(watching.lines, told)
    assert watching.ended == "the server ended the body (last chunk)"


async def test_bookmarks_come_at_their_time(recorded: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch_module, "_BOOKMARK_SECONDS", 0.01)
    told = recording("watch-pod-life")
    version = recorded.cluster.plane.store.version
    async with Watching(recorded, told.request, resourceVersion=version) as watching:
        await until(lambda: len(watching.objects("BOOKMARK")) >= 3)
    assert {item["metadata"]["resourceVersion"] for item in watching.objects()} == {str(version)}


async def test_a_pod_that_falls_out_of_the_selection_is_deleted_for_the_watch(recorded: Recorded) -> None:
    request = recording("watch-no-version").request
    collection = recorded.cluster.plane.store[POD]
    async with Watching(recorded, request, timeoutSeconds=None) as watching:
        await until(lambda: len(watching.lines) == 2)
        document = collection.get(TEAM, "worker-6858644697-8hkk9")
        assert document is not None
        pod = document.read()
        for app in ("idler", "worker", "worker"):
            pod["metadata"]["labels"]["app"] = app
            recorded.cluster.place_pod(pod)
        await until(lambda: len(watching.lines) == 5)
    kinds = [json.loads(line)["type"] for line in watching.lines]
    assert kinds == ["ADDED", "ADDED", "DELETED", "ADDED", "MODIFIED"]


async def test_metadata_only(recorded: Recorded) -> None:
    request = recording("watch-no-version").request
    accept = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"
    request = {**request, "headers": {**request["headers"], "Accept": accept}}
    async with Watching(recorded, request) as watching:
        await until(lambda: len(watching.lines) == 2)
    assert all(item.keys() == {"kind", "apiVersion", "metadata"} for item in watching.objects())


async def test_a_watch_may_not_stream_without_bookmarks(recorded: Recorded) -> None:
    told = recording("watch-streaming-list")
    path = told.request["path_and_query"].replace("allowWatchBookmarks=true", "allowWatchBookmarks=false")
    answer = await in_thread(ask, recorded, told.request, path)
    assert answer.status == 422
    assert json.loads(answer.body)["reason"] == "Invalid"


async def test_a_crash_is_told_step_by_step(recorded: Recorded) -> None:
    """Restarts: at once the first time, after ten seconds the second time, then after twenty."""
    cluster, agenda = recorded.cluster, recorded.cluster.plane.agenda
    cluster.create_pod(MAYFLY, TEAM)
    agenda.advance(2)
    version = cluster.plane.store.version
    request = recording("watch-pod-life").request
    async with Watching(recorded, request, resourceVersion=version, timeoutSeconds=None) as watching:
        for _ in range(3):
            cluster.end_container(TEAM, "mayfly", "app", 3)
            agenda.advance(25)
        await until(lambda: len(watching.lines) == 8)
    states = [item["status"]["containerStatuses"][0] for item in watching.objects()]
    told = [(next(iter(one["state"])), one["restartCount"]) for one in states]
    again = [("terminated", 1), ("waiting", 1), ("running", 2)]
    assert told == [
        ("terminated", 0),
        ("running", 1),
        *again,
        ("terminated", 2),
        ("waiting", 2),
        ("running", 3),
    ]
    waiting = [
        one["state"]["waiting"]["message"].partition(" restarting")[0]
        for one in states
        if "waiting" in one["state"]
    ]
    assert waiting == ["back-off 10s", "back-off 20s"]
    assert {one["lastState"]["terminated"]["exitCode"] for one in states[1:] if one["lastState"]} == {3}


async def test_init_containers_come_first(recorded: Recorded) -> None:
    cluster, agenda = recorded.cluster, recorded.cluster.plane.agenda
    manifest = {
        "metadata": {"name": "slow"},
        "spec": {
            "initContainers": [{"name": "prepare", "image": "podboard/prepares:1"}],
            "containers": [{"name": "app", "image": "podboard/busybox:1"}],
        },
    }
    words: list[str] = []
    request = recording("watch-table").request
    async with Watching(
        recorded, request, resourceVersion=cluster.plane.store.version, timeoutSeconds=None
    ) as watching:
        cluster.create_pod(manifest, TEAM)
        agenda.advance(10)
        await until(lambda: "Running" in str(watching.lines))
    for item in watching.objects():
        status = item["rows"][0]["cells"][2]
        words += [status] if words[-1:] != [status] else []
    assert words == ["Pending", "Init:0/1", "PodInitializing", "Running"]
