"""Terminals beside each other in one tab."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from podboard.model.ending import dropped, exited
from podboard.model.size import Size
from podboard.ui.layout import Direction
from podboard.ui.screens.board import Board
from podboard.wire.exec_channel import Ended, Stdout
from tests.support.pods import pod
from tests.ui.person import LEADER, at_the_board
from tests.ui.still import Shells

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from podboard.ui.widgets.terminal_pane import TerminalPane
    from tests.ui.person import Person
    from tests.unit.session.fakes import FakeChannel

pytestmark = pytest.mark.usefixtures("noon")

PODS = tuple(pod(f"web-{number}") for number in range(1, 7))

LEFT, RIGHT, UP, DOWN = "\x1b[D", "\x1b[C", "\x1b[A", "\x1b[B"
CTRL_LEFT = "\x1b[1;5D"


@pytest.fixture
def shells() -> Shells:
    return Shells(*PODS)


@pytest_asyncio.fixture(params=[(80, 24), (120, 40), (200, 50)], ids=["80x24", "120x40", "200x50"])
async def anywhere(shells: Shells, request: pytest.FixtureRequest) -> AsyncIterator[Person]:
    async with at_the_board(shells.cluster.connect, *request.param) as person:
        await person.sees("web-6")
        yield person


@pytest_asyncio.fixture
async def person(shells: Shells) -> AsyncIterator[Person]:
    async with at_the_board(shells.cluster.connect, 140, 40) as person:
        await person.sees("web-6")
        yield person


def sizes(person: Person) -> list[Size]:
    return [pane.terminal.screen.size for pane in person.board.panes]


def active(person: Person) -> TerminalPane | None:
    return person.board.focused_pane


def has_read(shell: FakeChannel, typed: bytes) -> bool:
    return shell.input.endswith(typed)


async def is_active(person: Person, number: int) -> None:
    """Wait until the terminal of that number, counted in the order of the tabs, has the focus."""
    await person.until(lambda: active(person) is person.board.panes[number], f"the focus of {number}")


async def speaks(person: Person, shells: Shells, number: int, text: str) -> None:
    """Let a shell say something, and see it."""
    shells[number].say(Stdout(text.encode()))
    await person.sees(text.strip())


async def two(person: Person, shells: Shells, key: str = "|") -> None:
    person.type("\r")
    await speaks(person, shells, 0, "first:~$ ")
    person.type(f"{LEADER}{key}")
    await speaks(person, shells, 1, "second:~$ ")
    await person.until(lambda: shells[0].sizes, "the first to make room")
    await is_active(person, 1)


async def four(person: Person, shells: Shells) -> None:
    """Four in a grid, the first with the focus."""
    person.type("    S")
    for number in range(4):
        await speaks(person, shells, number, f"shell-{number}:~$ ")
    await is_active(person, 0)


async def drag(person: Person, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Press the left button at one place and let it go at another."""
    person.press_mouse(*start, release=False)
    await person.until(lambda: person.app.mouse_captured is not None)
    person.press_mouse(*end, 32, release=False)
    person.press_mouse(*end)
    await person.until(lambda: person.app.mouse_captured is None)


# -- opening ----------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["|", "%", "-", '"'])
async def test_a_split_opens_the_same_pod_beside(anywhere: Person, shells: Shells, key: str) -> None:
    person = anywhere
    await two(person, shells, key)
    assert shells.opened == ["web-1", "web-1"]
    await person.until(lambda: "1 web-1 +1 ●" in person.lines()[0], "its tab")
    first, second = person.point_at("first:~$"), person.point_at("second:~$")
    if key in "|%":
        assert first[1] == second[1]
        assert person.lines()[first[1]][second[0] - 1] == "│"
    else:
        assert first[0] == second[0]
        await person.until(lambda: "web-1 · app" in person.lines()[second[1] - 1])
    assert [asked[1] for asked in shells.rung.asked][1] == sizes(person)[1]
    person.type("ls\r")
    await person.until(lambda: shells[1].input == b"ls\r")
    assert shells[1].sizes == []
    assert shells[0].input == b""
    assert shells[0].sizes == [sizes(person)[0]]


