"""The embedded cluster's exec, held against a real API server's, frame by frame.

Every recording of the direct path is played but these: ``exec-nonroot`` needs a container's own user and
read-only file system; the refusals before the upgrade are in ``test_demo_http``.
"""

import asyncio
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Self

import pytest

from tests.protocol.test_demo_http import ask
from tests.support.cluster import TEAM, Recorded, in_thread, missing
from tests.support.raw_client import CLOSE_NOTIFY, NO_CLOSE_NOTIFY, ClosedError, Conversation, RawClient
from tests.support.recordings import Frame, Recording, recording
from tests.support.waiting import until

PLAYED = (
    "exec-client-close.v4",
    "exec-client-close.v5",
    "exec-close-stdin.v5",
    "exec-container-named.v5",
    "exec-exit7.v4",
    "exec-exit7.v5",
    "exec-init-default.v5",
    "exec-init-sidecar.v5",
    "exec-killed-9.v4",
    "exec-killed-9.v5",
    "exec-no-command.v5",
    "exec-no-shell-absolute.v4",
    "exec-no-shell-absolute.v5",
    "exec-no-shell-tty.v4",
    "exec-no-shell-tty.v5",
    "exec-no-shell.v4",
    "exec-no-shell.v5",
    "exec-not-executable.v4",
    "exec-not-executable.v5",
    "exec-output-1mib-tty.v5",
    "exec-output-1mib.v4",
    "exec-output-1mib.v5",
    "exec-ping.v4",
    "exec-ping.v5",
    "exec-shell-says-127.v5",
    "exec-stdin-large.v5",
    "exec-stdin-one-large-frame.v5",
    "exec-stdout-stderr-exit0.v4",
    "exec-stdout-stderr-exit0.v5",
    "exec-subprotocol-base64",
    "exec-subprotocol-none",
    "exec-subprotocol-unknown-v4",
    "exec-subprotocol-v4-v5",
    "exec-subprotocol-v5-v4",
    "exec-tty-and-stderr.v5",
    "exec-tty-ctrl-c.v5",
    "exec-tty-never-resized.v5",
    "exec-tty-resize-exit7.v4",
    "exec-tty-resize-exit7.v5",
    "exec-tty-resize-midway.v4",
    "exec-tty-resize-midway.v5",
    "exec-unknown-channel.v5",
    "exec-utf8-bulk.v5",
    "exec-utf8-split-tty.v5",
    "exec-utf8-split.v5",
)
LINUX = sys.platform.startswith("linux")
NEEDS = {"exec-utf8-bulk.v5": "perl", "exec-tty-ctrl-c.v5": "bash"}
EXEC = "/api/v1/namespaces/team-a/pods/shell/exec?"


def normal(data: bytes) -> bytes:
    """Output without what differs between any two machines or runs."""
    shown = re.sub(rb'start exec \\"[0-9a-f]{64}\\"', b"start exec ID", data)
    shown = re.sub(rb"pid=\d+", b"pid=N", shown)
    shown = re.sub(rb"/dev/(pts/|ttys)\d+", b"/dev/pts/N", shown)
    shown = re.sub(rb"(HOME|LANG|PATH|PWD)=[^\r]*", rb"\1=ITS-OWN", shown)
    # The machine's tmux is on its PATH, and not meant to be in its image.
    shown = shown.replace(b"PODBOARD_RESUME=off\r\n", b"")
    shown = re.sub(rb"ENV=[^\r]*\r\n", b"", shown)
    shown = re.sub(rb"sh: .*no-such-command.*not found", b"sh: no-such-command: not found", shown)
    return re.sub(rb"\x1b\[\?2004[hl]\r?|\r\r", b"", shown)


