"""Keys right behind the key that opens or closes a dialog: none is lost, and all are in order."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.pods import pod
from tests.ui.person import ESCAPE, LEADER, Person, at_the_board
from tests.ui.still import Shells

PODS = tuple(pod(f"pod-{number:02}") for number in range(13))


@pytest.fixture
def shells() -> Shells:
    return Shells(*PODS)


@pytest_asyncio.fixture
async def person(shells: Shells) -> AsyncIterator[Person]:
    async with at_the_board(shells.cluster.connect) as person:
        await person.sees("pod-12")
        yield person


BEHIND_AN_END = {
    "a question": f"\r{LEADER}lqntls\r",
    "a question that opens": "*sy",
    "a choice": "c\rls\r",
    "a choice that was left": f"\r{LEADER}lc{ESCAPE}tls\r",
    "the help": f"\r{LEADER}?qls\r",
    "the palette": f"\r{LEADER}l:zoom\rls\r",
    "a namespace": "nshop\r\rls\r",
}


@pytest.mark.parametrize("name", BEHIND_AN_END)
async def test_what_is_behind_goes_where_the_focus_is(person: Person, shells: Shells, name: str) -> None:
    person.type(BEHIND_AN_END[name])
    if name == "a question that opens":
        person.type("ls\r")
    await person.until(lambda: shells[0].input == b"ls\r", "what was typed behind")
