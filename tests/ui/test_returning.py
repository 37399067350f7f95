"""Terminals whose connection is dropped, as a person sees them come back."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from msgspec.structs import replace

from podboard.errors import ApiError, UnreachableError
from podboard.model.ending import dropped, exited
from podboard.model.pod import OwnerReference, Pod
from podboard.wire.backoff import Backoff
from podboard.wire.exec_channel import Ended
from tests.support.pods import pod
from tests.ui.person import LEADER, Person, at_the_board
from tests.ui.still import Shells
from tests.unit.session.fakes import FakeChannel, FakeRung

DROPPED = Ended(dropped("dropped: no byte for 61 s (idle proxy?)", "the network is gone"))


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next try comes when the person wants it."""
    monkeypatch.setattr(Backoff, "delay", lambda _: 30.0)


def shells_with(*answers: FakeChannel | Exception) -> Shells:
    shells = Shells(pod("api-1"), rung=FakeRung(*answers))
    shells.cluster.returns = True
    return shells


@pytest_asyncio.fixture
async def person() -> AsyncIterator[Person]:
    first, second = FakeChannel(), FakeChannel()
    answers = (first, UnreachableError("connection refused"), second)
    async with at_the_board(shells_with(*answers).cluster.connect, 80, 24) as person:
        await person.sees("api-1")
        person.type("\r")
        await person.sees("● open")
        first.say(DROPPED)
        await person.sees("↺ reconnecting")
        yield person


@pytest.mark.usefixtures("patient")
async def test_it_says_why_it_dropped_and_when_it_tries_again(person: Person) -> None:
    await person.sees(
        "↺ dropped: no byte for 61 s (idle proxy?)",
        "→ the network is gone",
        "trying again in 30 s · ctrl+] r tries at once · ctrl+] x closes it",
    )
    await person.no_longer_sees("keys go to the pod")
    await person.sees("trying again in 29 s")
    person.type(f"{LEADER}r")
    # A way was tried, and what became of it is worth more than a guess.
    await person.sees("1  ws:kubeconfig", "connection refused", "trying again in 30 s")
    assert "the network is gone" not in person.screen()
    person.type(f"{LEADER}r")
    await person.sees("● open", "no byte for 61 s (idle proxy?)", "by ws:kubeconfig · new shell")
    await person.no_longer_sees("trying again")
    await person.sees("keys go to the pod")


@pytest.mark.usefixtures("patient")
async def test_it_can_be_closed_while_it_waits(person: Person) -> None:
    person.type(f"{LEADER}x")
    await person.no_longer_sees("reconnecting")
    person.type("q")
    await person.leaves()


async def test_it_comes_back_by_itself(person: Person) -> None:
    await person.sees("● open", "by ws:kubeconfig · new shell")


async def test_it_gives_up_where_waiting_would_not_help() -> None:
    first = FakeChannel()
    gone = ApiError("pod api-1 does not exist", status=404, reason="NotFound")
    async with at_the_board(shells_with(first, gone).cluster.connect) as person:
        await person.sees("api-1")
        person.type("\r")
        await person.sees("● open")
        first.say(DROPPED)
        await person.sees("✗ failed", "pod api-1 does not exist", "enter opens it again")


async def test_it_is_a_persons_to_say_for_each() -> None:
    first = FakeChannel()
    async with at_the_board(shells_with(first).cluster.connect) as person:
        await person.sees("api-1")
        person.type("\r")
        await person.sees("● open")
        person.type(f"{LEADER}a")
        await person.sees("stays as it is when its connection is dropped")
        first.say(DROPPED)
        await person.sees("○ closed", "→ the network is gone", "enter opens it again")
        person.type(f"{LEADER}a")
        await person.sees("opens a new shell by itself when its connection is dropped")


async def test_it_goes_on_in_the_pod_that_took_the_place_of_its_own() -> None:
    first, second = FakeChannel(), FakeChannel()
    shells = shells_with(first, second)
    cluster = shells.cluster
    cluster.put(of_web("web-old-1"), gone=[("shop", "api-1")])
    async with at_the_board(cluster.connect) as person:
        await person.sees("web-old-1")
        person.type("\r")
        await person.sees("● open")
        first.say(Ended(exited(137)))
        await person.sees("○ closed 137")
        person.type("s")
        await person.sees("its pod is there, or no other took its place")
        cluster.put(of_web("web-new-1"), gone=[("shop", "web-old-1")])
        await person.sees("→ s opens web-new-1, which took its place")
        person.type("s")
        await person.sees("● open", "shop/web-new-1 · app", "─ new shell in web-new-1 ─")
        await person.no_longer_sees("took its place")
    assert shells.opened == ["web-old-1", "web-new-1"]


def of_web(name: str) -> Pod:
    """A pod of the Deployment web."""
    made = pod(name)
    owner = OwnerReference("ReplicaSet", "web-1", controller=True)
    return replace(made, metadata=replace(made.metadata, uid=name, owner_references=(owner,)))
