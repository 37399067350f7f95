"""Layouts: saved by name, and the last one offered again with what its terminals had shown."""

from __future__ import annotations

import json
import sqlite3
from contextlib import asynccontextmanager, closing
from functools import partial
from typing import TYPE_CHECKING, cast

import pytest
from msgspec.structs import replace

from podboard.commands.board_records import open_records
from podboard.model.ending import exited
from podboard.model.pod import OwnerReference
from podboard.session.own_process import own_name
from podboard.wire.exec_channel import Ended, Stdout
from tests.support.pods import pod
from tests.support.waiting import until
from tests.ui.person import ESCAPE, LEADER, at_the_board
from tests.ui.still import Shells

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from podboard.model.pod import Pod
    from podboard.model.record import Json
    from podboard.model.size import Size
    from podboard.records.store import Store
    from tests.ui.person import Person

PODS = tuple(pod(f"web-{number}") for number in range(1, 5))
OFFER = "open {} again as you left them?"
LEFT = "\x1b[D"
NOTED = f"open {own_name()}"
KILLED = f"open {own_name()}0"
"""What a podboard that runs has noted, and one that runs no more."""


@asynccontextmanager
async def at_a_shop(
    folder: Path, *pods: Pod, columns: int = 140, rows: int = 40, restores: bool = True
) -> AsyncIterator[tuple[Person, Shells]]:
    """A board whose database and kept files are in a folder."""
    shells = Shells(*(pods or PODS))
    shells.cluster.kept_folder, shells.cluster.restores = folder / "kept", restores
    records = partial(open_records, folder / "podboard.db")
    async with at_the_board(shells.cluster.connect, columns, rows, records=records) as person:
        await person.sees("● web-4")
        await person.until(lambda: not person.board.desk.trouble, "the database")
        yield person, shells


def owned(name: str) -> Pod:
    """A pod of a ReplicaSet."""
    made = pod(name)
    owners = (OwnerReference("ReplicaSet", "api-5c2b1d7f9", controller=True),)
    return replace(made, metadata=replace(made.metadata, owner_references=owners))


def kept(folder: Path) -> list[Path]:
    return sorted((folder / "kept").glob("*/*"))


def sizes(person: Person) -> list[Size]:
    return [pane.terminal.screen.size for pane in person.board.panes]


async def speaks(person: Person, shells: Shells, number: int, text: str) -> None:
    shells[number].say(Stdout(text.encode()))
    await person.sees(text.splitlines()[-1].strip())


async def open_three(person: Person, shells: Shells) -> list[Size]:
    """Two beside each other, the left one larger, and one in a tab of its own that is shown."""
    person.type("\r")
    await speaks(person, shells, 0, "first:~$ ")
    person.type(f"{LEADER}|")
    await speaks(person, shells, 1, "second:~$ ")
    person.type(f"{LEADER}L{LEADER}{LEFT}")
    await person.until(lambda: sizes(person)[0].columns == 45)
    person.type(f"{LEADER}ljj\r")
    await speaks(person, shells, 2, "third:~$ ")
    return sizes(person)


async def quit_board(person: Person) -> None:
    person.type(f"{LEADER}lq")
    await person.sees("Quit?")
    person.type("y")
    await person.leaves()


# -- by name ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (140, 40), (200, 50)])
async def test_a_layout_is_saved_and_opened_at_another_size(tmp_path: Path, columns: int, rows: int) -> None:
    async with at_a_shop(tmp_path) as (person, shells):
        await open_three(person, shells)
        person.type(f"{LEADER}w")
        await person.sees("save the layout as ▏")
        person.type("morning\r")
        await person.sees('saved as "morning"')
        await quit_board(person)
    async with at_a_shop(tmp_path, columns=columns, rows=rows, restores=False) as (person, shells):
        person.type("L")
        await person.sees("layout", "morning")
        person.type("\r")
        await person.until(lambda: shells.opened == ["web-1", "web-1", "web-3"])
        await person.sees("1 web-1 +1 ●", "2 web-3 ●")
        assert [asked[1] for asked in shells.rung.asked] == sizes(person)
        left, right, _ = sizes(person)
        assert left.columns > right.columns
        assert person.board.focused_pane is person.board.panes[0]


