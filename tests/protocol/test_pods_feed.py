"""The pod feed against recorded answers and against servers that forget, refuse and cut."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio

from podboard.errors import UsageError
from podboard.kube import pods as pods_module
from podboard.kube.client import ApiClient
from podboard.kube.pods import FeedPhase, PodChanges, PodFeed
from podboard.wire.backoff import Backoff
from tests.support.recordings import recording
from tests.support.replay import Reader, ReplayServer, Request, Writer, answer
from tests.support.waiting import until

PATH = "/api/v1/namespaces/team-a/pods"
JSON = {"content-type": "application/json"}
Watch = Callable[[Reader, Writer], Any]
Said = bytes | tuple[int, bytes] | Watch
"""A body, a status with its body, or a watch that goes on."""

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"


def listed(*names: str, version: str = "100", more: str = "", left: int = 0) -> bytes:
    metadata: dict[str, Any] = {"resourceVersion": version}
    if more:
        metadata |= {"continue": more, "remainingItemCount": left}
    return json.dumps({"metadata": metadata, "items": [pod(name) for name in names]}).encode()


def pod(name: str, version: str = "1") -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": "team-a", "resourceVersion": version}}


def event(kind: str, name: str, version: str) -> bytes:
    return json.dumps({"type": kind, "object": pod(name, version)}).encode() + b"\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


class PodServer:
    """An API server's pods: lists and watches get what the test says, in turn, the last ever again."""

    def __init__(self, replay: ReplayServer) -> None:
        self.lists: list[Said] = [listed()]
        self.watches: list[Said] = [self.silent]
        self.asked: list[dict[str, str]] = []
        self.closed = 0
        replay.on(PATH, self._answer)
        replay.on("/version", self._version)

    @property
    def watched_from(self) -> list[str]:
        return [query["resourceVersion"] for query in self.asked if "watch" in query]

    @property
    def lists_asked(self) -> int:
        return sum("watch" not in query for query in self.asked)

    async def silent(self, reader: Reader, _: Writer) -> None:
        await reader.read()
        self.closed += 1

    def says(self, *pieces: bytes, then: str = "go on") -> Watch:
        async def watch(reader: Reader, writer: Writer) -> None:
            for piece in pieces:
                writer.write(chunk(piece))
                await writer.drain()
            if then == "end":
                writer.write(b"0\r\n\r\n")
            elif then == "cut":
                writer.close()
            else:
                await self.silent(reader, writer)

        return watch

    async def _answer(self, request: Request, reader: Reader, writer: Writer) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(request.target).query).items()}
        self.asked.append(query)
        script = self.watches if "watch" in query else self.lists
        said = script.pop(0) if len(script) > 1 else script[0]
        if callable(said):
            writer.write(HEAD)
            await said(reader, writer)
        else:
            status, body = said if isinstance(said, tuple) else (200, said)
            writer.write(answer(status, body, JSON))

    async def _version(self, _: Request, __: Reader, writer: Writer) -> None:
        writer.write(answer(200, b"{}", JSON))


class Listener:
    """Somebody who follows a feed and remembers."""

    def __init__(self, feed: PodFeed) -> None:
        self.feed = feed
        self.told: list[PodChanges] = []
        self.pods: dict[tuple[str, str], str] = {}
        self.task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        async with aclosing(self.feed.changes()) as changes:
            async for told in changes:
                self.told.append(told)
                for found in told.changed:
                    self.pods[found.key] = found.metadata.resource_version
                for key in told.removed:
                    self.pods.pop(key, None)

    @property
    def names(self) -> set[str]:
        return {name for _, name in self.pods}

    @property
    def phases(self) -> list[str]:
        """The phases gone through, each once in a row."""
        phases = [told.state.phase.value for told in self.told]
        return [phase for number, phase in enumerate(phases) if phases[number - 1 : number] != [phase]]

    def saw(self, phase: FeedPhase) -> list[PodChanges]:
        return [told for told in self.told if told.state.phase is phase]

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@pytest_asyncio.fixture
async def replay(tmp_path: Path) -> AsyncIterator[ReplayServer]:
    async with ReplayServer(tmp_path) as server:
        yield server


