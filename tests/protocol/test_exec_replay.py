"""The exec client against what a real API server was recorded to say, over real TLS sockets."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from podboard.errors import ApiError, UnreachableError, UsageError
from podboard.kube import exec as exec_module
from podboard.kube.client import ApiClient
from podboard.kube.exec import ExecSession, open_exec
from podboard.model.ending import CLOSED_BY_US, EndingKind
from podboard.model.size import Size
from podboard.model.target import Target
from podboard.wire.exec_channel import V5, Ended, Stderr, Stdout
from podboard.wire.flow import AHEAD
from podboard.wire.liveness import Liveness, Verdict
from tests.support.recordings import FOLDER, recording
from tests.support.replay import (
    Reader,
    ReplayServer,
    Request,
    Script,
    Writer,
    answer,
    encode,
    until_closed,
    upgrade,
)
from tests.support.waiting import until

SHELL = Target("team-a", "shell")
SHELL_PATH = "/api/v1/namespaces/team-a/pods/shell/exec"
REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
SIZE = Size(80, 24)
PIECE = bytes(32 * 1024)
JSON = {"content-type": "application/json"}


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[ReplayServer]:
    async with ReplayServer(tmp_path) as replay:
        yield replay


@pytest_asyncio.fixture
async def client(server: ReplayServer) -> AsyncIterator[ApiClient]:
    async with ApiClient(server.access()) as api:
        yield api


def refused(name: str) -> bool:
    return recording(name).response["status"] != 101


def is_spoken_by_us(name: str) -> bool:
    """Whether the client of the recording did nothing that podboard's does not."""
    recorded = recording(name)
    odd = ("client-close", "ping", "unknown-channel", "subprotocol", "attach-stdout", "close-stdin.v4")
    return (
        not refused(name)
        and not any(word in name for word in odd)
        and "command" in recorded.request["path_and_query"]
    )


NAMES = sorted(path.stem for path in FOLDER.glob("exec-*.json"))


async def collect(session: ExecSession) -> tuple[bytes, bytes, Ended]:
    out, err = bytearray(), bytearray()
    while True:
        event = await session.receive()
        if isinstance(event, Stdout):
            out += event.data
        elif isinstance(event, Stderr):
            err += event.data
        else:
            return bytes(out), bytes(err), event


async def repeat_input(name: str, session: ExecSession) -> None:
    """Send what the recording's client sent."""
    for frame in recording(name).frames:
        if frame.sent_by_server or frame.opcode != "binary":
            continue
        if frame.channel == 0:
            await session.write(frame.payload)
        elif frame.channel == 4:
            await session.resize(SIZE)
        elif frame.channel == 255:
            await session.end_input()


@pytest.mark.parametrize("name", [name for name in NAMES if is_spoken_by_us(name)])
async def test_a_recorded_session_runs_to_its_end(name: str, server: ReplayServer, client: ApiClient) -> None:
    recorded = recording(name)
    server.play(recorded)
    pod = recorded.request["path_and_query"].split("/")[6]
    session = await open_exec(client, Target("team-a", pod), ("sh",), tty=False)
    try:
        await repeat_input(name, session)
        out, err, ended = await collect(session)
        assert await session.receive() == ended
    finally:
        await session.close()

    assert out == recorded.channel(1)
    assert err == recorded.channel(2)
    assert (ended.ending.kind is EndingKind.DROPPED) == (not recorded.channel(3))


@pytest.mark.parametrize("name", [name for name in NAMES if refused(name) and "-as-" not in name])
async def test_a_refusal_carries_what_the_server_said(
    name: str, server: ReplayServer, client: ApiClient
) -> None:
    recorded = recording(name)
    server.play(recorded)
    namespace, pod = recorded.request["path_and_query"].split("/")[4:7:2]
    with pytest.raises(ApiError) as caught:
        await open_exec(client, Target(namespace, pod), ("sh",), tty=False)

    assert caught.value.status == recorded.response["status"]
    assert caught.value.message


