"""Pasting, with shells that the test plays."""

import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from podboard.ui import paste_desk
from podboard.vt.paste import END, PIECE, START
from tests.support.pods import pod
from tests.ui.person import ESCAPE, LEADER, Person, at_the_board
from tests.ui.still import Shells

pytestmark = pytest.mark.usefixtures("noon")

PODS = (pod("api-1"), pod("db-1"))
LONG = 4 << 20


@pytest.fixture
def shells() -> Shells:
    return Shells(*PODS)


@pytest_asyncio.fixture
async def person(shells: Shells) -> AsyncIterator[Person]:
    async with at_the_board(shells.cluster.connect, 80, 24) as person:
        await person.sees("db-1")
        person.type("\r")
        await person.sees("● open")
        yield person


async def agree(person: Person, key: str = "\r") -> None:
    """Paste what is shown."""
    await person.sees("enter  paste")
    person.type(key)
    await person.until(lambda: person.board.is_active, "the going of the preview")


async def test_lines_are_shown_before_they_are_pasted(person: Person, shells: Shells) -> None:
    person.paste("one\n\ttwo\r\nthree")
    screen = await person.sees("enter  paste")
    assert "paste 3 lines, 15 bytes, into shop/api-1" in screen
    assert "    two" in screen
    assert "a shell runs 2 of 3 lines" in screen
    assert "control character" not in screen
    assert shells[0].input == b""
    await agree(person)
    await person.until(lambda: shells[0].input == b"one\r\ttwo\rthree")


async def test_one_short_line_needs_no_question(person: Person, shells: Shells) -> None:
    await person.pastes_much("x" * 4096)
    await person.until(lambda: shells[0].input == b"x" * 4096)
    await person.pastes_much("x" * 4097)
    screen = await person.sees("enter  paste")
    assert "paste 1 line, 4 KiB" in screen
    assert "as one line" not in screen


async def test_of_many_lines_the_first_are_shown(person: Person) -> None:
    person.paste("".join(f"line {number}\n" for number in range(1, 301)))
    screen = await person.sees("paste 300 lines, 2.5 KiB", "… and 292 more")
    assert "line 8" in screen
    assert "line 9" not in screen
    assert "a shell runs 300 of 300 lines" in screen


async def test_a_paste_that_is_not_agreed_to_is_none(person: Person, shells: Shells) -> None:
    person.paste("one\ntwo")
    await person.sees("paste 2 lines")
    person.type(ESCAPE)
    await person.no_longer_sees("paste 2 lines")
    person.type("x")
    await person.until(lambda: shells[0].input == b"x")


async def test_what_is_typed_right_behind_a_paste_is_no_agreement(person: Person, shells: Shells) -> None:
    person.type("\x1b[200~rm -r a\nrm -r b\x1b[201~\r")
    await person.sees("paste 2 lines", "enter  paste")
    assert shells[0].input == b""
    await agree(person)
    await person.until(lambda: shells[0].input == b"rm -r a\rrm -r b")


async def test_lines_can_be_pasted_as_one(person: Person, shells: Shells) -> None:
    person.paste("one \\\n  two\n")
    await agree(person, "1")
    await person.until(lambda: shells[0].input == b"one \\ two")


async def test_a_terminal_can_be_trusted_with_lines(person: Person, shells: Shells) -> None:
    person.paste("one\ntwo")
    await agree(person, "a")
    await person.until(lambda: shells[0].input == b"one\rtwo")
    person.paste("\nthree\n")
    await person.until(lambda: shells[0].input == b"one\rtwo\rthree\r")


async def test_nobody_is_asked_who_does_not_want_it(person: Person, shells: Shells) -> None:
    assert shells.cluster.previews_pastes
    shells.cluster.previews_pastes = False
    person.paste("one\ntwo")
    await person.until(lambda: shells[0].input == b"one\rtwo")


async def test_control_characters_are_seen_and_left_out(person: Person, shells: Shells) -> None:
    shells.say(0, "\x1b[?2004hready")
    await person.sees("ready")
    # As a terminal may let them through; the eight-bit form ends no paste on its way in.
    person.paste("ls\x07\n\x9b201~rm \x7f[red]")
    screen = await person.sees("enter  paste")
    assert "ls␇" in screen
    assert "<9b>201~rm <7f>[red]" in screen
    assert "3 control characters are left out" in screen
    assert "it holds the end of a paste" in screen
    assert "enter key" not in screen
    await agree(person)
    await person.until(lambda: shells[0].input == START + b"ls\n201~rm [red]" + END)


async def test_a_long_paste_tells_how_far_it_is_and_can_be_given_up(
    person: Person, shells: Shells, monkeypatch: pytest.MonkeyPatch
) -> None:
    shells.say(0, "\x1b[?2004hready")
    await person.sees("ready")
    shells[0].open_for_input.clear()
    await person.pastes_much("x" * LONG)
    await person.sees("paste 1 line, 4 MiB")
    await agree(person)
    await person.sees("pasting 0 of 4 MiB · esc cancels")
    person.type("behind")
    monkeypatch.setattr(paste_desk, "_STANDS", 0.0)
    await person.sees("the program does not read · pasting")
    person.type(ESCAPE)
    await person.sees("paste given up")
    assert shells[0].input == b""
    shells[0].open_for_input.set()
    await person.until(lambda: shells[0].input == START + END + b"behind")
    await person.no_longer_sees("paste given up")
    person.type(f"{LEADER}d")
    await person.sees("a paste was given up: 0 of 4 MiB were sent")


async def test_ctrl_c_gives_a_paste_up_and_is_typed_too(person: Person, shells: Shells) -> None:
    shells[0].open_for_input.clear()
    await person.pastes_much("x" * LONG)
    await agree(person)
    await person.sees("esc cancels")
    person.type("\x03")
    await person.sees("paste given up")
    shells[0].open_for_input.set()
    await person.until(lambda: shells[0].input == b"x" * PIECE + b"\x03")


async def test_an_escape_behind_a_short_paste_is_the_programs(person: Person, shells: Shells) -> None:
    person.paste("x" * 2000)
    person.type(ESCAPE)
    await person.until(lambda: shells[0].input == b"x" * 2000 + b"\x1b")


async def test_16_mib_are_taken_whole_and_in_linear_time(person: Person, shells: Shells) -> None:
    line = "0123456789abcdef\u00fc\n"
    text = line * ((16 << 20) // len(line.encode()))
    began = time.process_time()
    await person.pastes_much(text)
    await person.sees("16 MiB, into shop/api-1")
    await agree(person)
    await person.until(lambda: len(shells[0].input) == len(text.encode()), "all of it")
    assert shells[0].input == text.replace("\n", "\r").encode()
    assert time.process_time() - began < 20