@pytest_asyncio.fixture
async def server(replay: ReplayServer) -> PodServer:
    return PodServer(replay)


Listen = Callable[..., Listener]


@pytest_asyncio.fixture
async def listen(replay: ReplayServer) -> AsyncIterator[Listen]:
    listeners: list[Listener] = []
    async with ApiClient(replay.access()) as client:

        def start(backoff: Backoff | None = None) -> Listener:
            feed = PodFeed(client, "team-a", backoff or Backoff(first=0.01, most=0.02))
            listeners.append(Listener(feed))
            return listeners[-1]

        yield start
        for listener in listeners:
            await listener.stop()


async def test_recorded_pages_and_a_recorded_life(server: PodServer, listen: Listen) -> None:
    server.lists = [recording(f"http-pods-page-{number}").body for number in (1, 2, 3, 4)]
    lines = "\n".join(recording("watch-pod-life").lines).encode() + b"\n"
    server.watches = [server.says(*(lines[start : start + 1000] for start in range(0, len(lines), 1000)))]
    listener = listen()
    await until(lambda: listener.saw(FeedPhase.LIVE) and listener.told[-1].removed)

    pages = listener.saw(FeedPhase.LISTING)
    assert [(told.state.listed, told.state.expected) for told in pages] == [
        (3, 12),
        (6, 12),
        (9, 12),
        (12, 12),
    ]
    assert [query.get("limit") for query in server.asked[:4]] == ["500"] * 4
    assert [bool(query.get("continue")) for query in server.asked[:4]] == [False, True, True, True]
    assert listener.phases == ["listing", "live"]
    assert len(listener.pods) == 12
    assert "mayfly" in {found.name for told in listener.told for found in told.changed}
    watch = server.asked[4]
    assert watch["allowWatchBookmarks"] == "true"
    assert 240 <= int(watch["timeoutSeconds"]) <= 300
    assert listener.told[-1].state.skipped == 0


async def test_an_empty_namespace_is_live(server: PodServer, listen: Listen) -> None:
    listener = listen()
    await until(lambda: listener.saw(FeedPhase.LIVE))
    assert server.watched_from == ["100"]
    assert listener.pods == {}


async def test_of_several_events_in_one_turn_the_last_counts(server: PodServer, listen: Listen) -> None:
    server.lists = [listed("a", "b", "c")]
    burst = [
        event("MODIFIED", "a", "101"),
        event("MODIFIED", "a", "102"),
        event("DELETED", "b", "103"),
        event("DELETED", "c", "104"),
        event("ADDED", "c", "105"),
        event("ADDED", "d", "106"),
    ]
    server.watches = [server.says(b"".join(burst))]
    listener = listen()
    await until(lambda: "d" in listener.names)
    assert listener.pods == {("team-a", "a"): "102", ("team-a", "c"): "105", ("team-a", "d"): "106"}


async def test_a_watch_that_ends_in_order_goes_on_from_its_bookmark(
    server: PodServer, listen: Listen
) -> None:
    bookmark = (
        b'{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"150"},"spec":{"containers":null}}}\n'
    )
    server.lists = [listed("a")]
    server.watches = [server.says(event("MODIFIED", "a", "120"), bookmark, then="end"), server.silent]
    listener = listen()
    await until(lambda: len(server.watched_from) == 2)
    assert server.watched_from == ["100", "150"]
    assert server.lists_asked == 1
    assert "retrying" not in listener.phases


async def test_a_cut_watch_is_tried_again_from_the_last_event(server: PodServer, listen: Listen) -> None:
    server.lists = [listed("a")]
    server.watches = [server.says(event("MODIFIED", "a", "120"), then="cut"), server.silent]
    listener = listen()
    await until(lambda: len(server.watched_from) == 2 and listener.phases[-1] == "live")
    assert server.watched_from == ["100", "120"]
    assert server.lists_asked == 1
    assert listener.phases == ["listing", "live", "retrying", "live"]
    (retrying,) = listener.saw(FeedPhase.RETRYING)
    assert retrying.state.sentence.endswith("was cut off")
    assert retrying.state.retry_in > 0