@pytest.mark.parametrize(
    ("name", "reviews", "sentence"),
    [
        ("exec-as-exec-create-only.v5", ("get",), "may not get pods/exec in team-a"),
        ("exec-as-exec-get-only.v5", ("create",), "may not create pods/exec in team-a"),
        ("exec-as-view-only.v5", ("get", "create"), "may not get and create pods/exec in team-a"),
    ],
)
async def test_a_missing_right_is_named(
    name: str, reviews: tuple[str, ...], sentence: str, server: ReplayServer, client: ApiClient
) -> None:
    async def review(request: Request, _: Reader, writer: Writer) -> None:
        denied = any(f'"verb": "{verb}"'.encode() in request.body for verb in reviews)
        said = recording("http-access-review-denied" if denied else "http-access-review-allowed")
        writer.write(answer(201, said.body, JSON))

    server.play(recording(name))
    server.on(REVIEWS, review)
    with pytest.raises(ApiError, match=sentence) as caught:
        await open_exec(client, SHELL, ("sh",), tty=True, size=SIZE)
    assert (caught.value.status, caught.value.reason) == (403, "Forbidden")
    assert "get and create" in caught.value.hint


async def test_a_refusal_stands_where_no_review_is_to_be_had(server: ReplayServer, client: ApiClient) -> None:
    server.play(recording("exec-as-view-only.v5"))
    with pytest.raises(ApiError, match="cannot get resource"):
        await open_exec(client, SHELL, ("sh",), tty=True, size=SIZE)


async def test_a_refusal_stands_where_no_right_is_missing(server: ReplayServer, client: ApiClient) -> None:
    async def review(_: Request, __: Reader, writer: Writer) -> None:
        writer.write(answer(201, recording("http-access-review-allowed").body, JSON))

    server.play(recording("exec-as-exec-get-only.v5"))
    server.on(REVIEWS, review)
    with pytest.raises(ApiError, match='pods "shell" is forbidden'):
        await open_exec(client, SHELL, ("sh",), tty=True, size=SIZE)


async def test_a_wrong_token_is_told_without_being_shown(server: ReplayServer, client: ApiClient) -> None:
    server.play(recording("exec-as-bad-token.v5"))
    with pytest.raises(ApiError) as caught:
        await open_exec(client, SHELL, ("sh",), tty=True, size=SIZE)
    assert caught.value.message.endswith('does not accept the credentials of user "tester" (401)')
    assert "secret-token" not in repr(caught.value)


def listens(server: ReplayServer) -> Script:
    """Open a terminal that says nothing and hears everything."""

    async def script(request: Request, reader: Reader, writer: Writer) -> None:
        writer.write(upgrade(request, V5))
        await until_closed(reader, writer, server.heard)

    return script


async def test_what_is_asked(server: ReplayServer, client: ApiClient) -> None:
    server.on(SHELL_PATH, listens(server))
    session = await open_exec(
        client, Target("team-a", "shell", "app"), ("sh", "-c", "a; b & 'c' +?", "\udcff"), tty=True, size=SIZE
    )
    await session.close()
    request = server.requests[0]
    assert request.target == (
        f"{SHELL_PATH}?command=sh&command=-c&command=a%3B%20b%20%26%20%27c%27%20%2B%3F&command=%FF"
        "&container=app&stdin=true&stdout=true&tty=true"
    )
    assert request.headers["sec-websocket-protocol"] == "v5.channel.k8s.io,v4.channel.k8s.io"
    assert request.headers["authorization"] == "Bearer secret-token"
    assert "sec-websocket-extensions" not in request.headers
    assert request.headers["user-agent"].startswith("podboard/")


async def test_the_size_is_the_first_thing_said(server: ReplayServer, client: ApiClient) -> None:
    server.on(SHELL_PATH, listens(server))
    session = await open_exec(client, SHELL, ("sh",), tty=True, size=Size(200, 50))
    await session.write(b"ls\r")
    await until(lambda: len(server.heard) == 2)
    await session.close()
    assert [frame.channel for frame in server.heard[:2]] == [4, 0]
    assert server.heard[0].payload == b'{"Width":200,"Height":50}'


@pytest.mark.parametrize(
    "target", [Target("team-a", "a/b"), Target("..", "shell"), Target("team-a", "shell", "a?b")]
)
async def test_names_that_are_none_never_reach_a_url(
    target: Target, server: ReplayServer, client: ApiClient
) -> None:
    with pytest.raises(UsageError):
        await open_exec(client, target, ("sh",), tty=False)
    assert server.requests == []


