"""Recordings as they get into files."""

import asyncio
import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from podboard.model.ending import exited
from podboard.model.size import Size
from podboard.model.target import Target
from podboard.session import recorder as module
from podboard.session.ladder import Ladder
from podboard.session.recorder import ROOM, Recorder, Recordings
from podboard.session.terminal import Terminal
from podboard.wire.asciicast import Cast, read_cast
from podboard.wire.exec_channel import Ended, Stdout
from tests.support.waiting import until
from tests.unit.session.fakes import FakeChannel, FakeRung

TARGET = Target("shop", "web-1", "app")
SIZE = Size(80, 24)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "share" / "podboard" / "recordings"


def told(path: Path) -> Cast:
    return read_cast(path.read_bytes().splitlines(keepends=True), path.name)


def said(path: Path) -> list[tuple[str, str]]:
    return [(code, data) for _, code, data in told(path).events]


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def never(why: str) -> None:
    pytest.fail(why)


def start(folder: Path, failed: Callable[[str], None] = never, **more: bool) -> Recorder:
    return Recordings(folder, "kind-dev", **more).start(TARGET, SIZE, failed)


async def test_what_happens_is_in_the_file(folder: Path) -> None:
    recorder = start(folder)
    recorder.output("é".encode()[:1])
    recorder.output("é".encode()[1:] + b"\x1b[1m")
    recorder.input(b"hunter2\r")
    recorder.resize(Size(100, 30))
    recorder.end(3)
    recorder.output(b"too late")
    await recorder.written()
    cast = told(recorder.path)
    assert (cast.size, cast.title) == (SIZE, "shop/web-1 · app · kind-dev")
    assert said(recorder.path) == [("o", "é\x1b[1m"), ("r", "100x30"), ("x", "3")]
    assert "hunter2" not in recorder.path.read_text()


async def test_input_is_recorded_only_when_it_is_asked_for(folder: Path) -> None:
    recorder = start(folder, with_input=True)
    recorder.input(b"ls\r")
    recorder.end()
    await recorder.written()
    assert said(recorder.path) == [("i", "ls\r")]


async def test_file_and_folder_are_the_persons_alone(folder: Path) -> None:
    umask = os.umask(0)
    try:
        recorder = start(folder)
        recorder.end()
        await recorder.written()
    finally:
        os.umask(umask)
    assert mode(recorder.path) == 0o600
    assert mode(folder) == mode(folder.parent) == 0o700


async def test_what_is_said_is_in_the_file_soon(folder: Path) -> None:
    recorder = start(folder)
    recorder.output(b"still open")
    await until(lambda: recorder.path.exists() and b"still open" in recorder.path.read_bytes())
    recorder.end()
    await recorder.written()


async def test_names_tell_time_and_place_and_nothing_else(folder: Path) -> None:
    recordings = Recordings(folder, "arn:aws:eks/../prod\n")
    recorders = [
        recordings.start(Target("../shop", "w" * 300), SIZE, never),
        recordings.start(Target("../shop", "w" * 300), SIZE, never),
        Recordings(folder, "").start(TARGET, SIZE, never),
    ]
    for recorder in recorders:
        recorder.end()
        await recorder.written()
    names = names_in(folder)
    assert len(names) == 3
    assert {name[15:-12] for name in names} == {
        f"Z_arn-aws-eks-..-prod-_..-shop_{'w' * 60}",
        "Z_shop_web-1",
    }
    assert all(name[:8].isdecimal() and name.endswith(".cast") for name in names)


async def test_long_output_is_split(folder: Path) -> None:
    text = "ä" * 100_000
    recorder = start(folder)
    recorder.output(text.encode())
    recorder.end()
    await recorder.written()
    events = said(recorder.path)
    assert len(events) == 4
    assert "".join(data for _, data in events) == text