async def test_where_a_pod_is_gone_its_successor_is_opened(tmp_path: Path) -> None:
    old = [owned(f"api-5c2b1d7f9-{name}") for name in ("aaaaa", "bbbbb")]
    async with at_a_shop(tmp_path, old[0], pod("web-4")) as (person, shells):
        person.type("\r")
        await speaks(person, shells, 0, "first:~$ ")
        person.type(f"{LEADER}wone\r")
        await person.sees('saved as "one"')
        await quit_board(person)
    async with at_a_shop(tmp_path, old[1], pod("web-4"), restores=False) as (person, shells):
        person.type("L")
        await person.sees("one")
        person.type("\r")
        await person.until(lambda: shells.opened == ["api-5c2b1d7f9-bbbbb"])


async def save(person: Person, name: str) -> None:
    person.type(f"{LEADER}w")
    await person.sees("save the layout as ▏")
    person.type(f"{name}\r")
    await person.sees(f'saved as "{name}"')


CHOICE = "enter  open    ctrl+r  rename    ctrl+d  remove    esc  cancel"


async def layouts(person: Person) -> str:
    # What was typed in one go may have been done before the choice it began with left the screen.
    await person.no_longer_sees(CHOICE)
    person.type(f"{LEADER}W")
    return await person.sees(CHOICE)


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (140, 40)])
async def test_a_layout_is_removed_once_its_name_is_typed(tmp_path: Path, columns: int, rows: int) -> None:
    async with at_a_shop(tmp_path, columns=columns, rows=rows) as (person, shells):
        person.type("\r")
        await speaks(person, shells, 0, "first:~$ ")
        await save(person, "evening")
        await save(person, "morning")
        await layouts(person)
        # Typed ahead: what narrows the choice comes before the key behind it.
        person.type("morn\x04")
        await person.sees("Remove the layout morning?", "type its name to remove it")
        person.type("evening\r")
        await person.sees("that is not morning")
        person.type(ESCAPE)
        await person.no_longer_sees("Remove the layout")
        await person.sees("morning")
        person.type("\x04")
        await person.sees("Remove the layout morning?")
        person.type("morning\r")
        await person.sees('"morning" is removed')
        await person.no_longer_sees("Remove the layout")
        person.type("\x15")
        await person.sees("evening", "type a part of it")
        person.type("\r")
        await person.until(lambda: len(shells.opened) == 2)
        await person.sees("2 web-1 ●")
        await quit_board(person)
    async with at_a_shop(tmp_path, restores=False) as (person, _):
        person.type("L")
        await person.sees("ctrl+d  remove", "evening")
        assert "morning" not in person.screen()
        person.type("\x1b[3~")
        await person.sees("Remove the layout evening?")
        person.type("evening\r")
        await person.sees('"evening" is removed')
        await person.no_longer_sees("ctrl+d  remove")
        person.type("L")
        await person.sees("no layout was saved on this cluster")


async def test_a_layout_is_called_otherwise(tmp_path: Path) -> None:
    async with at_a_shop(tmp_path) as (person, shells):
        person.type("\r")
        await speaks(person, shells, 0, "first:~$ ")
        await save(person, "evening")
        await save(person, "morning")
        await layouts(person)
        person.type("m\x12")
        await person.sees("call the layout morning▏")
        person.type("\x15evening\r")
        await person.sees('there is a layout "evening" already')
        await layouts(person)
        person.type("m\x12s\r")
        await person.sees('"morning" is called "mornings" now')
        screen = await layouts(person)
        assert "evening" in screen
        assert "mornings" in screen
        assert "morning " not in screen
        person.type("mornings\r")
        await person.until(lambda: len(shells.opened) == 2)


async def test_without_a_layout_or_a_database_it_is_said(tmp_path: Path) -> None:
    async with at_a_shop(tmp_path) as (person, _):
        person.type(f"{LEADER}W")
        await person.sees("no layout was saved on this cluster")
        person.type(f"{LEADER}w")
        await person.sees("no terminal is open")
    shells = Shells(*PODS)
    async with at_the_board(shells.cluster.connect, 120, 40) as person:
        await person.sees("● web-4")
        person.type("\r")
        await person.sees("● open")
        person.type(f"{LEADER}w")
        await person.sees("layouts are kept in the database: no database was named")


