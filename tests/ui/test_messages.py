"""What is told on the line at the bottom: both ends of it are read, however long it is."""

from pathlib import Path

import pytest

from podboard.model.size import Size
from podboard.wire.exec_channel import Stdout
from tests.support.pods import pod
from tests.ui.person import LEADER, Person, at_the_board
from tests.ui.still import Shells

PODS = (pod("api-1"), pod("db-1"))
SENTENCE = f"the server failed (500): {'no leader was elected in time, ' * 8}and nobody knows why"


@pytest.fixture
def shells() -> Shells:
    return Shells(*PODS)


def is_cursor_seen(person: Person) -> bool:
    person.outer.update()
    return person.outer.cursor.visible


async def open_first(person: Person, shells: Shells) -> None:
    await person.sees("db-1")
    person.type("\r")
    # Down to the last line, where it would be covered.
    shells[0].say(Stdout(b"line\r\n" * 60 + b"the prompt:~$ "))
    await person.sees("the prompt:~$", "keys go to the pod")


async def told(person: Person, text: str) -> list[str]:
    """Wait until a text is told; returns the lines from there on."""
    await person.sees(text)
    lines = [line.strip() for line in person.lines()]
    return lines[next(row for row, line in enumerate(lines) if text in line) :]


async def test_of_a_long_path_the_middle_is_left_out(shells: Shells, tmp_path: Path) -> None:
    async with at_the_board(shells.cluster.connect, 80, 24) as person:
        await open_first(person, shells)
        folder = tmp_path / "/".join(["a-folder-with-a-name"] * 6)
        person.type(f"{LEADER}s")
        await person.sees("SCROLL")
        person.type(f"S\x15{folder}/api-1.txt\r")
        lines = await told(person, "was not saved")
        assert len(lines) == 1
        assert lines[0].startswith(str(tmp_path)[:5])
        assert lines[0].endswith("…der-with-a-name/api-1.txt was not saved: No such file or directory")


async def test_where_one_types_a_long_sentence_is_one_line(shells: Shells) -> None:
    async with at_the_board(shells.cluster.connect, 80, 24) as person:
        await open_first(person, shells)
        person.board.tell(SENTENCE)
        lines = await told(person, "the server failed (500): no leader")
        assert len(lines) == 1
        assert lines[0].endswith("and nobody knows why")
        # Nor is it taken away by what is for the shell.
        person.type("l")
        await person.until(lambda: shells[0].input == b"l")
        assert await told(person, "the server failed (500): no leader") == lines
        person.type(LEADER)
        await person.no_longer_sees("the server failed")


@pytest.mark.parametrize("zoomed", [False, True])
async def test_a_long_sentence_lies_over_what_one_looks_through_until_the_next_key(
    shells: Shells, *, zoomed: bool
) -> None:
    async with at_the_board(shells.cluster.connect, 80, 24) as person:
        await open_first(person, shells)
        if zoomed:
            person.type(f"{LEADER}z")
            await person.until(lambda: shells[0].sizes == [Size(80, 23)])
        sizes = list(shells[0].sizes)
        person.type(f"{LEADER}s")
        await person.until(lambda: person.board.panes[0].is_scrolling)
        person.board.tell(SENTENCE)
        lines = await told(person, "the server failed (500): no leader")
        assert len(lines) == 3
        assert "…" in "".join(lines)
        assert lines[-1].endswith("and nobody knows why")
        # Nothing is written past it, nor does the cursor show through.
        assert person.board.panes[0].is_covered
        await person.until(lambda: not is_cursor_seen(person))
        person.type("5k")
        await person.until(lambda: is_cursor_seen(person))
        await person.no_longer_sees("the server failed")
        await person.no_longer_sees("nobody knows why")
        await person.sees("the prompt:~$")
        assert not person.board.panes[0].is_covered
        # The program was told no other size, and so drew nothing anew.
        assert shells[0].sizes == sizes


async def test_beside_others_it_lies_over_all(shells: Shells) -> None:
    async with at_the_board(shells.cluster.connect, 80, 24) as person:
        await person.sees("db-1")
        person.type("*S")
        await person.until(lambda: len(shells.opened) == 2)
        await person.sees("api-1 ─", "db-1 ─", "keys go to the pod")
        person.type(f"{LEADER}s")
        await person.sees("SCROLL")
        person.board.tell(SENTENCE)
        lines = await told(person, "the server failed (500): no leader")
        for number in range(2):
            shells[number].say(Stdout(b"line\r\n" * 60 + b"prompt:~$ "))
        # What one looks through stands still meanwhile.
        await person.until(lambda: person.screen().count("line") >= 18, "what the other says")
        assert all(pane.is_covered for pane in person.board.panes)
        assert await told(person, "the server failed (500): no leader") == lines
        person.type("q")
        await person.no_longer_sees("the server failed")
        await person.until(lambda: person.screen().count("prompt:~$") == 2, "both prompts")


async def test_in_the_list_the_next_key_takes_it_away(shells: Shells) -> None:
    async with at_the_board(shells.cluster.connect, 80, 24) as person:
        await person.sees("db-1")
        person.board.tell(SENTENCE)
        lines = await told(person, "the server failed (500): no leader")
        assert len(lines) == 3
        person.type("j")
        await person.no_longer_sees("the server failed")
        await person.sees("enter open")
        assert not person.lines()[-2].strip()