async def test_nobody_waits_for_a_disk_that_does_not_keep_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_free = threading.Event()
    append = module._append

    def slow(file: int, data: bytes, whole: int) -> int:
        assert is_free.wait(30)
        return append(file, data, whole)

    monkeypatch.setattr(module, "_append", slow)
    troubles: list[str] = []
    recorder = start(folder, troubles.append)
    piece = b"x" * 60_000
    for _ in range(ROOM // len(piece)):
        recorder.output(piece)
    assert troubles == []
    recorder.output(piece)
    assert troubles == ["the recording stopped: the disk does not keep up"]
    recorder.output(piece)
    recorder.end(0)
    is_free.set()
    await recorder.written()
    assert {code for code, _ in said(recorder.path)} == {"o"}
    assert len(troubles) == 1


async def test_a_full_disk_ends_the_recording_and_leaves_it_whole(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, room = os.write, 400

    def written(file: int, data: Any) -> int:
        nonlocal room
        if not room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        done = write(file, data[:room])
        room -= done
        return done

    troubles: list[str] = []
    recorder = start(folder, troubles.append)
    monkeypatch.setattr(module.os, "write", written)  # type: ignore[attr-defined]
    for number in range(100):
        recorder.output(f"line {number}\r\n".encode())
    await until(lambda: troubles)
    assert troubles == [f"the recording stopped: the disk is full: {recorder.path}"]
    recorder.end()
    await recorder.written()
    cast = told(recorder.path)
    assert not cast.is_cut_off
    assert 3 < len(cast.events) < 20
    assert "".join(event.data for event in cast.events).startswith("line 0\r\nline 1\r\nline 2")


async def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    troubles: list[str] = []
    recorder = start(tmp_path / "file" / "podboard" / "recordings", troubles.append)
    await until(lambda: troubles)
    assert troubles == [f"the recording stopped: Not a directory: {recorder.path}"]
    recorder.output(b"x")
    recorder.end()
    await recorder.written()


# -- of terminals ---------------------------------------------------------------------------


def terminal(folder: Path, *channels: FakeChannel, **how: bool) -> Terminal:
    recordings = Recordings(folder, "kind-dev", **how)
    return Terminal(TARGET, Ladder((FakeRung(*channels),)), SIZE, recordings=recordings)


async def test_a_terminal_is_recorded_from_its_first_byte_to_its_exit_code(folder: Path) -> None:
    channel = FakeChannel()
    shell = terminal(folder, channel, automatic=True)
    running = asyncio.create_task(shell.run())
    channel.say(Stdout(b"web:~$ "))
    await until(lambda: shell.received)
    shell.write(b"hunter2\r")
    shell.resize(Size(90, 30))
    channel.say(Stdout(b"\x1b[6n"), Ended(exited(3)))
    await running
    [path] = shell.recorded
    assert said(Path(path)) == [("o", "web:~$ "), ("r", "90x30"), ("o", "\x1b[6n"), ("x", "3")]
    assert shell.recorder is None


async def test_answers_of_the_terminal_itself_are_no_input(folder: Path) -> None:
    channel = FakeChannel()
    shell = terminal(folder, channel, automatic=True, with_input=True)
    running = asyncio.create_task(shell.run())
    channel.say(Stdout(b"\x1b[6n"))
    await until(lambda: channel.written)
    shell.write(b"ls\r")
    channel.say(Ended(exited(0)))
    await running
    assert said(Path(shell.recorded[0])) == [("o", "\x1b[6n"), ("i", "ls\r"), ("x", "0")]


async def test_a_recording_is_started_and_stopped_at_will(folder: Path) -> None:
    channel = FakeChannel()
    shell = terminal(folder, channel)
    running = asyncio.create_task(shell.run())
    channel.say(Stdout(b"before "))
    await until(lambda: shell.received)
    assert shell.recorded == []
    shell.start_recording(b"\x1b[Hbefore ")
    channel.say(Stdout(b"during "))
    await until(lambda: shell.received == len(b"before during "))
    shell.stop_recording()
    channel.say(Stdout(b"after"), Ended(exited(0)))
    await running
    [path] = shell.recorded
    assert said(Path(path)) == [("o", "\x1b[Hbefore "), ("o", "during ")]
    assert [line.text for line in shell.lines if "recording" in line.text] == [
        f"recording to {path}",
        "the recording ends here",
    ]


async def test_a_shell_that_is_opened_again_has_a_recording_of_its_own(folder: Path) -> None:
    first, second = FakeChannel(), FakeChannel()
    shell = terminal(folder, first, second, automatic=True)
    for channel, text in ((first, b"one"), (second, b"two")):
        running = asyncio.create_task(shell.run())
        channel.say(Stdout(text), Ended(exited(0)))
        await running
    one, two = (said(Path(path)) for path in shell.recorded)
    assert one == [("o", "one"), ("x", "0")]
    assert "new shell" in two[0][1]
    assert two[1:] == [("o", "two"), ("x", "0")]


async def test_closing_a_terminal_ends_its_recording(folder: Path) -> None:
    channel = FakeChannel()
    shell = terminal(folder, channel, automatic=True)
    running = asyncio.create_task(shell.run())
    channel.say(Stdout(b"the last words"))
    await until(lambda: shell.received)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert said(Path(shell.recorded[0])) == [("o", "the last words")]


async def test_a_recording_that_fails_is_told_of_and_ends_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    channel = FakeChannel()
    shell = terminal(tmp_path / "file" / "podboard" / "recordings", channel, automatic=True)
    running = asyncio.create_task(shell.run())
    await until(lambda: shell.recording_trouble)
    assert "Not a directory" in shell.recording_trouble
    assert shell.recorder is None
    channel.say(Stdout(b"goes on"), Ended(exited(0)))
    await running
    assert shell.received == len(b"goes on")
