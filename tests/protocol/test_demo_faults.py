"""What goes wrong on request does."""

import asyncio
import json
import ssl
import time
from typing import Any
from urllib.parse import urlsplit

import pytest

from podboard.demo.cluster import DemoCluster
from tests.protocol.test_demo_http import ask
from tests.protocol.test_demo_watch import Watching
from tests.support.cluster import TEAM, Recorded, in_thread
from tests.support.raw_client import NO_CLOSE_NOTIFY, RawClient
from tests.support.recordings import recording
from tests.support.waiting import until

LIST = recording("http-pods-list").request
WATCH = recording("watch-no-version").request
EXEC = recording("exec-container-named.v5").request
ONE = recording("http-pod-get").request


def status(bench: Recorded, request: dict[str, Any]) -> Any:
    return in_thread(lambda: ask(bench, request).status)


@pytest.mark.parametrize(("fault", "code"), [("401", 401), ("403", 403), ("500", 500)])
async def test_answers_that_are_failures(fault: str, code: int, recorded: Recorded) -> None:
    recorded.cluster.faults.set(fault)
    assert [await status(recorded, request) for request in (LIST, EXEC, ONE)] == [code] * 3
    recorded.cluster.faults.set(f"{fault}@exec")
    assert [await status(recorded, request) for request in (LIST, EXEC, ONE)] == [200, code, 200]
    recorded.cluster.faults.set(f"{fault}@list")
    assert [await status(recorded, request) for request in (LIST, EXEC, ONE)] == [code, 101, 200]
    recorded.cluster.faults.set()
    assert [await status(recorded, request) for request in (LIST, EXEC, ONE)] == [200, 101, 200]


async def test_a_request_hangs(recorded: Recorded) -> None:
    recorded.cluster.faults.set("hang@list")
    reader, writer = await _connection(recorded)
    writer.write(b"GET /api/v1/pods HTTP/1.1\r\nHost: localhost\r\n\r\n")
    reading = asyncio.create_task(reader.read(1))
    assert await status(recorded, ONE) == 200  # asked later, answered before
    assert not reading.done()
    writer.transport.abort()
    await asyncio.gather(reading, return_exceptions=True)


async def test_an_answer_comes_late(recorded: Recorded) -> None:
    recorded.cluster.faults.set("delay=0.3@list")
    began = time.monotonic()
    assert await status(recorded, LIST) == 200
    assert time.monotonic() - began >= 0.3


async def test_nobody_listens_and_then_somebody_does(recorded: Recorded) -> None:
    recorded.cluster.faults.set("refuse")
    address = urlsplit(recorded.cluster.server)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(address.hostname, address.port)
    recorded.cluster.faults.set()
    await until(lambda: recorded.cluster.api.listening)
    assert await status(recorded, LIST) == 200


async def test_refusing_from_the_start() -> None:
    """The port is known all the same: a kubeconfig has to name it."""
    async with DemoCluster(story=None, faults=["refuse"]) as cluster:
        address = urlsplit(cluster.server)
        assert f"server: {cluster.server}\n" in cluster.kubeconfig.read_text("utf-8")
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(address.hostname, address.port)


async def test_a_watch_is_dropped(recorded: Recorded) -> None:
    async with Watching(recorded, WATCH, timeoutSeconds=None) as watching:
        await until(lambda: len(watching.lines) == 2)
        recorded.cluster.faults.set("drop-watch")
        await watching.end()
    assert watching.ended == NO_CLOSE_NOTIFY
    async with Watching(recorded, WATCH, timeoutSeconds=None) as again:
        await again.end()
    assert again.ended == NO_CLOSE_NOTIFY


async def test_a_watch_is_dropped_after_a_while(recorded: Recorded) -> None:
    recorded.cluster.faults.set("drop-watch=0.2")
    async with Watching(recorded, WATCH, timeoutSeconds=None) as watching:
        await until(lambda: len(watching.lines) == 2)
        await watching.end()
    assert watching.ended == NO_CLOSE_NOTIFY


async def test_versions_are_gone(recorded: Recorded) -> None:
    version = recorded.cluster.plane.store.version
    recorded.cluster.faults.set("gone")
    async with Watching(recorded, WATCH, resourceVersion=version) as watching:
        await watching.end()
    (line,) = watching.lines
    assert json.loads(line)["object"]["code"] == 410
    recorded.cluster.faults.set("gone@list")
    page = recording("http-pods-page-1").request
    first = await in_thread(ask, recorded, page)
    token = json.loads(first.body)["metadata"]["continue"]
    second = await in_thread(ask, recorded, page, f"{page['path_and_query']}&continue={token}")
    assert (first.status, second.status) == (200, 410)


async def test_a_restart_keeps_the_port(recorded: Recorded) -> None:
    before = recorded.cluster.server
    async with Watching(recorded, WATCH, timeoutSeconds=None) as watching:
        await until(lambda: len(watching.lines) == 2)
        recorded.cluster.faults.set("restart")
        await watching.end()
    await until(lambda: recorded.cluster.api.listening)
    assert recorded.cluster.server == before
    assert await status(recorded, LIST) == 200


async def test_restarts_again_and_again(recorded: Recorded) -> None:
    recorded.cluster.faults.set("restart=0.1")
    for _ in range(2):
        await until(lambda: not recorded.cluster.api.listening)
        await until(lambda: recorded.cluster.api.listening)
    recorded.cluster.faults.set()
    await until(lambda: recorded.cluster.api.listening)
    assert await status(recorded, LIST) == 200


# -- what else nobody should get away with


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:443"},
    ],
)
async def test_browsers_are_refused(headers: dict[str, str], recorded: Recorded) -> None:
    def talk() -> int:
        with RawClient(recorded.login("client certificate of a cluster admin")) as client:
            lines = {"Host": "localhost", **headers}
            text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
            client.socket.sendall(f"GET /api/v1/pods HTTP/1.1\r\n{text}\r\n".encode())
            return client.answer().status

    assert await in_thread(talk) == 403


@pytest.mark.parametrize(
    ("request_text", "code"),
    [
        (b"NONSENSE\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nbad header\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 20000, 431),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
    ],
)
async def test_what_is_no_request_is_refused(request_text: bytes, code: int, recorded: Recorded) -> None:
    reader, writer = await _connection(recorded)
    writer.write(request_text)
    head = await reader.read()
    writer.close()
    assert head.startswith(f"HTTP/1.1 {code} ".encode())
    assert b"Connection: close" in head


async def test_one_connection_serves_many_requests(recorded: Recorded) -> None:
    def talk() -> list[int]:
        with RawClient(recorded.login(LIST["auth"])) as client:
            codes = []
            for _ in range(3):
                client.send("GET", LIST["path_and_query"], LIST["headers"])
                codes.append(client.answer().status)
            client.send("GET", LIST["path_and_query"], LIST["headers"])
            client.send("GET", f"/api/v1/namespaces/{TEAM}/pods/nobody", LIST["headers"])
            return [*codes, client.answer().status, client.answer().status]

    assert await in_thread(talk) == [200, 200, 200, 200, 404]


async def _connection(bench: Recorded) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    address = urlsplit(bench.cluster.server)
    context = ssl.create_default_context(cadata=bench.cluster.authority.decode())
    return await asyncio.open_connection(address.hostname, address.port, ssl=context)
