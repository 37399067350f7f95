"""Pastes on their way to a shell that the test plays."""

import asyncio
from pathlib import Path

import pytest

from podboard.model.badge import TerminalState
from podboard.model.ending import Ending, dropped, exited
from podboard.session.attaching import Attachment
from podboard.session.ladder import Ladder
from podboard.session.recorder import Recordings
from podboard.session.terminal import Terminal
from podboard.vt.paste import END, PIECE, START
from podboard.wire.exec_channel import Ended, Stdout
from tests.support.waiting import until
from tests.unit.session.fakes import FakeChannel, FakeRung
from tests.unit.session.test_terminal import SIZE, TARGET, is_open, new, running

LONG = "x" * (3 * PIECE)


def recorded(terminal: Terminal) -> str:
    """All that the terminal's recording says."""
    return Path(terminal.recorded[0]).read_text()


async def test_a_paste_keeps_its_place_and_goes_in_pieces() -> None:
    channel = FakeChannel()
    terminal = new(FakeRung(channel))
    async with running(terminal):
        await until(is_open(terminal))
        channel.open_for_input.clear()
        terminal.write(b"before ")
        terminal.paste(LONG)
        terminal.write(b" behind")
        terminal.paste("little")
        channel.open_for_input.set()
        await until(lambda: channel.input.endswith(b"little"))
    assert channel.written == [b"before ", *[b"x" * PIECE] * 3, b" behindlittle"]
    assert terminal.sent == len(channel.input)
    assert terminal.pasting is None


async def test_what_is_pasted_before_there_is_a_shell_waits_for_it() -> None:
    channel, may_open = FakeChannel(), asyncio.Event()
    terminal = new(FakeRung(channel, before=may_open.wait))
    async with running(terminal):
        terminal.paste(LONG)
        terminal.write(b"\r")
        assert terminal.pasting is not None
        may_open.set()
        await until(lambda: channel.input == f"{LONG}\r".encode())


async def test_an_answer_of_the_terminal_does_not_get_into_a_paste() -> None:
    channel = FakeChannel()
    terminal = new(FakeRung(channel))
    async with running(terminal):
        channel.say(Stdout(b"\x1b[?2004h"))
        await until(lambda: terminal.screen.bracketed_paste)
        channel.open_for_input.clear()
        terminal.paste(LONG)
        channel.say(Stdout(b"\x1b[6n"))
        await until(lambda: terminal.received > 8)
        channel.open_for_input.set()
        await until(lambda: channel.input.endswith(b"R"))
    assert channel.input == START + LONG.encode() + END + b"\x1b[1;1R"


@pytest.mark.parametrize("ending", [exited(0), dropped("gone")])
async def test_a_shell_that_ends_takes_the_rest_of_a_paste_along(ending: Ending) -> None:
    first, second = FakeChannel(), FakeChannel()
    terminal = new(FakeRung(first, second))
    first.open_for_input.clear()
    async with running(terminal) as task:
        await until(is_open(terminal))
        terminal.paste(LONG)
        await until(lambda: terminal.pasting is not None and terminal.pasting.sent == 0)
        first.say(Ended(ending))
        await until(lambda: terminal.badge.state is TerminalState.CLOSED)
        assert terminal.pasting is None
        assert any("within a paste: 0 of 96 KiB" in line.text for line in terminal.lines)
        await task
    async with running(terminal):
        await until(is_open(terminal))
        terminal.write(b"ls")
        await until(lambda: second.input == b"ls")


async def test_where_nothing_takes_input_nothing_is_pasted() -> None:
    terminal = new(FakeRung())
    terminal.fail("there is none")
    terminal.paste(LONG)
    terminal.paste("little")
    terminal.cancel_paste()
    assert terminal.pasting is None


async def test_a_paste_is_recorded_as_far_as_it_was_sent(tmp_path: Path) -> None:
    channel = FakeChannel()
    recordings = Recordings(tmp_path, "dev", automatic=True, with_input=True)
    terminal = Terminal(TARGET, Ladder((FakeRung(channel),)), SIZE, recordings=recordings)
    async with running(terminal):
        await until(is_open(terminal))
        terminal.paste(LONG)
        await until(lambda: channel.input == LONG.encode())
    assert recorded(terminal).count("x") >= len(LONG)


async def test_a_process_without_a_terminal_gets_lines_that_are_echoed() -> None:
    channel = FakeChannel()
    terminal = new(FakeRung(channel))
    terminal.join(Attachment(tty=False, stdin=True, detach_keys=()))
    lines = "".join(f"line {number}\n" for number in range(2000))
    async with running(terminal):
        await until(is_open(terminal))
        terminal.paste(lines)
        await until(lambda: channel.input == lines.encode())
        terminal.screen.update()
        assert any("line 1999" in run.text for row in terminal.screen.rows for run in row)