async def test_who_waits_after_a_failure_can_be_hurried(server: PodServer, listen: Listen) -> None:
    server.lists = [listed("a")]
    server.watches = [server.says(event("MODIFIED", "a", "120"), then="cut"), server.silent]
    listener = listen(Backoff(first=3600))
    await until(lambda: listener.saw(FeedPhase.RETRYING))
    listener.feed.try_now()
    await until(lambda: server.watched_from == ["100", "120"])


async def test_a_server_that_ends_each_watch_at_once_is_not_asked_without_pause(
    server: PodServer, listen: Listen
) -> None:
    server.watches = [server.says(then="end")]
    listener = listen()
    await until(lambda: len(listener.saw(FeedPhase.RETRYING)) == 3)
    delays = [told.state.retry_in for told in listener.saw(FeedPhase.RETRYING)]
    assert all(delay >= 0.01 for delay in delays)
    assert delays[1] >= 0.02
    assert listener.told[-1].state.sentence.endswith("ended the watch at once")


GONE_EVENT = recording("watch-410").lines[0].encode() + b"\n"
GONE_STATUS = (410, recording("http-410-list-exact").body)


async def test_a_forgotten_version_means_listing_again(server: PodServer, listen: Listen) -> None:
    server.lists = [listed("a", "b"), listed("b", "c", version="200")]
    server.watches = [server.says(GONE_EVENT, then="end"), server.silent]
    listener = listen()
    await until(lambda: server.watched_from == ["100", "200"])
    assert listener.names == {"b", "c"}
    assert "retrying" not in listener.phases


async def test_a_watch_refused_with_410_means_listing_again(server: PodServer, listen: Listen) -> None:
    server.lists = [listed("a", "b"), listed("b", "c", version="200")]
    server.watches = [GONE_STATUS, server.silent]
    listener = listen()
    await until(lambda: server.watched_from == ["100", "200"])
    assert listener.names == {"b", "c"}


async def test_a_server_that_always_forgets_is_asked_with_pauses(server: PodServer, listen: Listen) -> None:
    server.watches = [GONE_STATUS]
    listener = listen()
    await until(lambda: len(listener.saw(FeedPhase.RETRYING)) == 2)
    assert server.lists_asked == 3


async def test_an_expired_continue_token_starts_the_list_over(server: PodServer, listen: Listen) -> None:
    expired = (410, recording("http-410-continue").body)
    server.lists = [
        listed("a", "b", more="next", left=2),
        expired,
        listed("b", "c", version="200", more="next", left=1),
        listed("d", version="200"),
    ]
    listener = listen()
    await until(lambda: server.watched_from == ["200"])
    assert listener.names == {"b", "c", "d"}
    assert [bool(query.get("continue")) for query in server.asked[:4]] == [False, True, False, True]


async def test_nothing_is_dropped_before_a_new_list_is_complete(server: PodServer, listen: Listen) -> None:
    server.lists = [
        listed("a", "b"),
        listed("c", version="200", more="next", left=1),
        (500, b"etcd is busy"),
        listed("c", version="300"),
    ]
    server.watches = [server.says(GONE_EVENT, then="end"), server.silent]
    listener = listen()
    await until(lambda: listener.saw(FeedPhase.RETRYING))
    assert listener.names == {"a", "b", "c"}
    await until(lambda: server.watched_from == ["100", "300"])
    assert listener.names == {"c"}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("http-401-bad-token", "does not accept the credentials"),
        ("http-403-pods-cluster-wide", "cannot list resource"),
    ],
)
async def test_a_refused_list_is_told_and_tried_again(
    name: str, sentence: str, server: PodServer, listen: Listen
) -> None:
    recorded = recording(name)
    server.lists = [(recorded.response["status"], recorded.body), listed("a")]
    listener = listen()
    await until(lambda: listener.saw(FeedPhase.LIVE))
    assert listener.phases == ["retrying", "listing", "live"]
    assert sentence in listener.told[0].state.sentence
    assert listener.names == {"a"}