async def test_one_that_has_not_the_focus_is_painted_and_the_cursor_stays(
    person: Person, shells: Shells
) -> None:
    await two(person, shells)
    at = person.point_at("second:~$")
    await speaks(person, shells, 0, "\r\nwords from beside")
    assert person.point_at("words from beside")[0] < at[0]
    person.outer.update()
    cursor = person.outer.cursor
    assert (cursor.column, cursor.row, cursor.visible) == (at[0] + len("second:~$ "), at[1], True)


async def test_marked_pods_are_opened_as_a_grid(person: Person, shells: Shells) -> None:
    await four(person, shells)
    assert shells.opened == ["web-1", "web-2", "web-3", "web-4"]
    await person.until(lambda: "1 web-1 +3 ●" in person.lines()[0])
    at = [person.point_at(f"shell-{number}:~$") for number in range(4)]
    assert at[0][1] == at[1][1] < at[2][1] == at[3][1]
    assert at[0][0] == at[2][0] < at[1][0] == at[3][0]
    assert [asked[1] for asked in shells.rung.asked] == sizes(person)
    assert [channel.sizes for channel in shells.channels[:4]] == [[], [], [], []]


async def test_what_has_no_room_is_not_opened(shells: Shells) -> None:
    async with at_the_board(shells.cluster.connect, 80, 24) as person:
        await person.sees("web-6")
        person.type("\r")
        await person.sees("● open")
        person.type(f"{LEADER}-" * 11)
        await person.sees("no room: a terminal needs 10 columns and 2 lines")
        assert sizes(person) == [Size(80, 1)] * 11
        person.type("x")
        await person.until(lambda: shells[10].input == b"x")


# -- going about ------------------------------------------------------------------------------


async def test_arrows_go_from_one_to_the_other(person: Person, shells: Shells) -> None:
    await four(person, shells)
    for key, number in ((RIGHT, 1), (DOWN, 3), (LEFT, 2), (UP, 0), (LEFT, 1), ("o", 2)):
        person.type(f"{LEADER}{key}")
        await is_active(person, number)
        person.type(f"{number}")
        await person.until(partial(has_read, shells[number], f"{number}".encode()))


async def test_a_click_gives_the_focus(person: Person, shells: Shells) -> None:
    await four(person, shells)
    person.press_mouse(*person.point_at("shell-3:~$"))
    await is_active(person, 3)
    person.type("x")
    await person.until(lambda: shells[3].input == b"x")


async def test_tabs_keep_the_one_that_had_the_focus(person: Person, shells: Shells) -> None:
    await four(person, shells)
    person.type(f"{LEADER}{DOWN}")
    await is_active(person, 2)
    person.type(f"{LEADER}l\r")
    await person.sees("2 web-5 ●", "1 web-3 +3 ●")
    person.type(f"{LEADER}1")
    await is_active(person, 2)
    await person.until(lambda: [pane.terminal.shown for pane in person.board.panes] == [True] * 4 + [False])
    shells[4].say(Stdout(b"unseen"))
    await person.sees("2 web-5 ●!")


async def test_the_focus_is_marked_without_colour(shells: Shells, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Board, "_tick", lambda _: None)  # it is marked at once, and not within a second
    async with at_the_board(shells.cluster.connect, 140, 40, colors=False) as person:
        await person.sees("web-6")

        def marked() -> list[int]:
            person.outer.update()
            runs = [(run, row) for row, line in enumerate(person.outer.rows) for run in line]
            return [row for run, row in runs if "web-1 · app" in run.text and run.style.inverse]

        await two(person, shells, "-")
        await person.until(lambda: marked() == [person.point_at("second:~$")[1] - 1])
        for _ in range(2):
            person.type(f"{LEADER}{UP}")
            await person.until(lambda: marked() == [person.point_at("first:~$")[1] - 1])
            person.type(f"{LEADER}{DOWN}")
            await person.until(lambda: marked() == [person.point_at("second:~$")[1] - 1])