# What no recording holds: servers that cut, stall and babble.


async def scripted(server: ReplayServer, client: ApiClient, *said: bytes, cut: bool = False) -> ExecSession:
    async def script(request: Request, reader: Reader, writer: Writer) -> None:
        writer.write(upgrade(request, V5) + b"".join(said))
        await writer.drain()
        if cut:
            writer.transport.abort()
        else:
            await until_closed(reader, writer)

    server.on(SHELL_PATH, script)
    return await open_exec(client, SHELL, ("sh",), tty=True, size=SIZE)


HELLO = encode("binary", b"\x01hello")


async def test_a_connection_cut_within_a_frame_is_dropped(server: ReplayServer, client: ApiClient) -> None:
    session = await scripted(server, client, HELLO, HELLO[:4], cut=True)
    out, _, ended = await collect(session)
    await session.close()
    assert out == b"hello"
    assert (ended.ending.kind, ended.ending.sentence) == (EndingKind.DROPPED, "the connection was cut")


async def test_a_connection_cut_right_behind_the_upgrade_is_dropped(
    server: ReplayServer, client: ApiClient
) -> None:
    for _ in range(20):
        session = await scripted(server, client, HELLO, cut=True)
        _, _, ended = await collect(session)
        await session.close()
        assert (ended.ending.kind, ended.ending.sentence) == (EndingKind.DROPPED, "the connection was cut")


async def test_a_close_without_a_status_is_dropped(server: ReplayServer, client: ApiClient) -> None:
    session = await scripted(server, client, encode("close", b"\x03\xe9bye\x1b"))
    _, _, ended = await collect(session)
    await session.close()
    assert ended.ending.kind is EndingKind.DROPPED
    assert ended.ending.sentence == "the server closed the connection (1001): bye\\x1b"


async def test_what_is_no_websocket_frame_ends_the_session(server: ReplayServer, client: ApiClient) -> None:
    session = await scripted(server, client, HELLO, b"\xff\xff\xff\xff")
    out, _, ended = await collect(session)
    await session.close()
    assert out == b"hello"
    assert ended.ending.sentence.startswith("the server broke the WebSocket protocol")


async def test_a_ping_is_answered(server: ReplayServer, client: ApiClient) -> None:
    async def script(request: Request, reader: Reader, writer: Writer) -> None:
        writer.write(upgrade(request, V5) + encode("ping", b"there?"))
        pong = await server.hear(reader, "pong")
        writer.write(encode("binary", b"\x01" + pong.payload))
        await until_closed(reader, writer)

    server.on(SHELL_PATH, script)
    session = await open_exec(client, SHELL, ("sh",), tty=True)
    assert await session.receive() == Stdout(b"there?")
    await session.close()


async def quick_session(client: ApiClient, silence_limit: float) -> ExecSession:
    """Open a session that pings every hundredth of a second."""
    socket = await client.websocket(SHELL_PATH, [])
    return ExecSession(socket, ping_every=0.01, silence_limit=silence_limit)


async def test_silence_ends_the_session(server: ReplayServer, client: ApiClient) -> None:
    await (await scripted(server, client)).close()
    session = await quick_session(client, silence_limit=0.2)
    ended = await session.receive()
    await session.close()
    assert isinstance(ended, Ended)
    assert ended.ending.kind is EndingKind.DROPPED
    assert "no byte for" in ended.ending.sentence


@dataclass
class Tick:
    heard: bool
    verdict: Verdict


@pytest.fixture
def ticks(monkeypatch: pytest.MonkeyPatch) -> list[Tick]:
    """What the sessions' liveness was told, and what it decided."""
    ticks: list[Tick] = []
    tick = Liveness.tick

    def noted(self: Liveness, now: float, *, heard: bool, reading: bool, held: bool) -> Verdict:
        ticks.append(Tick(heard, tick(self, now, heard=heard, reading=reading, held=held)))
        return ticks[-1].verdict

    monkeypatch.setattr(Liveness, "tick", noted)
    return ticks