class Play:
    """A recording played to the cluster: the client's frames each at their time, the server's compared."""

    def __init__(self, bench: Recorded, told: Recording) -> None:
        self.told = told
        self._bench = bench

    def __enter__(self) -> Self:
        self.client = RawClient(self._bench.login(self.told.request["auth"]))
        self.talk = Conversation(self.client)
        self.answer = self.client.upgrade(self.told.request["path_and_query"], self.told.request["headers"])
        return self

    def __exit__(self, *_: object) -> None:
        self.client.socket.close()

    def run(self, on_eof: Callable[[], None] | None = None) -> None:
        with self:
            answer = self.answer
            real = self.told.response
            assert (answer.status, answer.reason) == (real["status"], real["reason"])
            compared = ("upgrade", "connection", "sec-websocket-protocol", "sec-websocket-extensions")
            seen = {name: answer.headers[name] for name in compared if name in answer.headers}
            assert seen == {name: real["headers"][name] for name in compared if name in real["headers"]}
            expected: dict[int, bytes] = {}
            for frame in _prompts_first(self.told.frames):
                if frame.sent_by_server:
                    self._expect(frame, expected, on_eof)
                else:
                    self._send(frame, expected)
            assert {number: normal(data) for number, data in self.talk.channels.items()} == {
                number: normal(data) for number, data in expected.items()
            }

    def _send(self, frame: Frame, expected: dict[int, bytes]) -> None:
        for number, data in expected.items():
            self.talk.until(number, partial(_reached, data))
        if frame.payload == b"\x03":
            self._wait_for_job()
        if frame.opcode == "close":
            self.client.write("close", (frame.close_code or 1000).to_bytes(2, "big"))
        elif frame.opcode != "eof":
            self.client.write(frame.opcode, frame.message)

    def _expect(self, frame: Frame, expected: dict[int, bytes], on_eof: Callable[[], None] | None) -> None:
        if frame.opcode in ("binary", "text"):
            assert frame.channel is not None
            if not expected:  # the first is empty, and comes at once
                first = self.talk.read()
                assert (first.opcode, first.payload) == (frame.opcode, frame.message)
            expected[frame.channel] = expected.get(frame.channel, b"") + frame.payload
        elif frame.opcode == "eof":
            if on_eof is not None:
                for number, data in expected.items():
                    self.talk.until(number, partial(_reached, data))
                on_eof()
            assert self.client.end() == frame.payload.decode()
        else:
            message = self.next(frame.opcode)
            assert message.payload == frame.payload
            assert message.close_code == frame.close_code

    def _wait_for_job(self) -> None:
        """Wait until the terminal is a job's, and the job no longer the shell's own copy.

        Before that a signal meets the shell's handlers, and is lost.
        """
        (session,) = self._bench.cluster.api.pods.sessions
        process = session._process
        assert process is not None
        assert process._terminal is not None
        deadline = time.monotonic() + 10
        while not _is_sleep(os.tcgetpgrp(process._terminal)):
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def next(self, opcode: str) -> Any:
        while (message := self.talk.read()).opcode != opcode:
            assert message.opcode in ("binary", "text")
        return message


def _prompts_first(frames: tuple[Frame, ...]) -> list[Frame]:
    """The frames, with a prompt that came while the next line was being sent put before that line."""
    ordered = list(frames)
    for index, frame in enumerate(ordered[:-1]):
        if not frame.sent_by_server and ordered[index + 1].payload == b"# ":
            ordered[index : index + 2] = ordered[index + 1], frame
    return ordered


def _reached(expected: bytes, seen: bytes) -> bool:
    return len(normal(seen)) >= len(normal(expected))


@pytest.mark.parametrize("name", PLAYED)
async def test_a_recording_is_played_and_the_cluster_says_the_same(name: str, recorded: Recorded) -> None:
    if name in NEEDS and shutil.which(NEEDS[name]) is None:
        missing(NEEDS[name])
    if name == "exec-tty-ctrl-c.v5" and not LINUX:
        pytest.skip("reads /proc")
    await in_thread(lambda: Play(recorded, recording(name)).run())


@pytest.mark.parametrize("name", ["exec-pod-deleted.v4", "exec-pod-deleted.v5"])
async def test_a_deleted_pod_ends_its_shells_with_137(name: str, recorded: Recorded) -> None:
    """The shell itself is another one than the recorded pod's: only its end is compared."""
    told = recording(name)
    agenda = recorded.cluster.plane.agenda
    container = {"name": "app", "image": "podboard/busybox:1"}
    spec = {"containers": [container], "terminationGracePeriodSeconds": 1}
    recorded.cluster.create_pod({"metadata": {"name": "doomed"}, "spec": spec}, TEAM)
    agenda.advance(3)
    play = Play(recorded, told)
    loop = asyncio.get_running_loop()

    def talk() -> bytes:
        with play:
            client = play.client
            client.write("binary", b"\0echo still here\n")
            play.talk.until(1, lambda seen: seen.count(b"still here") == 2)
            loop.call_soon_threadsafe(recorded.cluster.delete_pod, TEAM, "doomed")
            loop.call_soon_threadsafe(agenda.advance, 3)
            close = play.next("close")
            assert close.close_code == 1000
            client.write("close", (1000).to_bytes(2, "big"))
            assert client.end() == CLOSE_NOTIFY
        return play.talk.channels[3]

    assert await in_thread(talk) == told.channel(3)