async def test_who_may_not_list_everything_is_told_of_namespaces(replay: ReplayServer) -> None:
    recorded = recording("http-403-pods-cluster-wide")
    replay.play(recorded)
    async with ApiClient(replay.access()) as client, aclosing(PodFeed(client).changes()) as changes:
        told = await anext(changes)
    assert replay.requests[0].path == "/api/v1/pods"
    assert told.state.phase is FeedPhase.RETRYING
    assert told.state.hint == "list a namespace that is allowed to you: -n NAMESPACE"


async def test_what_is_no_list_is_told(server: PodServer, listen: Listen) -> None:
    server.lists = [b"<html>Log in</html>", b'{"items":[],"metadata":{}}', listed("a")]
    listener = listen()
    await until(lambda: listener.saw(FeedPhase.LIVE))
    sentences = [told.state.sentence for told in listener.saw(FeedPhase.RETRYING)]
    assert len(sentences) == 2
    assert all("does not answer like a Kubernetes API server" in sentence for sentence in sentences)


async def test_odd_pods_are_skipped_and_counted(server: PodServer, listen: Listen) -> None:
    document = json.loads(listed("a", "b"))
    document["items"].insert(1, {"metadata": {"name": "odd"}, "status": "none"})
    server.lists = [json.dumps(document).encode()]
    server.watches = [server.says(b"no event\n", event("ADDED", "", "101"), event("ADDED", "c", "102"))]
    listener = listen()
    await until(lambda: "c" in listener.names)
    assert listener.names == {"a", "b", "c"}
    assert listener.told[0].state.skipped == 1
    assert listener.told[-1].state.skipped == 3


async def test_another_error_in_a_watch_is_told(server: PodServer, listen: Listen) -> None:
    broken = b'{"type":"ERROR","object":{"code":500,"message":"etcd is gone"}}\n'
    server.watches = [server.says(event("ADDED", "a", "101") + broken, then="end"), server.silent]
    listener = listen()
    await until(lambda: len(server.watched_from) == 2)
    assert server.watched_from == ["100", "101"]
    assert listener.names == {"a"}  # what came before the error is not lost
    (retrying,) = listener.saw(FeedPhase.RETRYING)
    assert retrying.state.sentence == "etcd is gone"
    assert server.lists_asked == 1


async def test_a_line_without_end_is_no_watch(
    server: PodServer, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pods_module, "_LINE_LIMIT", 1000)
    server.watches = [server.says(b"x" * 2000), server.silent]
    listener = listen()
    await until(lambda: listener.saw(FeedPhase.RETRYING))
    assert "does not answer like" in listener.told[-1].state.sentence


async def test_who_stops_listening_closes_the_connection(server: PodServer, listen: Listen) -> None:
    listener = listen()
    await until(lambda: listener.saw(FeedPhase.LIVE))
    await listener.stop()
    await until(lambda: server.closed == 1)


async def test_a_large_page_gives_way_in_between(
    server: PodServer, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pods_module, "_SLICE", 0.0)
    names = [f"pod-{number}" for number in range(50)]
    server.lists = [listed(*names)]
    server.watches = [server.says(b"".join(event("MODIFIED", name, "101") for name in names))]
    listener = listen()
    await until(lambda: set(listener.pods.values()) == {"101"} and len(listener.pods) == 50)
    assert len(listener.saw(FeedPhase.LISTING)) == 50
    assert len(listener.saw(FeedPhase.LIVE)) >= 50


async def test_a_namespace_that_is_none_is_refused_at_once(replay: ReplayServer) -> None:
    with pytest.raises(UsageError):
        PodFeed(ApiClient(replay.access()), "a/b")