async def test_pongs_are_life(server: ReplayServer, client: ApiClient, ticks: list[Tick]) -> None:
    async def script(request: Request, reader: Reader, writer: Writer) -> None:
        writer.write(upgrade(request, V5))
        while True:
            ping = await server.hear(reader, "ping")
            writer.write(encode("pong", ping.payload))

    server.on(SHELL_PATH, script)
    session = await quick_session(client, silence_limit=60.0)
    reading = asyncio.create_task(session.receive())
    await until(lambda: sum(tick.heard for tick in ticks) >= 3)
    assert not reading.done()
    await session.close()
    await reading


async def test_a_reader_that_does_not_read_is_no_silence(
    server: ReplayServer, client: ApiClient, ticks: list[Tick]
) -> None:
    large = encode("binary", b"\x01" + bytes(32 * 1024))  # comes alone, and of the others too many wait
    await (await scripted(server, client, *[large] * 20)).close()
    session = await quick_session(client, silence_limit=60.0)
    assert await session.receive() == Stdout(bytes(32 * 1024))
    await until(lambda: ticks[-1:] != [] and ticks[-1].verdict is Verdict.WAIT)
    ticks.clear()
    await until(lambda: len(ticks) > 10)
    assert {tick.verdict for tick in ticks} == {Verdict.WAIT}
    assert await session.receive() == Stdout(bytes(32 * 1024))
    await session.close()


async def test_a_slow_reader_stops_the_server(server: ReplayServer, client: ApiClient) -> None:
    sent = 0

    async def script(request: Request, _: Reader, writer: Writer) -> None:
        nonlocal sent
        writer.write(upgrade(request, V5))
        while True:
            writer.write(encode("binary", b"\x01" + bytes(32 * 1024)))
            await writer.drain()
            await asyncio.sleep(0)  # drain returns at once for ever on a TLS connection that just broke
            sent += 32 * 1024

    seen: list[int] = []

    def stands_still() -> bool:
        seen.append(sent)
        return sent > 0 and seen[-20:] == [sent] * 20

    server.on(SHELL_PATH, script)
    session = await open_exec(client, SHELL, ("sh",), tty=True)
    await until(stands_still)
    stopped_at, received = sent, 0
    assert stopped_at < 16 * 1024 * 1024
    while received <= stopped_at:
        event = await session.receive()
        assert isinstance(event, Stdout)
        received += len(event.data)
    await session.close()


async def test_what_has_queued_up_is_drained_without_waiting(server: ReplayServer, client: ApiClient) -> None:
    said = [b"\x01one", b"\x01two", b"\x02oh", b"\x01three", b'\x03{"status":"Success"}', b"\x01late"]
    session = await scripted(server, client, *(encode("binary", message) for message in said))
    drained = [await session.receive()]
    while not isinstance(drained[-1], Ended):
        event = session.receive_nowait()
        assert event is not None
        drained.append(event)
    assert drained[:-1] == [Stdout(b"onetwo"), Stderr(b"oh"), Stdout(b"three")]
    await session.close()


async def test_nothing_to_drain(server: ReplayServer, client: ApiClient) -> None:
    session = await scripted(server, client, HELLO)
    assert await session.receive() == Stdout(b"hello")
    assert session.receive_nowait() is None
    assert session.receive_nowait() is None
    await session.close()


async def test_who_attends_is_told_of_what_comes_after_nothing_was_there(
    server: ReplayServer, client: ApiClient
) -> None:
    waits = asyncio.Event()

    async def script(request: Request, reader: Reader, writer: Writer) -> None:
        writer.write(upgrade(request, V5) + encode("binary", b"\x01"))
        for said in (b"\x01one", b"\x01two", b'\x03{"status":"Success"}'):
            await waits.wait()
            waits.clear()
            writer.write(encode("binary", said))
        await until_closed(reader, writer)

    server.on(SHELL_PATH, script)
    session = await open_exec(client, SHELL, ("sh",), tty=True)
    told: list[Stdout | Stderr | Ended | None] = []
    session.attend(lambda: told.append(session.receive_nowait()))
    assert session.receive_nowait() is None
    for number in (1, 2):
        waits.set()
        await until(lambda: len([event for event in told if event]) == number)  # noqa: B023 - waited for here
        assert session.receive_nowait() is None
    waits.set()
    await until(lambda: isinstance(told[-1], Ended))
    await session.close()
    assert [event for event in told if isinstance(event, Stdout)] == [Stdout(b"one"), Stdout(b"two")]