async def test_a_process_killed_by_another(recorded: Recorded) -> None:
    told = recording("exec-killed-9-by-another.v5")
    play = Play(recorded, told)

    def talk() -> bytes:
        with play:
            play.talk.until(1, lambda seen: seen == b"# ")
            play.client.write("binary", b"\0echo pid=$$\n")
            play.talk.until(1, lambda seen: re.search(rb"pid=\d+\r\n# $", seen))
            found = re.search(rb"pid=(\d+)", play.talk.channels[1])
            assert found
            killer = {
                **told.request,
                "path_and_query": f"{EXEC}command=kill&command=-9&command={found[1].decode()}&stdout=true",
            }
            assert ask(recorded, killer).status == 101
            play.next("close")
        return play.talk.channels[3]

    assert await in_thread(talk) == told.channel(3)


async def test_a_restarted_kubelet_ends_without_a_word(recorded: Recorded) -> None:
    loop = asyncio.get_running_loop()
    restart = partial(loop.call_soon_threadsafe, recorded.cluster.restart_kubelet)
    await in_thread(lambda: Play(recorded, recording("exec-kubelet-restarted.v5")).run(restart))


async def test_a_stopped_api_server_ends_without_a_goodbye(recorded: Recorded) -> None:
    loop = asyncio.get_running_loop()

    def restart() -> None:
        asyncio.run_coroutine_threadsafe(recorded.cluster.restart(), loop).result(10)

    await in_thread(lambda: Play(recorded, recording("exec-apiserver-stopped.v5")).run(restart))


async def test_v4_cannot_close_stdin(recorded: Recorded) -> None:
    told = recording("exec-close-stdin.v4")

    def talk() -> None:
        with RawClient(recorded.login(told.request["auth"])) as client:
            client.upgrade(told.request["path_and_query"], told.request["headers"])
            talk = Conversation(client)
            for text in (b"hello\n", b"still there\n"):
                client.write("binary", b"\0" + text)
                talk.until(1, lambda seen, text=text: seen.endswith(text))
                client.write("binary", b"\xff\0")
            assert talk.channels == {1: b"hello\nstill there\n"}

    await in_thread(talk)


async def test_no_frame_is_larger_than_the_kubelets_buffer(recorded: Recorded) -> None:
    told = recording("exec-output-1mib.v5")
    play = Play(recorded, told)
    await in_thread(play.run)
    sizes = [len(message.payload) - 1 for message in play.talk.messages if message.channel == 1]
    assert max(sizes) <= 32768
    assert sum(sizes) == 1 << 20


async def test_the_size_is_in_force_before_the_command_asks(recorded: Recorded) -> None:
    told = recording("exec-tty-and-stderr.v5")
    path = f"{EXEC}command=stty&command=size&stdin=true&stdout=true&tty=true"

    def talk() -> bytes:
        with RawClient(recorded.login(told.request["auth"])) as client:
            client.upgrade(path, told.request["headers"])
            client.write("binary", b'\4{"Width":132,"Height":43}')
            talk = Conversation(client)
            talk.until(3, bool)
            return talk.channels[1]

    assert await in_thread(talk) == b"43 132\r\n"


@pytest.mark.parametrize(
    "size", [b"", b"[]", b'{"Width":"x","Height":1}', b'{"Width":-1,"Height":70000}', b"\xff", b"[" * 100_000]
)
async def test_a_size_that_is_none_is_ignored(size: bytes, recorded: Recorded) -> None:
    told = recording("exec-tty-and-stderr.v5")
    path = f"{EXEC}command=stty&command=size&stdin=true&stdout=true&tty=true"

    def talk() -> bytes:
        with RawClient(recorded.login(told.request["auth"])) as client:
            client.upgrade(path, told.request["headers"])
            client.write("binary", b"\4" + size)
            talk = Conversation(client)
            talk.until(3, bool)
            return talk.channels[1]

    assert await in_thread(talk) == b"0 0\r\n"


@pytest.mark.skipif(not LINUX, reason="reads /proc")
async def test_a_client_that_goes_away_leaves_its_shell_running(recorded: Recorded) -> None:
    """As in a real pod: nothing ends a shell but its own exit, a signal, or its container's end."""
    told = recording("exec-tty-and-stderr.v5")
    headers = told.request["headers"]

    def leave() -> int:
        with RawClient(recorded.login(told.request["auth"])) as client:
            client.upgrade(f"{EXEC}command=sh&stdin=true&stdout=true&tty=true", headers)
            talk = Conversation(client)
            client.write("binary", b"\0echo pid=$$; while :; do echo flood; done\n")
            talk.until(1, lambda seen: seen.count(b"flood") > 3)
            found = re.search(rb"pid=(\d+)", talk.channels[1])
            assert found
            return int(found[1])

    pid = await in_thread(leave)
    await until(lambda: not recorded.cluster.api.pods.sessions)
    before = _cpu_ticks(pid)
    await until(lambda: _cpu_ticks(pid) > before)  # what it says is read and forgotten: it does not block
    recorded.cluster.delete_pod(TEAM, "shell", 0)
    await recorded.cluster.plane.kubelet.settled()
    assert not _runs(pid)


