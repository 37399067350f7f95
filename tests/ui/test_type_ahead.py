"""Keys right behind the key that opens or closes a dialog: none is lost, and all are in order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from podboard.commands.board_records import open_records, upgrade_records
from podboard.errors import ApiError, Denied, NoKubeconfigError
from podboard.model.broadcast import BroadcastRules
from podboard.model.ending import exited, failed
from podboard.model.question import HostKeyQuestion, PasswordQuestion
from podboard.ui.screens import board
from podboard.wire.exec_channel import Ended
from podboard.wire.explain import explain
from tests.support.pods import pod
from tests.ui.person import BACKSPACE, DOWN, ESCAPE, LEADER, Person, at_the_board
from tests.ui.still import Shells, StillCluster
from tests.ui.test_questions import HOST, KEY, Asker
from tests.ui.test_records import old_database
from tests.unit.session.fakes import FakeChannel, FakeRung

PODS = tuple(pod(f"pod-{number}") for number in range(3))
MANY = tuple(pod(f"pod-{number:02}") for number in range(13))
STORE = "\x13"
LS = b"ls\r"


@pytest.fixture
def shells() -> Shells:
    return Shells(*PODS)


@pytest_asyncio.fixture
async def person(shells: Shells, tmp_path: Path) -> AsyncIterator[Person]:
    """Somebody at a list, with a database."""
    shells.cluster.kept_folder = tmp_path / "kept"
    records = partial(open_records, tmp_path / "podboard.db")
    async with at_the_board(shells.cluster.connect, records=records) as person:
        await person.sees("pod-2")
        await person.until(lambda: not person.board.desk.trouble, "the database")
        yield person


async def heard(shells: Shells, person: Person, index: int = 0, typed: bytes = LS) -> None:
    """Wait until a shell has what was typed last, and see that no other has any of it."""
    await person.until(lambda: shells[index].input.endswith(typed), "what was typed behind")
    others = [channel.input for place, channel in enumerate(shells.channels) if place != index]
    assert not any(typed in other for other in others)


# In one piece, from a key that opens a dialog to what is for the shell behind it.
FROM_THE_LIST = {
    "a choice": "c\rls\r",
    "a choice of many": f"n{DOWN}{DOWN}{DOWN}\r\rls\r",
    "a choice by its name": "ninf\r/pod-0\r\rls\r",
    "a choice that fits nothing": f"nxyz\r{DOWN}\r{ESCAPE}\rls\r",
    "a choice typed anew": f"nxyz{BACKSPACE * 3}\r\rls\r",
    "the palette": ":sort\r\rls\r",
    "the palette, left": f":{ESCAPE}\rls\r",
    "the help": "?jjkq\rls\r",
    "dialog after dialog": f"?qc{ESCAPE}?\rn{ESCAPE}:{ESCAPE}c\rls\r",
    "the records": "rjq\rls\r",
    "the records' filter": f"r/x{BACKSPACE}y\r{ESCAPE}{ESCAPE}\rls\r",
    "the help of the records": f"r?q{ESCAPE}\rls\r",
    "a record that is stored": f"ra{STORE}{ESCAPE}\rls\r",
    "a record that is opened": f"ra{STORE}ols\r",
    "a record that is looked at": f"ra{STORE}e{ESCAPE}{ESCAPE}\rls\r",
    "a record that is not stored": f"rax{ESCAPE}y{ESCAPE}\rls\r",
    "a record that is stored after all": f"rax{ESCAPE}n{STORE}ols\r",
    "a test of a record": f"ra{STORE}t{ESCAPE}{ESCAPE}\rls\r",
    "a record that is removed": f"ra{STORE}xpod-0\r{ESCAPE}\rls\r",
    "a record that is kept": f"ra{STORE}xpo{ESCAPE}ols\r",
}
FROM_A_TERMINAL = {
    "a question": f"{LEADER}lqntls\r",
    "a question that is answered wrongly": f"{LEADER}lqxntls\r",
    "the help": f"{LEADER}?qls\r",
    "the palette": f"{LEADER}:zoom\rls\r",
    "the palette, which opens another dialog": f"{LEADER}:help\rqls\r",
    "a layout that is left": f"{LEADER}wone\r{LEADER}W{ESCAPE}ls\r",
    "a layout that is called otherwise": f"{LEADER}wone\r{LEADER}W\x12two\rls\r",
    "a layout that is removed": f"{LEADER}wone\r{LEADER}W\x04one\rls\r",
    "a layout that is kept": f"{LEADER}wone\r{LEADER}W\x04{ESCAPE}{ESCAPE}ls\r",
    "a paste that is not agreed to": f"\x1b[200~a\nb\x1b[201~{ESCAPE}ls\r",
}


@pytest.mark.parametrize("name", FROM_THE_LIST)
async def test_behind_a_dialog_before_the_list(person: Person, shells: Shells, name: str) -> None:
    person.type(FROM_THE_LIST[name])
    await heard(shells, person)
    assert shells[0].input == LS
    assert len(shells.opened) == 1


async def test_what_means_nothing_to_the_list_is_no_shells(person: Person, shells: Shells) -> None:
    person.type("eh?qeh\rls\r")
    await heard(shells, person)
    person.type(f"{LEADER}lehXtls\r")
    await heard(shells, person, typed=LS + LS)
    assert shells[0].input == LS + LS


@pytest.mark.parametrize("name", FROM_A_TERMINAL)
async def test_behind_a_dialog_before_a_terminal(person: Person, shells: Shells, name: str) -> None:
    person.type("\r")
    await person.sees("● open")
    person.type(FROM_A_TERMINAL[name])
    await heard(shells, person)
    assert shells[0].input == LS
    assert len(shells.opened) == 1


async def test_behind_a_layout_that_is_opened(person: Person, shells: Shells) -> None:
    person.type("\r")
    await person.sees("● open")
    person.type(f"{LEADER}wone\r{LEADER}W\rls\r")
    await heard(shells, person, 1)


async def test_behind_a_terminal_put_beside_another(person: Person, shells: Shells) -> None:
    person.type(f"\r{LEADER}lj\r")
    await person.until(lambda: len(shells.opened) == 2)
    await person.sees("● open")
    person.type(f"{LEADER}m\rls\r")
    await heard(shells, person, 0)


async def test_behind_what_is_found_and_saved(person: Person, shells: Shells, tmp_path: Path) -> None:
    person.type("\r")
    shells.say(0, "a needle\r\npod:~$ ")
    await person.sees("needle")
    (tmp_path / "kept.txt").write_text("old")
    person.type(f"{LEADER}fneedle\r\rqls\r")
    await heard(shells, person)
    person.type(f"{LEADER}sS\x15{tmp_path}/kept.txt\ryqpwd\r")
    await heard(shells, person, typed=b"pwd\r")
    assert shells[0].input == LS + b"pwd\r"
    await person.until(lambda: "needle" in (tmp_path / "kept.txt").read_text(), "the saved lines")


async def test_behind_a_question_that_opens_many() -> None:
    shells = Shells(*MANY)
    async with at_the_board(shells.cluster.connect) as person:
        await person.sees("pod-12")
        person.type("*sxyls\r")
        await heard(shells, person)
        await person.until(lambda: len(shells.opened) == 13)


@pytest.mark.parametrize("protected", [False, True])
async def test_behind_a_set_that_is_chosen(person: Person, shells: Shells, *, protected: bool) -> None:
    shells.cluster.broadcast = BroadcastRules(protected=("kind-*",) if protected else ())
    person.type("*s")
    await person.until(lambda: person.screen().splitlines()[0].count("●") == 3, "three open terminals")
    person.type(f"{LEADER}b\r{'kind-dev' * protected}{chr(13) * protected}ls\r")
    await person.until(lambda: [shells[number].input for number in range(3)] == [LS] * 3)


async def test_behind_answers_to_a_command(person: Person, shells: Shells) -> None:
    person.type("*s")
    await person.until(lambda: person.screen().splitlines()[0].count("●") == 3, "three open terminals")
    for number in range(3):
        shells.say(number, "pod:~$ ")
    await person.sees("pod:~$")
    person.type(f"{LEADER}g\rid\r{ESCAPE}ls\r")
    await person.until(lambda: [shells[number].input for number in range(3)] == [b"id\r" + LS] * 3)


@pytest.mark.parametrize(
    ("question", "typed", "answer"),
    [(PasswordQuestion(HOST), "s3same\rls\r", ("s3same",)), (KEY, "yes\rls\r", True)],
)
async def test_behind_a_question_that_comes_on_the_way(
    question: PasswordQuestion | HostKeyQuestion, typed: str, answer: object
) -> None:
    asker = Asker(question)
    async with at_the_board(asker.cluster.connect) as person:
        asker.person = person
        await person.sees("web-0")
        person.type("\r")
        await person.sees("enter  answer")
        person.type(typed)
        await person.until(lambda: asker.channels[0].input == LS)
        assert asker.answers == [answer]


@pytest.mark.parametrize(("key", "pasted"), [("\r", b"a\rb"), ("1", b"a b"), ("a", b"a\rb")])
async def test_behind_a_paste_that_is_agreed_to(
    person: Person, shells: Shells, key: str, pasted: bytes
) -> None:
    person.type("\r\x1b[200~a\nb\x1b[201~")
    await person.sees("enter  paste")
    person.type(f"{key}ls\r\x1b[200~pwd\x1b[201~\r")
    await heard(shells, person, typed=b"pwd\r")
    assert shells[0].input == pasted + LS + b"pwd\r"


async def test_behind_an_image_for_a_debug_container() -> None:
    lacks = Ended(failed(*explain('exec: "sh": executable file not found in $PATH')))
    channel = FakeChannel()
    shells = Shells(*PODS, rung=FakeRung(FakeChannel(lacks), channel))
    shells.rung.debugs.starts.set()
    async with at_the_board(shells.cluster.connect) as person:
        await person.sees("pod-2")
        person.type("\r")
        await person.sees("enter opens it again")
        person.type("e\x15tools:1\rls\r")
        await person.until(lambda: channel.input == LS)
        assert shells.rung.debugs.images == ["tools:1"]


async def test_behind_a_role_that_is_shown() -> None:
    denied = ApiError("you may not", "ask for a Role", status=403, denied=Denied("ops", "shop"))
    channel = FakeChannel()
    cluster = StillCluster(*PODS, rungs=(FakeRung(denied, channel),))
    async with at_the_board(cluster.connect) as person:
        await person.sees("pod-2")
        person.type("\r")
        await person.sees("y copies a Role")
        person.type("yq\rls\r")
        await person.until(lambda: channel.input == LS)


async def test_behind_the_key_that_opens_a_shell_again(person: Person, shells: Shells) -> None:
    person.type("\r")
    await person.sees("● open")
    shells[0].say(Ended(exited(1)))
    await person.sees("enter opens it again")
    person.type("\r\rls\r")
    await heard(shells, person, 1, b"\rls\r")
    assert len(shells.opened) == 2


async def test_behind_an_upgrade_that_is_put_off(shells: Shells, tmp_path: Path) -> None:
    database = tmp_path / "podboard.db"
    old_database(database)
    more: dict[str, Any] = {
        "records": partial(open_records, database),
        "upgrade": partial(upgrade_records, database),
    }
    async with at_the_board(shells.cluster.connect, **more) as person:
        await person.sees("pod-2", "r upgrades the database")
        person.type(f"r{ESCAPE}\rls\r")
        await heard(shells, person)
        assert person.board.desk.trouble


async def test_behind_the_key_that_asks_for_a_kubeconfig() -> None:
    chosen: list[str] = []

    def none() -> Any:
        raise NoKubeconfigError("there is no kubeconfig", looked=())

    def choose(path: str) -> Any:
        chosen.append(path)
        return none()

    async with at_the_board(none, choose=choose) as person:
        await person.sees("No cluster yet.")
        person.type("kdemo.yaml\r")
        await person.until(lambda: chosen == ["demo.yaml"])


async def test_what_is_for_the_pods_waits_for_them(shells: Shells) -> None:
    reached = asyncio.Event()

    @asynccontextmanager
    async def connect() -> AsyncIterator[StillCluster]:
        await reached.wait()
        yield shells.cluster

    shells.cluster.put(gone=[("shop", pod.name) for pod in PODS])
    shells.cluster.say("listing pods…")
    async with at_the_board(connect) as person:
        await person.sees("connecting…")
        person.type("/pod\rj\rls\r")
        await person.sees("/pod")
        reached.set()
        await person.sees("listing pods…", "/pod")
        shells.cluster.put(pod("other"), *PODS)
        await heard(shells, person)
        assert shells.opened == ["pod-1"]


async def test_what_waits_for_pods_does_not_wait_for_ever(
    shells: Shells, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "FIRST_PODS", 0.01)
    shells.cluster.put(gone=[("shop", pod.name) for pod in PODS])
    shells.cluster.say("listing pods…")
    async with at_the_board(shells.cluster.connect) as person:
        await person.sees("listing pods…")
        person.type("\rjq")
        await person.leaves()