async def test_who_attends_is_told_of_the_end_from_our_side(server: ReplayServer, client: ApiClient) -> None:
    session = await scripted(server, client)
    told: list[Stdout | Stderr | Ended | None] = []
    session.attend(lambda: told.append(session.receive_nowait()))
    assert session.receive_nowait() is None
    await session.close()
    assert told == [Ended(CLOSED_BY_US)]


async def test_cancelling_a_wait_loses_nothing(server: ReplayServer, client: ApiClient) -> None:
    heard = asyncio.Event()

    async def script(request: Request, reader: Reader, writer: Writer) -> None:
        writer.write(upgrade(request, V5))
        await heard.wait()
        writer.write(HELLO)
        await until_closed(reader, writer)

    server.on(SHELL_PATH, script)
    session = await open_exec(client, SHELL, ("sh",), tty=True)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await session.receive()
    heard.set()
    assert await session.receive() == Stdout(b"hello")
    await session.close()


async def test_closing_wakes_the_reader(server: ReplayServer, client: ApiClient) -> None:
    session = await scripted(server, client)
    reading = asyncio.create_task(session.receive())
    await until(lambda: session._reader)
    await session.close()
    ended = await reading
    assert isinstance(ended, Ended)
    assert ended.ending.kind is EndingKind.CLOSED_BY_US
    await session.close()
    await session.write(b"into the void")
    await session.resize(SIZE)
    assert await session.receive() == ended


async def test_a_long_paste_lets_a_resize_through(server: ReplayServer, client: ApiClient) -> None:
    server.on(SHELL_PATH, listens(server))
    session = await open_exec(client, SHELL, ("sh",), tty=True)
    paste = bytes(range(256)) * 32768
    pasting = asyncio.create_task(session.write(paste))
    await until(lambda: server.heard)
    assert not pasting.done()
    await session.resize(SIZE)
    await pasting
    await until(lambda: sum(len(f.payload) for f in server.heard if f.channel == 0) == len(paste))
    await session.close()
    channels = [frame.channel for frame in server.heard]
    assert 4 in channels
    assert channels.index(4) < len(channels) - 2
    assert b"".join(f.payload for f in server.heard if f.channel == 0) == paste


