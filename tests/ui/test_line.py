"""What podboard writes on the person's terminal, held against what Textual meant: cells and cursor."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

import pytest
from textual._context import visible_screen_stack

from podboard.vt.screen import Screen
from tests.support.cells import differences
from tests.support.pods import pod
from tests.ui.person import DOWN, ESCAPE, LEADER, UP, at_the_board
from tests.ui.still import Shells

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.ui.person import Person

pytestmark = pytest.mark.usefixtures("noon")

STEPS = 120
SIZES = ((80, 24), (101, 30), (140, 40), (200, 50), (61, 12))
WORDS = (
    "GET /cart 200",
    "漢字",
    "é",
    "\x1b[1;31merror\x1b[0m",
    "\x1b[44m blue \x1b[K\x1b[0m",
    "👍",
    "─" * 30,
    "\t",
    "x" * 90,
)


def meant_by(person: Person) -> Screen:
    """The screen as Textual would have written it as a whole."""
    app = person.app
    visible_screen_stack.set(app._background_screens)
    meant = Screen(person.outer.size)
    meant.feed(b"\x1b[?7l")
    for y, strip in enumerate(app.screen._compositor.render_strips()):
        meant.feed(f"\x1b[{y + 1};1H{strip.render(app.console)}".encode())
    return meant


def wrong(person: Person) -> list[str]:
    """What is on the terminal and was not meant."""
    found = differences(person.outer, meant_by(person))
    cursor, (column, row) = person.outer.cursor, person.app.cursor_position
    if cursor.visible and (cursor.column, cursor.row) != (column, row):
        found.append(f"the cursor is in column {cursor.column} of row {cursor.row}, not {column} of {row}")
    return found


async def sees_what_was_meant(person: Person) -> None:
    """Wait until the terminal shows what Textual means; where it does not, say what differs."""
    try:
        await person.until(lambda: not wrong(person), "what was meant")
    except pytest.fail.Exception as failure:
        pytest.fail("\n".join([str(failure), *wrong(person)[:20]]))


class Session:
    """What somebody does at random, and what shells say meanwhile."""

    def __init__(self, person: Person, shells: Shells, seed: int) -> None:
        self._person, self._shells = person, shells
        self._chance = random.Random(seed)  # noqa: S311 - the same every time
        self._number = 0

    def step(self) -> None:
        """Do one thing."""
        acts: tuple[Callable[[], None], ...] = (
            self._say,
            self._say,
            self._say,
            self._press,
            self._press,
            self._resize,
        )
        self._chance.choice(acts)()

    def _press(self) -> None:
        if self._chance.random() < 0.6:
            key = self._chance.choice(("\r", UP, DOWN, ESCAPE, "/web", *"GgwoO? *nlzdtscyvr"))
        else:
            key = f"{LEADER}{self._chance.choice((*'lznpfsd|-oTm!{} ', DOWN, UP))}"
        self._person.type(key)

    def _resize(self) -> None:
        before = self._person.outer.size
        for _ in range(self._chance.choice((1, 1, 5))):
            self._person.resize(*self._chance.choice((*SIZES, before)))

    def _say(self) -> None:
        opened = len(self._shells.opened)
        if not opened:
            return
        shell = self._chance.randrange(min(opened, 4))
        for _ in range(self._chance.choice((1, 1, 2, 60))):
            self._number += 1
            self._shells.say(
                shell, f"{self._number} {' '.join(self._chance.choices(WORDS, k=3))}{self._end()}"
            )

    def _end(self) -> str:
        top = self._chance.randint(1, 9)
        return self._chance.choice(
            (
                "\r\n",
                "\r\n",
                "\r\n",
                "",
                f"\x1b[{top};1H",
                "\x1b[2J",
                f"\x1b[{top}M",
                f"\x1b[{top}L",
                "\x1b[3;9r",
            )
        )


@pytest.mark.parametrize("seed", range(3))
async def test_a_long_random_session_ends_as_it_was_meant(seed: int) -> None:
    shells = Shells(*(pod(f"web-{number}") for number in range(30)))
    async with at_the_board(shells.cluster.connect, 140, 40) as person:
        await person.sees("web-9")
        person.type("\r")
        shells.say(0, "$ ")
        await person.sees("● open")
        session = Session(person, shells, seed)
        for _ in range(STEPS):
            session.step()
            await sees_what_was_meant(person)
            if person.has_left:
                break


@pytest.mark.parametrize("in_terminal", [False, True])
async def test_the_whole_screen_is_drawn_anew_when_the_person_asks(*, in_terminal: bool) -> None:
    shells = Shells(*(pod(f"web-{number}") for number in range(30)))
    async with at_the_board(shells.cluster.connect) as person:
        await person.sees("web-9")
        if in_terminal:
            person.type("\r")
            shells.say(0, "$ ")
            await person.sees("$ ", "● open")
        await sees_what_was_meant(person)
        person.outer.feed(b"\x1b[3;9r\x1b[44m\x1b[2J\x1b[5;5Hwall: going down\x1b[m")
        assert wrong(person)
        person.type(f"{LEADER}\x0c" if in_terminal else "\x0c")
        await sees_what_was_meant(person)


async def test_what_was_cut_off_comes_back_with_the_size() -> None:
    shells = Shells(*(pod(f"web-{number}") for number in range(30)))
    async with at_the_board(shells.cluster.connect, 140, 40) as person:
        await person.sees("web-29")
        person.type("\r")
        shells.say(0, "$ ")
        await person.sees("$ ", "● open")
        await sees_what_was_meant(person)
        # Back before Textual draws anything: it waits for a hundredth of a second.
        person.resize(61, 12)
        while person.app.size.width != 61:  # noqa: ASYNC110 - a turn of the loop at a time
            await asyncio.sleep(0)
        person.resize(140, 40)
        await sees_what_was_meant(person)


async def test_nothing_is_written_while_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    shells = Shells(pod("web-1"))
    async with at_the_board(shells.cluster.connect) as person:
        await person.sees("web-1")
        person.type("\r")
        shells.say(0, "$ ")
        await person.sees("$ ", "● open")
        await sees_what_was_meant(person)
        written: list[bytes] = []
        monkeypatch.setattr(person.outer, "feed", written.append)
        for _ in range(10):
            written.clear()
            for _ in range(3):
                person.board._tick()
                person.board._box.list.redraw()
                person.board.refresh_list()
            person.board.call_after_refresh(person.app.bell)
            await person.until(lambda: b"\x07" in b"".join(written))
            # What the opening still had to say may come first.
            if b"".join(written) == b"\x07":
                break
        assert b"".join(written) == b"\x07"
