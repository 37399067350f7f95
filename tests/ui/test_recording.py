"""Terminals that are recorded, as a person sees it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from podboard.model.ending import exited
from podboard.session.recorder import Recordings
from podboard.vt.screen import Screen
from podboard.wire.asciicast import Cast, Code, read_cast
from podboard.wire.exec_channel import Ended
from tests.support.pods import pod
from tests.ui.person import LEADER, UP, Person, at_the_board
from tests.ui.still import Shells

PODS = (pod("api-1"), pod("db-1"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "podboard" / "recordings"


@pytest.fixture
def shells(folder: Path) -> Shells:
    shells = Shells(*PODS)
    shells.cluster.recordings = Recordings(folder, "kind-dev")
    return shells


@pytest_asyncio.fixture
async def person(shells: Shells) -> AsyncIterator[Person]:
    async with at_the_board(shells.cluster.connect, 140, 30) as person:
        await person.sees("db-1")
        yield person


async def open_first(person: Person, shells: Shells) -> None:
    person.type("\r")
    shells.say(0, "web:~$ ")
    await person.sees("● open", "web:~$")


def casts(folder: Path) -> list[Cast]:
    files = {path.name: path.read_bytes() for path in folder.glob("*")}
    return [read_cast(text.splitlines(keepends=True), name) for name, text in files.items() if text]


def written(folder: Path) -> list[Code]:
    return [event.code for cast in casts(folder) for event in cast.events]


def only_cast(folder: Path) -> Cast:
    [cast] = casts(folder)
    return cast


async def test_a_key_starts_and_stops_a_recording(person: Person, shells: Shells, folder: Path) -> None:
    await open_first(person, shells)
    assert "REC" not in person.line("shop/api-1 · app")
    person.type(f"{LEADER}R")
    await person.sees(" REC ", "recording to /")
    person.type("ls\r")
    shells.say(0, "ls\r\n\x1b[31mred\x1b[0m\r\n")
    await person.sees("red")
    person.type(f"{LEADER}R")
    await person.sees("recorded to /")
    await person.no_longer_sees(" REC ")
    shells.say(0, "unseen")
    await person.sees("unseen")
    await person.until(lambda: folder.exists() and len(only_cast(folder).events) == 2)
    cast = only_cast(folder)
    assert cast.title == "shop/api-1 · app · kind-dev"
    assert {event.code for event in cast.events} == {Code.OUTPUT}
    assert cast.events[1].data == "ls\r\n\x1b[31mred\x1b[0m\r\n"


async def test_a_recording_begins_with_what_is_on_the_screen(
    person: Person, shells: Shells, folder: Path
) -> None:
    await open_first(person, shells)
    shells.say(0, "\x1b[?1049h\x1b[2J\x1b[3;5H\x1b[1;32mdouble 表\x1b[0m\x1b[7;9H")
    await person.sees("double")
    person.type(f"{LEADER}R")
    await person.sees(" REC ")
    await person.until(lambda: folder.exists() and only_cast(folder).events)
    cast = only_cast(folder)
    screen, live = Screen(cast.size), person.board._area.panes[0].terminal.screen
    assert cast.size == live.size
    screen.feed(cast.events[0].data.encode())
    screen.update()
    assert screen.rows == live.rows
    assert screen.cursor == live.cursor
    assert screen.alternate


async def test_a_context_is_recorded_without_being_asked(
    person: Person, shells: Shells, folder: Path
) -> None:
    shells.cluster.recordings = Recordings(folder, "kind-dev", automatic=True, with_input=True)
    await open_first(person, shells)
    await person.sees(" REC with input ")
    person.type("exit\r")
    await person.until(lambda: shells[0].input == b"exit\r")
    shells[0].say(Ended(exited(7)))
    await person.sees("closed 7")
    await person.no_longer_sees(" REC ")
    await person.until(lambda: only_cast(folder).events[-1].code == Code.EXIT)
    events = only_cast(folder).events
    assert (events[0].data, events[-1].data) == ("web:~$ ", "7")
    assert "".join(data for _, code, data in events if code == Code.INPUT) == "exit\r"


async def test_a_recording_that_cannot_be_written_is_told_of(
    person: Person, shells: Shells, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    shells.cluster.recordings = Recordings(
        tmp_path / "file" / "podboard" / "recordings", "kind-dev", automatic=True
    )
    await open_first(person, shells)
    await person.sees(" REC stopped ", "the recording stopped: Not a directory: /")
    shells.say(0, "goes on")
    await person.sees("goes on")


async def test_there_is_nothing_to_record_without_a_shell(person: Person, shells: Shells) -> None:
    person.type(f"{LEADER}R")
    await person.sees("no terminal is open")
    await open_first(person, shells)
    shells[0].say(Ended(exited(0)))
    await person.sees("closed 0")
    person.type(f"{LEADER}R")
    await person.sees("there is no shell to record")


@pytest.mark.parametrize("with_input", [True, False])
async def test_a_broadcast_is_recorded_by_each_of_its_terminals(
    person: Person, shells: Shells, folder: Path, *, with_input: bool
) -> None:
    shells.cluster.recordings = Recordings(folder, "kind-dev", automatic=True, with_input=with_input)
    person.type("*s")
    await person.until(lambda: len(shells.opened) == 2)
    # The one asks for arrows of another kind, the other for pastes in brackets.
    shells.say(0, "\x1b[?1h")
    shells.say(1, "\x1b[?2004h")
    await person.until(lambda: shells[0].taken == shells[1].taken == 1)
    person.type(f"{LEADER}b")
    await person.sees("enter  arm 2 of 2")
    person.type("\r")
    await person.sees("BROADCAST to 2 terminals")
    person.type(f"ls{UP}")
    await person.until(lambda: shells[1].input == b"ls\x1b[A")
    person.paste("id")
    heard = [b"ls\x1bOAid", b"ls\x1b[A\x1b[200~id\x1b[201~"]
    await person.until(lambda: [shells[0].input, shells[1].input] == heard)
    for shell in (shells[0], shells[1]):
        shell.say(Ended(exited(0)))
    await person.until(lambda: written(folder).count(Code.EXIT) == len(heard))
    recorded = sorted(
        (cast.title, "".join(data for _, code, data in cast.events if code == Code.INPUT))
        for cast in casts(folder)
    )
    titles = [f"shop/{name} · app · kind-dev" for name in ("api-1", "db-1")]
    inputs = [given.decode() for given in heard] if with_input else ["", ""]
    assert recorded == list(zip(titles, inputs, strict=True))