async def test_a_paste_goes_no_further_ahead_than_the_server_answers(
    server: ReplayServer, client: ApiClient, ticks: list[Tick]
) -> None:
    reads = asyncio.Event()

    async def script(request: Request, reader: Reader, writer: Writer) -> None:
        writer.write(upgrade(request, V5))
        heard = 0
        while heard <= AHEAD:
            heard += len((await server.hear(reader, "binary")).payload)
        await reads.wait()
        # One pong stands for all pings before it.
        writer.write(encode("pong", b"%d" % (heard // len(PIECE))))
        await until_closed(reader, writer)

    server.on(SHELL_PATH, script)
    session = await quick_session(client, silence_limit=0.05)
    receiving = asyncio.create_task(session.receive())
    async with asyncio.timeout(10):
        for _ in range(AHEAD // len(PIECE)):
            await session.paste(PIECE)
        pasting = asyncio.create_task(session.paste(PIECE))
        # Far longer than the silence that would otherwise end it.
        ticks.clear()
        await until(lambda: len(ticks) > 20)
        assert {tick.verdict for tick in ticks} == {Verdict.PING}
        assert not pasting.done()
        assert not receiving.done()
        reads.set()
        await pasting
    ended = await receiving
    assert isinstance(ended, Ended)
    assert "no byte for" in ended.ending.sentence, "once all is taken, silence is silence again"
    await session.close()


async def test_a_paste_waits_for_no_answer_once_the_connection_is_gone(
    server: ReplayServer, client: ApiClient
) -> None:
    session = await scripted(server, client)
    async with asyncio.timeout(10):
        for _ in range(AHEAD // len(PIECE)):
            await session.paste(PIECE)
        pasting = asyncio.create_task(session.paste(PIECE))
        await asyncio.sleep(0)
        assert not pasting.done()
        await session.close()
        await pasting


async def test_a_little_input_goes_at_once_and_in_order(server: ReplayServer, client: ApiClient) -> None:
    server.on(SHELL_PATH, listens(server))
    session = await open_exec(client, SHELL, ("sh",), tty=True)
    assert session.write_nowait(b"l")
    assert session.write_nowait(b"s")
    await session.write(b" -l")
    assert session.write_nowait(b"\r")
    assert session.write_nowait(b"")
    assert not session.write_nowait(b"x" * 1025)
    await session.write(b"END")
    await until(lambda: server.heard and server.heard[-1].payload == b"END")
    await session.close()
    assert [frame.payload for frame in server.heard] == [b"l", b"s", b" -l", b"\r", b"END"]


async def test_a_little_input_does_not_overtake_a_paste(server: ReplayServer, client: ApiClient) -> None:
    server.on(SHELL_PATH, listens(server))
    session = await open_exec(client, SHELL, ("sh",), tty=True)
    pasting = asyncio.create_task(session.write(bytes(8 * 1024 * 1024)))
    await until(lambda: server.heard)
    assert not pasting.done()
    assert not session.write_nowait(b"x")
    await pasting
    assert session.write_nowait(b"x")
    await until(lambda: server.heard[-1].payload == b"x")
    await session.close()


async def test_a_little_input_is_not_taken_without_end(server: ReplayServer, client: ApiClient) -> None:
    reads = asyncio.Event()

    async def script(request: Request, reader: Reader, writer: Writer) -> None:
        writer.write(upgrade(request, V5))
        await reads.wait()
        await until_closed(reader, writer, server.heard)

    server.on(SHELL_PATH, script)
    session = await open_exec(client, SHELL, ("sh",), tty=True)
    taken = 0
    while session.write_nowait(b"%1000d" % taken):
        taken += 1
        assert taken < 64 * 1024, "the server reads nothing, and all is taken"
        await asyncio.sleep(0)
    reads.set()
    await session.write(b"END")
    assert session.write_nowait(b"x")
    await until(lambda: server.heard and server.heard[-1].payload == b"x")
    await session.close()
    assert [int(frame.payload) for frame in server.heard[:-2]] == list(range(taken))


async def test_a_little_input_for_a_session_that_was_cut_is_harmless(
    server: ReplayServer, client: ApiClient
) -> None:
    session = await scripted(server, client, cut=True)
    await collect(session)
    assert session.write_nowait(b"x")
    await session.close()
    assert session.write_nowait(b"x")


async def test_writing_to_a_session_that_was_cut_is_harmless(server: ReplayServer, client: ApiClient) -> None:
    session = await scripted(server, client, cut=True)
    _, _, ended = await collect(session)
    await session.write(b"x" * 100_000)
    await session.end_input()
    await session.close()
    assert ended.ending.kind is EndingKind.DROPPED


async def test_an_upgrade_that_never_comes_is_unreachable(server: ReplayServer, client: ApiClient) -> None:
    async def script(_: Request, __: Reader, writer: Writer) -> None:
        writer.transport.abort()

    server.on(SHELL_PATH, script)
    with pytest.raises(UnreachableError):
        await open_exec(client, SHELL, ("sh",), tty=True)


async def test_the_connection_is_tls(server: ReplayServer) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection("127.0.0.1", server.port, ssl=context)
    assert writer.get_extra_info("cipher")
    writer.close()
    await writer.wait_closed()


async def test_a_terminal_says_its_size_again_so_that_the_node_does_not_take_it_for_idle(
    server: ReplayServer, client: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exec_module, "DATA_EVERY", 0.05)
    sizes: list[bytes] = []

    async def script(request: Request, reader: Reader, writer: Writer) -> None:
        writer.write(upgrade(request, V5))
        while True:
            sizes.append((await server.hear(reader, "binary")).payload)

    server.on(SHELL_PATH, script)
    session = await quick_session(client, silence_limit=60.0)
    await session.resize(Size(80, 24))
    await until(lambda: len(sizes) >= 3)
    assert set(sizes) == {b'{"Width":80,"Height":24}'}
    await session.close()