# -- the last one -----------------------------------------------------------------------------


async def test_what_was_left_is_opened_again_with_what_it_had_shown(tmp_path: Path) -> None:
    async with at_a_shop(tmp_path) as (person, shells):
        left = await open_three(person, shells)
        shells[0].say(Stdout(b"\x1b[31mred\x1b[0m\r\n" + b"line\r\n" * 100 + b"first:~$ "))
        await person.until(lambda: person.board.panes[0].terminal.screen.scrollback > 50)
        await quit_board(person)
    assert len(kept(tmp_path)) == 3
    assert {path.stat().st_mode & 0o777 for path in kept(tmp_path)} == {0o600}
    async with at_a_shop(tmp_path) as (person, shells):
        await person.sees(OFFER.format("3 terminals"), "y yes", "n no")
        person.type("j")
        await person.until(lambda: person.board._box.list.cursor == ("shop", "web-2"))
        assert shells.opened == []
        person.type("y")
        await person.until(lambda: shells.opened == ["web-1", "web-1", "web-3"])
        await person.sees("1 web-1 +1 ●", "second:~$", "first:~$", "─ kept from ")
        await person.no_longer_sees(OFFER.format("3 terminals"))
        assert sizes(person) == left
        await person.until(lambda: kept(tmp_path) == [])
        await speaks(person, shells, 0, "anew:~$ ")
        person.type("x")
        await person.until(lambda: shells[0].input == b"x")
        screen = person.board.panes[0].terminal.screen
        assert screen.scrollback > 50
        person.type(f"{LEADER}2")
        await person.sees("third:~$", "─ kept from ")
        for _ in range(3):
            person.type(f"{LEADER}x")
        await person.until(lambda: not person.board.has_terminals)
        person.type("q")
        await person.leaves()
    async with at_a_shop(tmp_path) as (person, _):
        assert person.board.offer == ""


async def test_no_forgets_it(tmp_path: Path) -> None:
    async with at_a_shop(tmp_path) as (person, shells):
        await open_three(person, shells)
        await quit_board(person)
    async with at_a_shop(tmp_path) as (person, shells):
        await person.sees(OFFER.format("3 terminals"))
        person.type("n")
        await person.no_longer_sees(OFFER.format("3 terminals"))
        await person.until(lambda: kept(tmp_path) == [])
        person.type("n")
        await person.sees("all namespaces")
        assert shells.opened == []
    async with at_a_shop(tmp_path) as (person, _):
        assert person.board.offer == ""


async def test_the_offer_waits_where_it_is_not_answered(tmp_path: Path) -> None:
    async with at_a_shop(tmp_path) as (person, shells):
        await open_three(person, shells)
        await quit_board(person)
    async with at_a_shop(tmp_path) as (person, _):
        await person.sees(OFFER.format("3 terminals"))
        person.type("q")
        await person.leaves()
    async with at_a_shop(tmp_path) as (person, _):
        await person.sees(OFFER.format("3 terminals"))


async def test_what_has_ended_is_not_kept(tmp_path: Path) -> None:
    async with at_a_shop(tmp_path) as (person, shells):
        await open_three(person, shells)
        shells[0].say(Ended(exited(0)))
        await person.until(lambda: person.board.panes[0].is_ended)
        shells[2].say(Ended(exited(0)))
        await person.until(lambda: person.board.panes[2].is_ended)
        await quit_board(person)
    assert len(kept(tmp_path)) == 1
    async with at_a_shop(tmp_path) as (person, _):
        await person.sees(OFFER.format("1 terminal"))


async def test_who_does_not_want_it_is_not_asked_and_nothing_is_kept(tmp_path: Path) -> None:
    async with at_a_shop(tmp_path) as (person, shells):
        await open_three(person, shells)
        await quit_board(person)
    assert kept(tmp_path)
    async with at_a_shop(tmp_path, restores=False) as (person, shells):
        await person.until(lambda: kept(tmp_path) == [])
        assert person.board.offer == ""
        await open_three(person, shells)
        await quit_board(person)
    assert kept(tmp_path) == []


# -- one that was killed ----------------------------------------------------------------------


