"""Shells that a program in their pods holds beyond a drop: a person chooses that for each terminal."""

from podboard.model.ending import exited
from podboard.wire.exec_channel import Ended, Stdout
from tests.support.pods import pod
from tests.ui.person import LEADER, at_the_board
from tests.ui.still import Shells
from tests.unit.session.fakes import FakeChannel, FakeRung

HELD = Stdout(b"\x1b_podboard;new;dtach\x1b\\\x1b[H\x1b[Jheld $ ")
PLAIN = Stdout(b"\x1b_podboard;new;\x1b\\plain $ ")


def shells_with(*answers: FakeChannel) -> Shells:
    shells = Shells(pod("api-1"), rung=FakeRung(*answers))
    shells.cluster.resumes = True
    return shells


async def test_a_person_has_a_new_shell_held_by_nothing_and_held_again() -> None:
    shells = shells_with(FakeChannel(HELD), FakeChannel(Stdout(b"fast $ ")), FakeChannel(HELD))
    rung = shells.rung
    async with at_the_board(shells.cluster.connect) as person:
        await person.sees("api-1")
        person.type("\r")
        await person.sees("held $")
        person.type(f"{LEADER}h")
        await person.sees("Open a new shell that dtach does not hold?", "y  end this one    n  no")
        person.type("n")
        await person.no_longer_sees("Open a new shell")
        assert [request.resumes for request in rung.requests] == [""]
        person.type(f"{LEADER}h")
        await person.sees("Open a new shell that dtach does not hold?")
        person.type("y")
        await person.sees("─ new shell ─", "fast $", "● open")
        assert [request.resumes for request in rung.requests] == ["", None]
        # Nothing is left of the one before.
        held = rung.requests[0].command[4]
        await person.until(lambda: rung.hung_up == [held])
        person.type(f"{LEADER}h")
        await person.sees("Open a new shell that outlives a drop, where something can hold it?")
        person.type("y")
        await person.until(lambda: [request.resumes for request in rung.requests] == ["", None, ""])
        await person.until(lambda: len(rung.hung_up) == 2)


async def test_where_nothing_holds_it_there_is_nothing_to_choose() -> None:
    channel = FakeChannel(PLAIN)
    async with at_the_board(shells_with(channel).cluster.connect) as person:
        await person.sees("api-1")
        person.type("\r")
        await person.sees("plain $")
        person.type(f"{LEADER}h")
        await person.sees("nothing holds this shell")
        channel.say(Ended(exited(0)))
        await person.sees("enter opens it again")
        person.type(f"{LEADER}h")
        await person.sees("its next shell is held by nothing")
        person.type(f"{LEADER}h")
        await person.sees("its next shell outlives a drop, where something can hold it")


async def test_an_attached_process_has_no_shell_to_hold() -> None:
    async with at_the_board(shells_with(FakeChannel(Stdout(b"server"))).cluster.connect) as person:
        await person.sees("api-1")
        person.type("a")
        await person.sees("server")
        person.type(f"{LEADER}h")
        await person.sees("it is attached: there is no shell to hold")
