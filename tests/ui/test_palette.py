"""The actions by their names."""

from typing import TYPE_CHECKING

import pytest
from textual.widgets import OptionList

from podboard.ui.keymap import AFTER_LEADER, LIST
from tests.support.pods import pod
from tests.ui.person import ESCAPE, LEADER, Person, at_the_board
from tests.ui.still import StillCluster
from tests.unit.session.fakes import FakeChannel, FakeRung

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

ABOUT = {"down", "up", "first", "last", "next_page", "previous_page", "clear", "palette"}
BY_THE_KEY = {"tab", "go", "resize", "send_leader"}


@pytest.fixture
async def person() -> "AsyncIterator[Person]":
    cluster = StillCluster(pod("api-1"), pod("web-1"), rungs=(FakeRung(FakeChannel(), FakeChannel()),))
    async with at_the_board(cluster.connect, 80, 24) as person:
        await person.sees("web-1")
        yield person


async def names(person: Person) -> "list[str]":
    await person.sees("enter  choose")
    listed = person.app.screen.query_one(OptionList)
    return [str(option.prompt).split(" · ")[0] for option in listed.options]


def words(actions: "Iterable[str]") -> set[str]:
    return {action.replace("_", " ") for action in actions}


async def test_it_names_what_can_be_done_in_the_list(person: Person) -> None:
    person.type(":")
    assert set(await names(person)) == words({entry.action for entry in LIST} - ABOUT)
    await person.sees("open · enter · open terminals in the marked pods, or in this one")
    person.type(ESCAPE)
    await person.no_longer_sees("enter  choose")


async def test_it_does_what_is_found_in_the_list(person: Person) -> None:
    person.type(":wide\r")
    await person.sees("NODE")
    person.type(":filt\r")
    await person.no_longer_sees("enter  choose")
    person.type("api")
    await person.until(lambda: person.board.filter_text == "api")


async def test_with_a_terminal_it_names_what_can_be_done_with_it_first(person: Person) -> None:
    person.type("\r")
    await person.sees("● open")
    person.type(f"{LEADER}:")
    named = await names(person)
    in_terminal = [entry.action for entry in AFTER_LEADER if entry.action not in ABOUT | BY_THE_KEY]
    assert words(named[: len(in_terminal)]) == words(in_terminal)
    assert set(named) == words({entry.action for entry in (*LIST, *AFTER_LEADER)} - ABOUT - BY_THE_KEY)
    assert len(named) == len(set(named))


async def test_what_belongs_to_a_terminal_is_done_there_and_the_rest_in_the_list(person: Person) -> None:
    person.type("\r")
    await person.sees("● open")
    person.type(f"{LEADER}:split right\r")
    await person.until(lambda: len(person.board.panes) == 2)
    person.type(f"{LEADER}:sort\r")
    await person.until(lambda: person.board.focused_pane is None)
    person.type(":scroll\r")
    await person.until(lambda: (pane := person.board.focused_pane) is not None and pane.is_scrolling)