# -- how they lie -------------------------------------------------------------------------------


async def test_borders_are_moved_by_keys(person: Person, shells: Shells) -> None:
    await two(person, shells)
    await person.until(lambda: sizes(person)[0].columns == 40)
    person.type(f"{LEADER}H")
    await person.until(lambda: sizes(person)[0].columns == 35)
    person.type(f"{LEADER}{CTRL_LEFT}{CTRL_LEFT}{CTRL_LEFT}")
    await person.until(lambda: sizes(person)[0].columns == 32)
    assert sizes(person)[1].columns == 79 - 32
    await person.until(lambda: shells[0].sizes[-1] == Size(32, 37))


async def test_borders_are_dragged(person: Person, shells: Shells) -> None:
    await four(person, shells)
    column, row = person.point_at("shell-1:~$")
    await drag(person, (column - 1, row), (column + 9, row))
    await person.until(lambda: sizes(person)[0].columns == 50)
    assert sizes(person)[2].columns == 40
    column, row = person.point_at("shell-2:~$")
    await drag(person, (column, row - 1), (column, row + 3))
    await person.until(lambda: [size.rows for size in sizes(person)] == [22, 22, 14, 14])
    await is_active(person, 2)
    assert all(not channel.input for channel in shells.channels[:4])


async def test_zoom_hides_the_others_and_brings_them_back(anywhere: Person, shells: Shells) -> None:
    person = anywhere
    await two(person, shells)
    before = sizes(person)
    person.type(f"{LEADER}z")
    await person.sees("+1 not shown")
    screen = person.app.size
    await person.until(lambda: sizes(person)[1] == Size(screen.width, screen.height - 1))
    await person.no_longer_sees("first:~$")
    await person.until(lambda: not person.board.panes[0].terminal.shown)
    shells[0].say(Stdout(b"meanwhile"))
    person.type(f"{LEADER}z")
    await person.sees("first:~$ meanwhile", "second:~$")
    await person.until(lambda: sizes(person) == before)
    person.type(f"{LEADER}z")
    await person.sees("+1 not shown")
    person.type(f"{LEADER}o")
    await person.sees("first:~$", "second:~$")
    await is_active(person, 0)


async def test_two_change_places(person: Person, shells: Shells) -> None:
    await two(person, shells)
    person.type(f"{LEADER}" + "{")
    await person.until(lambda: person.point_at("second:~$")[0] < person.point_at("first:~$")[0])
    person.type(f"{LEADER}" + "}")
    await person.until(lambda: person.point_at("first:~$")[0] < person.point_at("second:~$")[0])
    assert person.board.panes.index(person.board.focused_pane) == 1  # type: ignore[arg-type]


async def test_one_leaves_for_a_tab_of_its_own_and_comes_back(person: Person, shells: Shells) -> None:
    await two(person, shells)
    person.type(f"{LEADER}!")
    await person.sees("1 web-1 ●", "2 web-1 ●", "second:~$")
    await person.no_longer_sees("first:~$")
    person.type(f"{LEADER}m")
    await person.sees("put beside this one", "1 shop/web-1 · app")
    person.type("\r")
    await person.sees("1 web-1 +1 ●", "first:~$", "second:~$")
    await is_active(person, 1)
    assert [channel.closes for channel in shells.channels[:2]] == [0, 0]
    person.type("both")
    await person.until(lambda: shells[0].input == b"both")


async def test_a_tab_is_shared_out_in_many_ways(person: Person, shells: Shells) -> None:
    await four(person, shells)
    grid = sizes(person)
    found: list[list[Size]] = []
    for expected in (
        [Size(19, 37), Size(19, 37), Size(20, 37), Size(19, 37)],
        [Size(80, 9), Size(80, 8), Size(80, 9), Size(80, 8)],
    ):
        person.type(f"{LEADER} ")
        await person.until(lambda: sizes(person) != (found[-1] if found else grid))
        await person.until(lambda: sum(size.columns for size in sizes(person)) in (77, 320))
        found.append(sizes(person))
        assert sorted(found[-1]) == sorted(expected)
    person.type(f"{LEADER}T")
    await person.until(lambda: sizes(person) == grid)