def open_board(folder: Path) -> AbstractAsyncContextManager[Store]:
    return open_records(folder / "podboard.db")


def remembered(folder: Path) -> dict[str, Json]:
    with closing(sqlite3.connect(f"file:{folder / 'podboard.db'}?mode=ro", uri=True)) as connection:
        [(state,)] = connection.execute("SELECT state FROM boards").fetchall() or [("{}",)]
    found: dict[str, Json] = json.loads(state)
    return found


async def kill(folder: Path) -> None:
    """Let what is open now be what a podboard had open that was killed."""
    async with open_board(folder) as store:
        board = await store.board("kind-dev")
        await store.change_board("kind-dev", {KILLED: board[NOTED]}, {NOTED})


async def noted(folder: Path, count: int) -> Json:
    """Wait until so many tabs are noted; returns them."""

    def tabs() -> Json:
        return remembered(folder).get(NOTED, [])

    await until(lambda: len(cast("list[Json]", tabs())) == count)
    return tabs()


async def test_what_lies_open_is_noted_as_it_changes(tmp_path: Path) -> None:
    async with at_a_shop(tmp_path) as (person, shells):
        await open_three(person, shells)
        await noted(tmp_path, 2)
        shells[1].say(Ended(exited(0)))
        shells[2].say(Ended(exited(0)))
        await noted(tmp_path, 1)
        person.type(f"{LEADER}lG\r")
        await speaks(person, shells, 3, "fourth:~$ ")
        await noted(tmp_path, 2)
        await kill(tmp_path)
        await quit_board(person)
    async with at_a_shop(tmp_path) as (person, shells):
        # What was left is there as well.
        await person.sees(OFFER.format("4 terminals"))
        person.type("y")
        await person.until(lambda: shells.opened == ["web-1", "web-4"] * 2)
        await noted(tmp_path, 4)
        await quit_board(person)
    assert set(remembered(tmp_path)) == {"last"}


async def test_a_moved_border_is_noted(tmp_path: Path) -> None:
    async with at_a_shop(tmp_path) as (person, shells):
        left = await open_three(person, shells)
        before = await noted(tmp_path, 2)
        person.type(f"{LEADER}1{LEADER}L")
        await person.until(lambda: sizes(person)[0].columns == left[0].columns + 5)
        left = sizes(person)
        await until(lambda: remembered(tmp_path)[NOTED] != before)
        await kill(tmp_path)
        await quit_board(person)
    async with open_board(tmp_path) as store:
        await store.change_board("kind-dev", {}, {"last"})
    async with at_a_shop(tmp_path) as (person, shells):
        await person.sees(OFFER.format("3 terminals"))
        person.type("y")
        await person.until(lambda: len(shells.opened) == 3 and sizes(person) == left)


async def test_an_offer_that_is_not_answered_is_not_lost_when_podboard_is_killed_again(
    tmp_path: Path,
) -> None:
    async with at_a_shop(tmp_path) as (person, shells):
        await open_three(person, shells)
        await noted(tmp_path, 2)
        await kill(tmp_path)
        await quit_board(person)
    async with at_a_shop(tmp_path) as (person, shells):
        await person.sees(OFFER.format("6 terminals"))
        person.type("\r")
        await speaks(person, shells, 0, "first:~$ ")
        await noted(tmp_path, 1)
        assert set(remembered(tmp_path)) == {"last", KILLED, NOTED}
        person.type(f"{LEADER}ln")
        await person.no_longer_sees(OFFER.format("6 terminals"))
        person.type(f"{LEADER}1{LEADER}x")
        await person.no_longer_sees("1 web-1")
        person.type("q")
        await person.leaves()
    assert remembered(tmp_path) == {}


async def test_who_does_not_want_it_has_nothing_noted(tmp_path: Path) -> None:
    async with at_a_shop(tmp_path) as (person, shells):
        await open_three(person, shells)
        await noted(tmp_path, 2)
        await kill(tmp_path)
        await quit_board(person)
    async with at_a_shop(tmp_path, restores=False) as (person, shells):
        await open_three(person, shells)
        person.board.layout_desk.note()
        await quit_board(person)
    assert remembered(tmp_path) == {}
