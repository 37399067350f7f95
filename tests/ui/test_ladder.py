"""The ladder on the board: how far each way has come, what worked, and why the others did not."""

from __future__ import annotations

import asyncio
import base64
import re
from typing import TYPE_CHECKING

import pytest
import yaml

from podboard.errors import ApiError, Denied, FailureKind, PodboardError, UnreachableError
from podboard.model.attempt import METHODS, OUTCOME_SIGNS, Outcome
from podboard.wire.exec_channel import Stdout
from tests.support.pods import pod
from tests.ui.person import ESCAPE, LEADER, at_the_board
from tests.ui.still import StillCluster
from tests.unit.session.fakes import FakeChannel, FakeRung

if TYPE_CHECKING:
    from podboard.session.ladder import Rung
    from tests.ui.person import Person

NONE = OUTCOME_SIGNS[Outcome.NOT_APPLICABLE]
KUBECONFIG, RECORD, TOKEN, IN_CLUSTER, SSH = METHODS
SIZES = [(80, 24), (120, 40), (200, 50)]
EXPIRED = ApiError("the token expired 3 h ago (401)", "log in again: aws sso login", status=401)
DENIED = ApiError(
    '"ops" may not create pods/exec in shop',
    "a Role must allow get and create on pods/exec",
    status=403,
    denied=Denied("ops", "shop"),
)


class Door:
    """A way that waits to be let on.

    Attributes:
        opens: Lets it on.
    """

    def __init__(self, name: str, answer: FakeChannel | Exception) -> None:
        self.opens = asyncio.Event()
        self.rung = FakeRung(answer, name=name, before=self.opens.wait)


def no(name: str, why: str) -> FakeRung:
    return FakeRung(name=name, applies=why)


def shop(*rungs: Rung) -> StillCluster:
    return StillCluster(pod("web-1"), pod("web-2"), rungs=rungs, namespace="shop")


def words(person: Person) -> str:
    """What the dialog says, else the pane, else the list, as if it had one line."""
    parts = [line.split("│") for line in person.lines()]
    return " ".join(" ".join(part[-2] if len(part) > 2 else part[-1] for part in parts).split())


async def reads(person: Person, *texts: str) -> None:
    """Wait until texts are on the screen, wherever their lines are broken."""
    await person.until(lambda: all(text in words(person) for text in texts), " and ".join(texts))


async def open_first(person: Person) -> None:
    await person.sees("web-1")
    person.type("\r")


# -- while it is opened ---------------------------------------------------------------------


@pytest.mark.parametrize(("columns", "rows"), SIZES)
async def test_what_takes_long_is_told_way_by_way(columns: int, rows: int) -> None:
    channel = FakeChannel()
    door = Door(SSH, channel)
    cluster = shop(
        FakeRung(EXPIRED), no(RECORD, "no record of this pod"), no(TOKEN, "no record of this pod"),
        no(IN_CLUSTER, "not inside a cluster"), door.rung,
    )  # fmt: skip
    async with at_the_board(cluster.connect, columns, rows) as person:
        await open_first(person)
        await reads(person, "1 ws:kubeconfig https", "✗ 0.", "the token expired 3 h ago (401)", "5 ssh https")
        assert "→ log in again: aws sso login" in words(person)
        assert f"2 ws:record {NONE} no record of this pod" in words(person)
        assert f"4 ws:in-cluster {NONE} not inside a cluster" in words(person)
        await person.sees("ssh · ◐ connecting")
        await person.until(lambda: "1 web-1 ◐" in person.lines()[0])
        # The sentence has its status in it, and is not given it again.
        await person.until(lambda: person.screen().count("401") == 1)
        before = seconds(person, SSH)
        await person.until(lambda: seconds(person, SSH) > before + 0.2, "time going by")
        door.opens.set()
        channel.say(Stdout(b"web:~$ "))
        await person.sees("● open", "web:~$")
        await person.no_longer_sees("ws:record")


def seconds(person: Person, method: str) -> float:
    """How long a way is said to have taken."""
    lines = person.lines()
    at = next(index for index, line in enumerate(lines) if re.search(rf"\d  {method} ", line))
    found = re.search(r"(\d+\.\d\d) s", " ".join(lines[at : at + 2]))
    return float(found[1]) if found else -1.0


async def test_what_takes_no_time_is_not_worth_a_word() -> None:
    door = Door(KUBECONFIG, FakeChannel())
    async with at_the_board(shop(door.rung, no(SSH, "nowhere")).connect) as person:
        seen: list[str] = []
        await person.sees("web-1")
        feed = person.outer.feed

        def noting(data: bytes) -> None:
            feed(data)
            seen.append(person.screen())

        person.outer.feed = noting  # type: ignore[method-assign]
        person.type("\r")
        await person.sees("◐ connecting")
        door.opens.set()
        await person.sees("● open")
        assert not any("nowhere" in screen for screen in seen)