async def test_a_client_that_does_not_read_holds_its_command_back(recorded: Recorded) -> None:
    """Memory is bounded: the command blocks, and goes on when the client reads."""
    told = recording("exec-tty-and-stderr.v5")
    path = f"{EXEC}command=head&command=-c&command=67108864&command=%2Fdev%2Fzero&stdout=true"
    transports: list[int] = []

    def talk() -> int:
        with RawClient(recorded.login(told.request["auth"])) as client:
            client.upgrade(path, told.request["headers"])
            deadline = time.monotonic() + 10
            while not transports and time.monotonic() < deadline:
                time.sleep(0.01)
            talk = Conversation(client)
            size = 0
            while (message := client.read()).opcode != "close":
                size += len(message.payload) - 1 if message.channel == 1 else 0
            del talk
            return size

    task = asyncio.create_task(in_thread(talk))
    sessions = recorded.cluster.api.pods.sessions
    await until(lambda: sessions and next(iter(sessions))._behind)
    transports.append(next(iter(sessions))._transport.get_write_buffer_size())
    assert transports[0] < 1 << 20
    assert await task == 64 << 20


async def test_a_command_that_does_not_read_holds_its_client_back(recorded: Recorded) -> None:
    """Stdin is taken no faster than the command reads it, and nothing of it is lost."""
    told = recording("exec-stdin-large.v5")
    path = f"{EXEC}command=sleep&command=60&stdin=true&stdout=true"
    sent: list[int] = []

    def talk() -> bytes:
        with RawClient(recorded.login(told.request["auth"])) as client:
            client.upgrade(path, told.request["headers"])
            client.socket.settimeout(0.3)
            block = b"\0" + b"x" * 65535
            try:
                while sum(sent) < 64 << 20:
                    client.write("binary", block)
                    sent.append(len(block) - 1)
            except TimeoutError:
                pass
            return b""

    await in_thread(talk)
    assert sum(sent) < 64 << 20


async def test_frames_that_are_none_end_the_connection(recorded: Recorded) -> None:
    told = recording("exec-ping.v5")

    def talk() -> tuple[int | None, str]:
        with RawClient(recorded.login(told.request["auth"])) as client:
            client.upgrade(told.request["path_and_query"], told.request["headers"])
            client.socket.sendall(b"\x82\x03\0ab")  # not masked
            talk = Conversation(client)
            while (message := talk.read()).opcode != "close":
                pass
            return message.close_code, client.end()

    assert await in_thread(talk) == (1002, CLOSE_NOTIFY)


async def test_cut_in_the_middle_of_a_frame(recorded: Recorded) -> None:
    told = recording("exec-output-1mib.v5")
    recorded.cluster.faults.set("cut=100000")

    def talk() -> tuple[int, str]:
        with RawClient(recorded.login(told.request["auth"])) as client:
            client.upgrade(told.request["path_and_query"], told.request["headers"])
            size = 0
            try:
                while True:
                    size += len(client.read().payload)
            except ClosedError as closed:
                assert client.buffer, "half a frame is left over"
                return size, str(closed)

    size, end = await in_thread(talk)
    assert size <= 100000
    assert end == NO_CLOSE_NOTIFY


async def test_a_fragmented_message_counts_as_one(recorded: Recorded) -> None:
    told = recording("exec-close-stdin.v5")

    def talk() -> bytes:
        with RawClient(recorded.login(told.request["auth"])) as client:
            client.upgrade(told.request["path_and_query"], told.request["headers"])
            mask = b"\0\0\0\0"
            client.socket.sendall(
                b"\x02\x83" + mask + b"\0he" + b"\x89\x80" + mask + b"\x80\x83" + mask + b"llo"
            )
            talk = Conversation(client)
            talk.until(1, lambda seen: seen == b"hello")
            assert "pong" in [message.opcode for message in talk.messages]
            client.write("binary", b"\xff\0")
            talk.until(3, bool)
            return talk.channels[3]

    assert json.loads(await in_thread(talk))["status"] == "Success"


def _is_sleep(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text("ascii") == "sleep\n"
    except OSError:
        return False


def _runs(pid: int) -> bool:
    try:
        return _stat(pid)[0] != "Z"
    except OSError:
        return False


def _cpu_ticks(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[11]) + int(fields[12])


def _stat(pid: int) -> list[str]:
    """What /proc tells of a process, from its state on."""
    return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