async def test_closing_one_gives_its_room_to_the_others(anywhere: Person, shells: Shells) -> None:
    person = anywhere
    await two(person, shells)
    room = sizes(person)[0]
    person.type(f"{LEADER}x")
    await person.no_longer_sees("second:~$")
    await is_active(person, 0)
    await person.until(lambda: sizes(person)[0].columns > room.columns)
    await person.until(lambda: "1 web-1 ●" in person.lines()[0])
    person.type("on")
    await person.until(lambda: shells[0].input == b"on")
    person.type(f"{LEADER}x")
    await person.sees("q quit")
    assert not person.board.has_terminals


async def test_an_end_is_told_in_its_place_and_the_tab_shows_the_worst(
    person: Person, shells: Shells
) -> None:
    await two(person, shells)
    shells[0].say(Ended(exited(3)))
    await person.sees("enter opens it again", "1 web-1 +1 ○ 3")
    person.type(f"{LEADER}{LEFT}")
    await is_active(person, 0)
    person.type("\r")
    await person.until(lambda: len(shells.opened) == 3)
    await person.sees("─ new shell ─", "1 web-1 +1 ●")


async def test_the_bell_of_one_beside_rings_too(person: Person, shells: Shells) -> None:
    await two(person, shells)
    before = person.outer.bells
    shells[0].say(Stdout(b"\x07"))
    await person.until(lambda: person.outer.bells == before + 1)


async def test_one_beside_comes_back_after_a_drop(person: Person, shells: Shells) -> None:
    person.board._cluster.returns = True  # type: ignore[union-attr]
    await two(person, shells)
    shells[0].say(Ended(dropped("the connection was cut", "")))
    await person.sees("─ dropped 12:00:00: ", "─ back 12:00:00 by ", "1 web-1 +1 ●")
    person.type("on")
    await person.until(lambda: shells[1].input == b"on")


async def test_quitting_counts_all_of_them(person: Person, shells: Shells) -> None:
    await four(person, shells)
    person.type(f"{LEADER}lq")
    await person.sees("4 terminals are open. Quit?")


# -- sizes --------------------------------------------------------------------------------------


async def test_where_not_all_have_room_the_active_one_is_shown(person: Person, shells: Shells) -> None:
    await four(person, shells)
    person.resize(20, 10)
    await person.until(lambda: sizes(person)[0] == Size(20, 7))
    await person.until(lambda: [pane.terminal.shown for pane in person.board.panes] == [True] + [False] * 3)
    person.resize(1, 1)
    await person.until(lambda: person.app.size == (1, 1))
    person.type(f"{LEADER}{RIGHT}{LEADER}H{LEADER}T{LEADER}|{LEADER}z{LEADER}z{LEADER} ")
    person.resize(140, 40)
    await person.sees(*(f"shell-{number}:~$" for number in range(4)))
    await person.until(lambda: all(pane.terminal.shown for pane in person.board.panes))


async def test_a_storm_of_sizes_ends_in_the_last(person: Person, shells: Shells) -> None:
    await four(person, shells)
    for step in range(40):
        person.resize(60 + 7 * step % 90, 12 + 5 * step % 40)
        shells[step % 4].say(Stdout(f"\r\nstep-{step}".encode()))
    person.resize(200, 50)
    await person.until(lambda: person.app.size == (200, 50))
    await person.sees(*(f"step-{step}" for step in range(36, 40)))
    await person.until(lambda: [size.columns for size in sizes(person)] == [70, 69] * 2)
    await person.until(lambda: shells[0].sizes[-1:] == [Size(70, 23)])


def test_directions_are_the_keys_of_the_keymap() -> None:
    assert {Direction(key) for key in ("left", "right", "up", "down")} == set(Direction)