async def test_what_is_typed_meanwhile_waits_for_the_shell() -> None:
    channel = FakeChannel()
    door = Door(KUBECONFIG, channel)
    async with at_the_board(shop(door.rung, no(SSH, "nowhere")).connect) as person:
        await open_first(person)
        await person.sees("nowhere")
        person.type("ls -l\ry")
        door.opens.set()
        await person.until(lambda: channel.input == b"ls -l\ry")


async def test_the_shell_has_the_rows_the_timeline_lay_on() -> None:
    channel = FakeChannel()
    door = Door(KUBECONFIG, channel)
    async with at_the_board(shop(door.rung, no(SSH, "nowhere")).connect, 80, 24) as person:
        await open_first(person)
        await person.sees("nowhere")
        door.opens.set()
        channel.say(Stdout(b"\x1b[2J\x1b[H" + b"\r\n".join(b"row %d" % row for row in range(21))))
        await person.sees("row 0", "row 20")
        [(_, size)] = door.rung.asked
        assert size is not None
        assert size.rows == 21
        assert channel.sizes == []


async def test_hostile_words_stay_words() -> None:
    error = UnreachableError("[red]nobody[/] \x1b]0;owned\x07\x1b[2J listens\u202e", "[bold]\x1b[31mhint")
    async with at_the_board(shop(FakeRung(error), no(SSH, "[blink]no\x1b[5m")).connect) as person:
        await open_first(person)
        await person.sees("[red]nobody[/]", "[bold]", "[blink]no", "✗ failed")
        assert person.outer.title != "owned"
        await person.sees("web-2")


# -- when no way opens ----------------------------------------------------------------------


@pytest.mark.parametrize(("columns", "rows"), SIZES)
async def test_when_all_fail_each_says_why_and_what_to_do(columns: int, rows: int) -> None:
    cluster = shop(
        FakeRung(EXPIRED, EXPIRED),
        no(RECORD, 'kubeconfig not set on record "web"'),
        FakeRung(UnreachableError("https://10.0.0.1:6443 cannot be reached", "the VPN?"), name=TOKEN),
        no(IN_CLUSTER, "not inside a cluster"),
        FakeRung(PodboardError("the host knows none of the keys", "ssh-add ~/.ssh/id_ed25519"), name=SSH),
    )
    async with at_the_board(cluster.connect, columns, rows) as person:
        await open_first(person)
        await person.sees("✗ failed", "enter opens it again · ctrl+] x closes it")
        told = words(person)
        for text in (
            "1 ws:kubeconfig", "the token expired 3 h ago (401)", "→ log in again: aws sso login",
            f'{NONE} kubeconfig not set on record "web"', "cannot be reached", "→ the VPN?",
            f"{NONE} not inside a cluster", "5 ssh", "the host knows none", "→ ssh-add ~/.ssh/id_ed25519",
        ):  # fmt: skip
            assert text in told
        assert told.count("the token expired") == 1
        await person.sees("1 web-1 ✗")
        await person.sees("ssh · ✗ failed")


@pytest.mark.parametrize("again", ["\r", f"{LEADER}r"])
async def test_trying_again_begins_with_the_first_way(again: str) -> None:
    channel = FakeChannel()
    first = FakeRung(UnreachableError("refused"), channel)
    last = FakeRung(UnreachableError("no route"), name=SSH)
    async with at_the_board(shop(first, last).connect) as person:
        await open_first(person)
        await person.sees("refused", "no route", "enter opens it again")
        person.type(again)
        await person.sees("ws:kubeconfig · ● open")
        assert (len(first.requests), len(last.requests)) == (2, 1)
        await person.no_longer_sees("no route")


async def test_without_any_way_it_is_said_what_would_be_one() -> None:
    async with at_the_board(shop(no(KUBECONFIG, "there is no kubeconfig")).connect) as person:
        await open_first(person)
        await person.sees("there is no way into this pod", "a kubeconfig, or a record of the pod")


# -- another way than the first -------------------------------------------------------------


@pytest.mark.parametrize(("columns", "rows"), SIZES)
async def test_a_detour_is_told_where_the_person_looks(columns: int, rows: int) -> None:
    channel = FakeChannel()
    cluster = shop(FakeRung(EXPIRED), no(RECORD, "no record"), FakeRung(channel, name=SSH))
    async with at_the_board(cluster.connect, columns, rows) as person:
        await open_first(person)
        await person.sees(
            "ssh · ● open", "opened by ssh · ctrl+] d tells all · ws:kubeconfig: ", "3 h ago (401)"
        )
        await person.until(lambda: "opened by ssh" in person.lines()[-1])
        await person.until(lambda: "1 web-1 ● " in person.lines()[0])
        # The shell's keys do not take it away, and it takes none of the shell's rows.
        person.type("l")
        await person.until(lambda: channel.input == b"l")
        person.type("s\r")
        await person.until(lambda: channel.input == b"ls\r")
        await person.until(lambda: "opened by ssh" in person.lines()[-1])
        assert channel.sizes == []
        person.type(LEADER)
        await person.no_longer_sees("opened by ssh")
        person.type("d")
        await reads(
            person, "1 ws:kubeconfig", "✗ 0.", "→ log in again: aws sso login", "5 ssh", "● 0.", "opened"
        )
        await reads(person, "ssh: open after 0.")


async def test_the_first_way_that_applies_is_no_detour() -> None:
    cluster = shop(no(KUBECONFIG, "there is no kubeconfig"), FakeRung(FakeChannel(), name=SSH))
    async with at_the_board(cluster.connect) as person:
        await open_first(person)
        await person.sees("ssh · ● open", "keys go to the pod")
        person.type(f"{LEADER}l{LEADER}d")
        await person.sees("1  ws:kubeconfig", f"{NONE} there is no kubeconfig")
        assert "opened by" not in person.screen()


async def test_the_next_terminal_says_why_a_way_was_passed_over() -> None:
    rungs = FakeRung(UnreachableError("refused")), FakeRung(FakeChannel(), FakeChannel(), name=SSH)
    async with at_the_board(shop(*rungs).connect) as person:
        await open_first(person)
        await person.sees("opened by ssh")
        person.type(f"{LEADER}lj\r")
        await person.sees("shop/web-2", "ws:kubeconfig: failed a moment ago: refused")
        person.type(f"{LEADER}d")
        await person.sees("1  ws:kubeconfig", "○ failed a moment ago: refused")
        assert len(rungs[0].requests) == 1


async def test_a_detour_of_a_hidden_terminal_is_told_once_it_is_looked_at() -> None:
    first, second = FakeChannel(), FakeChannel()
    kubeconfig = FakeRung(first, ApiError("not in shop", status=403))
    async with at_the_board(shop(kubeconfig, FakeRung(second, name=SSH)).connect) as person:
        await person.sees("web-1")
        person.type("*\r")
        await person.sees("1 web-1 ●", "2 web-2 ●")
        assert "opened by" not in person.screen()
        person.type(f"{LEADER}2")
        await person.sees("opened by ssh", "not in shop")
        person.type(f"{LEADER}1")
        await person.no_longer_sees("opened by ssh")
        person.type(f"{LEADER}2")
        await person.sees("shop/web-2", "keys go to the pod")


async def test_a_server_that_is_not_trusted_is_shown_for_what_it_is() -> None:
    untrusted = UnreachableError("the certificate of https://10.0.0.1 is signed by nobody", "who is it?")
    untrusted.kind = FailureKind.UNTRUSTED
    async with at_the_board(shop(FakeRung(untrusted), FakeRung(FakeChannel(), name=SSH)).connect) as person:
        await open_first(person)
        await person.sees("opened by ssh", "ws:kubeconfig: the certificate of")


# -- a missing right ------------------------------------------------------------------------


def copied(person: Person) -> list[str]:
    """Note what is copied to the person's clipboard from now on."""
    copies: list[str] = []
    feed, written = person.outer.feed, bytearray()

    def noting(data: bytes) -> None:
        written.extend(data)
        copies[:] = [
            base64.b64decode(found[1]).decode()
            for found in re.finditer(rb"\x1b\]52;c;([^\x07]*)\x07", written)
        ]
        feed(data)

    person.outer.feed = noting  # type: ignore[method-assign]
    return copies


@pytest.mark.parametrize(("columns", "rows"), SIZES)
@pytest.mark.parametrize("more", [(), (no(SSH, "no record of this pod"),)])
async def test_a_role_that_would_allow_it_is_a_key_away(
    columns: int, rows: int, more: tuple[FakeRung, ...]
) -> None:
    async with at_the_board(shop(FakeRung(DENIED, FakeChannel()), *more).connect, columns, rows) as person:
        await open_first(person)
        await reads(person, '"ops" may not create pods/exec in shop', "→ y copies a Role that would allow it")
        copies = copied(person)
        person.type("y")
        await person.sees("kubectl create -f -", "kind: RoleBinding", "esc  back")
        role, binding = yaml.safe_load_all(copies[0])
        assert role["rules"][0]["verbs"] == ["get", "create"]
        assert binding["subjects"][0]["name"] == "ops"
        # Who has a terminal that does not copy has all of it before them.
        assert all(" ".join(line.split()) in words(person) for line in copies[0].splitlines())
        person.type(ESCAPE)
        await person.no_longer_sees("kubectl create")
        person.type("\r")
        await person.sees("● open")
        assert len(copies) == 1


async def test_without_a_missing_right_there_is_nothing_to_copy() -> None:
    async with at_the_board(shop(FakeRung(EXPIRED), no(SSH, "nowhere")).connect) as person:
        await open_first(person)
        await person.sees("the token expired", "log in again")
        copies = copied(person)
        person.type("y")
        await person.sees("no right is known to be missing here")
        assert copies == []


async def test_a_shell_gets_its_y() -> None:
    channel = FakeChannel()
    async with at_the_board(shop(FakeRung(DENIED), FakeRung(channel, name=SSH)).connect) as person:
        await open_first(person)
        await person.sees("ssh · ● open", "may not create pods/exec")
        copies = copied(person)
        person.type("y")
        await person.until(lambda: channel.input == b"y")
        assert copies == []
