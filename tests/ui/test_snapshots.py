"""What the screens look like: each is drawn and held against its picture in ``snapshots/``.

A picture shows what a person's terminal shows in the end, colours and cursor too. Where a screen looks
different, the test tells which lines and where the new picture is. If that is as it should be now, look
at it, and put it in the old one's place.
"""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import asynccontextmanager, suppress
from difflib import unified_diff
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from podboard.errors import ApiError, Denied, NoKubeconfigError, UnreachableError
from podboard.model.ending import exited, failed
from podboard.model.pod_columns import Health
from podboard.model.question import HostKeyQuestion, PassphraseQuestion, Prompt, ServerQuestion
from podboard.model.record import Record, SshConnectionDetails
from podboard.model.secret import Secret
from podboard.records.store import open_store
from podboard.session.ladder import Ladder
from podboard.ui.line.shadow import SWITCH
from podboard.wire.exec_channel import Ended
from podboard.wire.explain import explain
from tests.support.pictures import draw
from tests.support.pods import pod
from tests.support.waiting import until
from tests.ui.person import DOWN, LEADER, at_the_board
from tests.ui.still import Shells
from tests.unit.session.fakes import FakeChannel, FakeRung

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping

    from podboard.records.store import Store
    from podboard.session.cluster import Cluster
    from podboard.ui.app import Connect
    from tests.ui.person import Person

PICTURES = Path(__file__).with_name("snapshots")

SHOP = (
    pod("api-5c2b1d7f9-77wdt", health=Health.UNWELL, restarts=37, message="back-off 5m0s restarting app"),
    pod("api-5c2b1d7f9-x8mmp", created="2026-11-19T09:00:00Z"),
    pod("cart-6f4d9c8b7-b2k9x", health=Health.GOING),
    pod("migrate-29391840-4hfzn", health=Health.DONE, created="2026-11-23T09:20:00Z"),
    pod("web-7d9f8b6c5-9kq2v", created="2026-11-19T09:00:00Z"),
    pod("web-7d9f8b6c5-pl0mz", health=Health.PENDING, created="2026-11-23T11:59:51Z"),
    pod("web-7d9f8b6c5-x2x4q", created="2026-11-19T09:00:00Z", restarts=1),
)
DATA = (pod("postgres-0", "data", created="2026-10-01T00:00:00Z"), pod("redis-0", "data"))

PROMPT = "\x1b[32mweb\x1b[0m:\x1b[34m/srv\x1b[0m$ "
LISTING = (
    f"{PROMPT}ls -l --color\r\n"
    "total 12\r\n"
    "drwxr-xr-x 2 app app 4096 Nov 23 09:14 \x1b[1;34mstatic\x1b[0m\r\n"
    "-rw-r--r-- 1 app app 1806 Nov 23 09:14 app.py\r\n"
    "-rwxr-xr-x 1 app app  212 Nov 23 09:14 \x1b[1;32mrun.sh\x1b[0m\r\n"
    f"{PROMPT}cat colours\r\n"
    "\x1b[7m 漢字 \x1b[0m \x1b[38;2;255;160;0morange\x1b[0m \x1b[4munder\x1b[0m\r\n"
    f"{PROMPT}"
)


# -- the list -------------------------------------------------------------------------------


async def look(person: Person, _shells: Shells) -> None:
    await person.sees("web-7d9f8b6c5-x2x4q")


async def mark(person: Person, shells: Shells) -> None:
    await look(person, shells)
    person.type("j jj   ")
    await person.sees("4 marked")


async def filter_pods(person: Person, shells: Shells) -> None:
    await look(person, shells)
    person.type("/web")
    await person.sees("/web▏")


async def sort_a_filtered_list(person: Person, shells: Shells) -> None:
    await look(person, shells)
    person.type("/!web\rooO")
    await person.sees("/!web ", "by STATUS ▲")


async def widen(person: Person, shells: Shells) -> None:
    await look(person, shells)
    person.type("w")
    await person.sees("NODE")


async def look_for_more(person: Person, shells: Shells) -> None:
    await look(person, shells)
    person.type("w")
    await person.sees("no room")


async def go_down_a_long_list(person: Person, _shells: Shells) -> None:
    await person.sees("worker-000")
    person.type("\x1b[6~\x1b[6~")
    await person.sees("worker-038")


async def hear_of_trouble(person: Person, shells: Shells) -> None:
    await look(person, shells)
    shells.cluster.say("trying again in 3 s: nobody answers at https://127.0.0.1:6443")
    await person.sees("trying again")


async def list_terminals(person: Person, shells: Shells) -> None:
    """Open four, let two end, look at the list."""
    await look(person, shells)
    person.type("j j   s")
    shells.say(0, LISTING)
    await person.sees("1 api", "orange")
    await person.until(lambda: len(shells.opened) == 4)
    shells[1].say(Ended(exited(0)))
    shells[2].say(Ended(exited(137)))
    shells.say(3, "\x07")
    await person.until(lambda: sum(pane.is_ended for pane in person.board._area.panes) == 2)
    person.type(f"{LEADER}lG")
    await person.sees("enter open")


# -- terminals ------------------------------------------------------------------------------


async def open_terminal(person: Person, shells: Shells) -> None:
    await look(person, shells)
    person.type("G\r")
    shells.say(0, LISTING)
    await person.sees("● open", "orange")


async def zoom(person: Person, shells: Shells) -> None:
    await open_terminal(person, shells)
    person.type(f"{LEADER}z")
    await person.no_longer_sees("podboard")


async def open_a_grid(person: Person, shells: Shells) -> None:
    await look(person, shells)
    person.type("    S")
    for number in range(4):
        shells.say(number, LISTING)
    await person.until(lambda: person.screen().count("orange") == 4)
    shells.say(3, "exit\r\n")
    shells[3].say(Ended(exited(3)))
    person.type(f"{LEADER}\x1b[C")
    await person.sees("enter opens it again", "+3 ○ 3")


async def zoom_in_a_grid(person: Person, shells: Shells) -> None:
    await open_a_grid(person, shells)
    person.type(f"{LEADER}z")
    await person.sees("+3 not shown")


async def hesitate_after_the_leader(person: Person, shells: Shells) -> None:
    await zoom(person, shells)
    person.type(LEADER)
    await person.sees("l list")


async def scroll(person: Person, shells: Shells) -> None:
    await look(person, shells)
    person.type("G\r")
    shells.say(0, "".join(f"GET /cart/{number} 200\r\n" for number in range(100)) + "$ ")
    await person.sees("GET /cart/99")
    person.type(f"{LEADER}s\x19\x19\x19\x19\x19")
    await person.sees("↑ 5 of")


async def search(person: Person, shells: Shells) -> None:
    await scroll(person, shells)
    person.type("?9\\d? 200\r")
    await person.sees("14 of 19", "n next")


async def select(person: Person, shells: Shells) -> None:
    await search(person, shells)
    person.type("0vjjjw")
    await person.sees("n next")


async def search_everywhere(person: Person, shells: Shells) -> None:
    await scroll(person, shells)
    person.type(f"q{LEADER}f7. 200\r")
    await person.sees("10 in 1 terminal")


async def wait_for_a_shell(person: Person, shells: Shells) -> None:
    await look(person, shells)
    person.type("G\r")
    await person.sees("◐ connecting")


async def be_refused(person: Person, shells: Shells) -> None:
    await look(person, shells)
    person.type("G\r")
    await person.sees("✗ failed", "→ ")


async def leave_a_shell(person: Person, shells: Shells) -> None:
    await open_terminal(person, shells)
    shells[0].say(Ended(exited(137)))
    await person.sees("○ closed 137", "enter opens it again")


async def diagnose(person: Person, shells: Shells) -> None:
    await open_terminal(person, shells)
    person.type(f"{LEADER}d")
    await person.sees("connecting to https://")


async def diagnose_a_refusal(person: Person, shells: Shells) -> None:
    await be_refused(person, shells)
    person.type(f"{LEADER}d")
    await person.sees("connecting to https://")


# -- records --------------------------------------------------------------------------------


async def see_signs(person: Person, shells: Shells) -> None:
    await look(person, shells)
    await person.sees("◆")
    person.type("G")
    await person.sees("◆ record web")


async def look_at_records(person: Person, shells: Shells) -> None:
    await see_signs(person, shells)
    person.type("r")
    await person.sees("pod records   3", "and no other record does")


async def fill_in_a_record(person: Person, shells: Shells) -> None:
    await look_at_records(person, shells)
    person.type("e")
    await person.sees("record web", "what you call this record")
    person.type(f"{DOWN * 6}10.0.0.1")
    await person.sees("! cluster_host must be")


@asynccontextmanager
async def some_records() -> AsyncIterator[Store]:
    details = SshConnectionDetails.of({"host": "bastion.test", "username": "ops", "password": "hunter2"})
    records = (
        Record(name="postgres", pod_name="postgres-0", namespace="data", note="look twice"),
        Record(name="web", pod_name="web-*", namespace="shop", ssh_connection_details=details),
        Record(name="worker", pod_name="worker-*", token=Secret.of("eyJ"), kubeconfig="~/.kube/other"),
    )
    with TemporaryDirectory() as folder:
        async with open_store(Path(folder) / "podboard.db", keyring=False) as store:
            await store.add(records)
            await store._connection.execute("UPDATE records SET updated_at = '2026-11-23T08:00:00Z'")
            yield store


# -- the ladder -----------------------------------------------------------------------------


async def wait_for_the_last_way(person: Person, shells: Shells) -> None:
    await look(person, shells)
    person.type("G\r")
    await person.sees("ws:in-cluster", "host key known")


async def find_no_way(person: Person, shells: Shells) -> None:
    await look(person, shells)
    person.type("G\r")
    await person.sees("✗ failed", "ws:in-cluster", "enter opens it again")


async def copy_a_role(person: Person, shells: Shells) -> None:
    await find_no_way(person, shells)
    person.type("y")
    await person.sees("kind: RoleBinding")


async def make_a_detour(person: Person, shells: Shells) -> None:
    await look(person, shells)
    person.type("G\r")
    await person.sees("ssh · ● open", "opened by ssh")


async def see_why(person: Person, shells: Shells) -> None:
    await make_a_detour(person, shells)
    person.type(f"{LEADER}d")
    await person.sees("1  ws:kubeconfig", "opened")


async def find_an_action(person: Person, shells: Shells) -> None:
    await look(person, shells)
    person.type(":")
    await person.sees("enter  choose")


async def be_asked_for_a_passphrase(person: Person, shells: Shells) -> None:
    await look(person, shells)
    question = PassphraseQuestion("ops@bastion:22", "~/.ssh/id_ed25519", again=True)
    person.app.run_worker(person.app.asking.answer(question), exit_on_error=False)
    await person.sees("enter  answer")
    person.type("sesame")
    await person.sees("••••••")


async def be_asked_by_a_server(person: Person, shells: Shells) -> None:
    await look(person, shells)
    prompts = (Prompt("Password:"), Prompt("Code:", echo=True))
    question = ServerQuestion("ops@bastion:22", "Two steps", "Look at your phone.\nIt rings twice.", prompts)
    person.app.run_worker(person.app.asking.answer(question), exit_on_error=False)
    await person.sees("enter  answer")


async def meet_an_unknown_host(person: Person, shells: Shells) -> None:
    await look(person, shells)
    fingerprint = "SHA256:VzIOVSPVw/E/UqE0E4i0NW6iqIu+YYxQJphPFsLci5w"
    question = HostKeyQuestion("bastion", 2222, "ssh-ed25519", fingerprint, "ssh-ed25519 AAAA")
    person.app.run_worker(person.app.asking.trusts(question), exit_on_error=False)
    await person.sees("enter  answer")


# -- typing into many terminals ---------------------------------------------------------------


async def open_some(person: Person, shells: Shells, key: str = "s") -> None:
    """Open four terminals that wait for a command."""
    await look(person, shells)
    person.type(f"j  jj j {key}")
    await person.until(lambda: len(shells.opened) == 4)
    for number in range(4):
        shells.say(number, PROMPT)
    await person.until(lambda: [pane.terminal.received > 0 for pane in person.board.panes] == [True] * 4)


async def choose_who_hears(person: Person, shells: Shells) -> None:
    await open_some(person, shells)
    person.type(f"{LEADER}bj ")
    await person.sees("enter  arm 3 of 4")


async def broadcast(person: Person, shells: Shells) -> None:
    await choose_who_hears(person, shells)
    person.type("\r")
    await say_when(person, shells)


async def broadcast_in_a_grid(person: Person, shells: Shells) -> None:
    await open_some(person, shells, "S")
    person.type(f"{LEADER}bj \r")
    await say_when(person, shells)


async def say_when(person: Person, shells: Shells) -> None:
    await person.sees("═ BROADCAST 3 ═")
    person.type("uptime\r")
    for number in (0, 2, 3):
        await person.until(lambda number=number: shells[number].input == b"uptime\r")
        shells.say(number, f"uptime\r\n up 4 days, load 0.1{number}\r\n{PROMPT}")
    await person.sees("up 4 days, load 0.10")


async def ask_all(person: Person, shells: Shells) -> None:
    await open_some(person, shells)
    person.type(f"{LEADER}b\r")
    await person.sees("BROADCAST to 4 terminals")
    person.type(f"{LEADER}gcat release\r")
    for number in range(4):
        await person.until(lambda number=number: shells[number].input == b"cat release\r")
        version = "1.26" if number == 2 else "1.27"
        shells.say(number, f"cat release\r\nname: shop\r\nrelease: {version}\r\nbuilt: Monday\r\n{PROMPT}")
    await person.sees("4 of 4 answered")
    person.type("j")
    await person.sees("+ release: 1.26")


# -- dialogs --------------------------------------------------------------------------------


async def ask_for_help(person: Person, shells: Shells) -> None:
    await look(person, shells)
    person.type("?")
    await person.sees("In the pod list")


async def choose_a_namespace(person: Person, shells: Shells) -> None:
    await open_terminal(person, shells)
    person.type(f"{LEADER}ln")
    await person.sees("all namespaces", "enter  choose")


async def be_asked(person: Person, shells: Shells) -> None:
    await open_terminal(person, shells)
    person.type(f"{LEADER}lq")
    await person.sees("1 terminal is open. Quit?")


async def be_asked_before_a_paste(person: Person, shells: Shells) -> None:
    await open_terminal(person, shells)
    await person.pastes_much("set -e\ncd /srv\n\tmake \x07install\n" + "echo [bold]日本語[/] done\n" * 40)
    await person.sees("enter  paste")


async def have_no_cluster(person: Person, _shells: Shells) -> None:
    await person.sees("No cluster yet.")


async def name_a_kubeconfig(person: Person, shells: Shells) -> None:
    await have_no_cluster(person, shells)
    person.type("k")
    await person.sees("path of a kubeconfig file")


async def wait_for_a_cluster(person: Person, _shells: Shells) -> None:
    await person.sees("connecting…")


@asynccontextmanager
async def nowhere() -> AsyncIterator[Cluster]:
    looked = ("KUBECONFIG (not set)", "~/.kube/config (not there)")
    raise NoKubeconfigError("there is no kubeconfig", looked=looked)
    yield


@asynccontextmanager
async def far_away() -> AsyncIterator[Cluster]:
    await asyncio.Event().wait()
    yield


# -- all of them ----------------------------------------------------------------------------


def shop() -> Shells:
    return Shells(*SHOP)


def everywhere() -> Shells:
    return Shells(*DATA, *SHOP, namespace=None)


def crowd() -> Shells:
    return Shells(*(pod(f"worker-{number:03}") for number in range(100)))


def closed_door() -> Shells:
    refusal = ApiError(
        '"ops" may not create pods/exec in shop',
        'a Role in shop must allow "create" on "pods/exec"',
        status=403,
    )
    return Shells(*SHOP, rung=FakeRung(refusal))


EXPIRED = ApiError("the token expired 3 h ago (401)", "log in again: aws sso login", status=401)
DENIED = ApiError(
    '"ops" may not create pods/exec in shop',
    "a Role must allow get and create on pods/exec",
    status=403,
    denied=Denied("ops", "shop"),
)


def ladder(*ends: FakeRung, first: ApiError = EXPIRED) -> Shells:
    """A cluster with all ways, of which the last ones are a test's."""
    rungs = (
        FakeRung(first),
        FakeRung(name="ws:record", applies='kubeconfig not set on record "web"'),
        FakeRung(UnreachableError("https://10.0.0.1:6443 cannot be reached", "the VPN?"), name="ws:token"),
        FakeRung(name="ws:in-cluster", applies="not inside a cluster"),
        *ends,
    )
    shells = Shells(*SHOP)
    shells.cluster.ladder = Ladder(rungs)
    return shells


class SlowHost(FakeRung):
    """A host that is about to let one in, for good."""

    async def reach(self, say: Callable[[str], None]) -> None:
        say("host key known, logging in")
        await asyncio.Event().wait()


def half_way() -> Shells:
    return ladder(SlowHost(name="ssh"))


def nowhere_to_go() -> Shells:
    return ladder(FakeRung(name="ssh", applies="ssh_connection_details not set"), first=DENIED)


def detour() -> Shells:
    return ladder(FakeRung(FakeChannel(), name="ssh"))


def slow_door() -> Shells:
    return Shells(*SHOP, rung=FakeRung(before=asyncio.Event().wait))


async def be_offered_a_debug_container(person: Person, _: Shells) -> None:
    await person.sees("web-7d9f8b6c5-x2x4q")
    person.type("G\r")
    await person.sees("no shell in this image", "e adds a debug container")
    person.type("e")
    await person.sees("debug container for", "ctrl+r  open a shell there", "busybox:1.36")


async def attach(person: Person, shells: Shells) -> None:
    await person.sees("web-7d9f8b6c5-x2x4q")
    person.type("Ga")
    await person.sees("● open", "attach")
    shells.say(0, "GET / 200\r\n")
    await person.sees("GET / 200", "leaves its own process to itself")


def no_shell() -> Shells:
    sentence, hint = explain('exec: "sh": executable file not found in $PATH')
    rung = FakeRung(FakeChannel(Ended(failed(sentence, hint))))
    rung.debugs.there = ["podboard-debug-x7k2p"]
    return Shells(*SHOP, rung=rung)


class Scene(NamedTuple):
    """A screen, and how one gets there.

    Attributes:
        play: What a person does.
        stage: The cluster it is played in.
        connect: Reaches something else than the cluster.
        more: Other arguments of ``at_the_board``.
    """

    name: str
    columns: int
    rows: int
    play: Callable[[Person, Shells], Awaitable[object]]
    stage: Callable[[], Shells] = shop
    connect: Connect | None = None
    more: Mapping[str, Any] = MappingProxyType({})

    def __str__(self) -> str:
        return f"{self.name}-{self.columns}x{self.rows}"

    @property
    def picture(self) -> Path:
        return PICTURES / f"{self}.svg"


SMALL, MEDIUM, LARGE = (80, 24), (120, 32), (140, 40)
NO_COLORS = {"colors": False}
RECORDS = {"records": some_records}

SCENES = (
    Scene("list", *SMALL, mark),
    Scene("list", *LARGE, mark, everywhere),
    Scene("list-of-all-namespaces", *SMALL, look, everywhere),
    Scene("list-being-filtered", *SMALL, filter_pods),
    Scene("list-sorted", *LARGE, sort_a_filtered_list),
    Scene("list-wide", *LARGE, widen, everywhere),
    Scene("list-wide", *SMALL, look_for_more),
    Scene("list-long", *SMALL, go_down_a_long_list, crowd),
    Scene("list-in-trouble", *SMALL, hear_of_trouble),
    Scene("list-in-demo", *SMALL, look, more={"warning": "these shells run on this machine"}),
    Scene("list-with-badges", *SMALL, list_terminals),
    Scene("list-with-badges", *MEDIUM, list_terminals),
    Scene("list-with-badges", *LARGE, list_terminals),
    Scene("list-without-colours", *SMALL, mark, more=NO_COLORS),
    Scene("terminal", *SMALL, open_terminal),
    Scene("terminal", *MEDIUM, open_terminal),
    Scene("terminal", *LARGE, open_terminal),
    Scene("terminal-without-colours", *LARGE, open_terminal, more=NO_COLORS),
    Scene("terminal-zoomed", *SMALL, zoom),
    Scene("terminal-zoomed-with-menu", *SMALL, hesitate_after_the_leader),
    Scene("terminals-in-a-grid", *LARGE, open_a_grid),
    Scene("terminals-in-a-grid", *SMALL, open_a_grid),
    Scene("terminals-in-a-grid-without-colours", *LARGE, open_a_grid, more=NO_COLORS),
    Scene("terminals-in-a-grid-zoomed", *SMALL, zoom_in_a_grid),
    Scene("terminal-scrolled", *SMALL, scroll),
    Scene("terminal-searched", *SMALL, search),
    Scene("terminal-selected", *SMALL, select),
    Scene("terminal-selected-without-colours", *SMALL, select, more=NO_COLORS),
    Scene("search-everywhere", *LARGE, search_everywhere),
    Scene("terminal-connecting", *SMALL, wait_for_a_shell, slow_door),
    Scene("terminal-failed", *SMALL, be_refused, closed_door),
    Scene("terminal-closed", *LARGE, leave_a_shell),
    Scene("diagnostics", *LARGE, diagnose),
    Scene("diagnostics-of-a-refusal", *SMALL, diagnose_a_refusal, closed_door),
    Scene("list-with-records", *SMALL, see_signs, more=RECORDS),
    Scene("list-with-records", *LARGE, see_signs, everywhere, more=RECORDS),
    Scene("records", *SMALL, look_at_records, more=RECORDS),
    Scene("records", *LARGE, look_at_records, more=RECORDS),
    Scene("records-without-colours", *SMALL, look_at_records, more=RECORDS | NO_COLORS),
    Scene("record-form", *SMALL, fill_in_a_record, more=RECORDS),
    Scene("record-form", *LARGE, fill_in_a_record, more=RECORDS),
    Scene("ladder-connecting", *SMALL, wait_for_the_last_way, half_way),
    Scene("ladder-connecting", *LARGE, wait_for_the_last_way, half_way),
    Scene("ladder-connecting-without-colours", *SMALL, wait_for_the_last_way, half_way, more=NO_COLORS),
    Scene("ladder-failed", *SMALL, find_no_way, nowhere_to_go),
    Scene("ladder-failed", *LARGE, find_no_way, nowhere_to_go),
    Scene("ladder-detour", *SMALL, make_a_detour, detour),
    Scene("ladder-detour-told", *SMALL, see_why, detour),
    Scene("role", *SMALL, copy_a_role, nowhere_to_go),
    Scene("debug", *SMALL, be_offered_a_debug_container, no_shell),
    Scene("debug", *LARGE, be_offered_a_debug_container, no_shell),
    Scene("attach", *LARGE, attach),
    Scene("question-passphrase", *SMALL, be_asked_for_a_passphrase),
    Scene("question-of-a-server", *LARGE, be_asked_by_a_server),
    Scene("question-host-key", *SMALL, meet_an_unknown_host),
    Scene("question-host-key-without-colours", *SMALL, meet_an_unknown_host, more=NO_COLORS),
    Scene("broadcast", *SMALL, broadcast),
    Scene("broadcast", *LARGE, broadcast_in_a_grid),
    Scene("broadcast-without-colours", *LARGE, broadcast_in_a_grid, more=NO_COLORS),
    Scene("broadcast-chooser", *SMALL, choose_who_hears),
    Scene("answers", *SMALL, ask_all),
    Scene("answers", *LARGE, ask_all),
    Scene("help", *SMALL, ask_for_help),
    Scene("help", *LARGE, ask_for_help),
    Scene("picker", *LARGE, choose_a_namespace),
    Scene("picker", *SMALL, choose_a_namespace),
    Scene("picker-without-colours", *SMALL, choose_a_namespace, more=NO_COLORS),
    Scene("palette", *SMALL, find_an_action),
    Scene("confirm", *LARGE, be_asked),
    Scene("paste-preview", *SMALL, be_asked_before_a_paste),
    Scene("paste-preview-without-colours", *SMALL, be_asked_before_a_paste, more=NO_COLORS),
    Scene("first-run", *SMALL, have_no_cluster, connect=nowhere),
    Scene("first-run-with-path", *SMALL, name_a_kubeconfig, connect=nowhere),
    Scene("connecting", *SMALL, wait_for_a_cluster, connect=far_away),
)


@pytest.fixture
def _greenwich() -> Iterator[None]:
    """Clocks show the time of Greenwich."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("TZ", "UTC")
        # Blanks in the style they are meant to have: what is written to change a screen leaves it open
        # where nobody sees it (tests/ui/test_line.py holds the one against the other).
        monkeypatch.setenv(SWITCH, "off")
        time.tzset()
        yield
    time.tzset()


def picture(person: Person) -> str:
    """What is on the screen now; how long something took, or will last, is as good as any other time."""
    return re.sub(r"\bin \d\d s\b", "in 54 s", re.sub(r"\b\d\.\d\d s\b", "0.31 s", draw(person.outer)))


@pytest.mark.usefixtures("noon", "_greenwich")
@pytest.mark.parametrize("scene", SCENES, ids=str)
async def test_it_looks_as_it_did(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> None:
    shells = scene.stage()
    before = scene.picture.read_text(encoding="utf-8") if scene.picture.exists() else ""
    connect = scene.connect or shells.cluster.connect
    async with at_the_board(connect, scene.columns, scene.rows, **scene.more) as person:
        await scene.play(person, shells)
        # What is typed may take a moment to be seen.
        with suppress(AssertionError):
            await until(lambda: picture(person) == before, 5)
        now = picture(person)
    if now != before:
        seen = tmp_path_factory.mktemp("seen") / scene.picture.name  # which is there when the test is over
        seen.write_text(now, encoding="utf-8")
        changes = unified_diff(before.splitlines(), now.splitlines(), n=0, lineterm="")
        told = "\n".join(change for change in changes if not change.startswith(("---", "+++")))
        pytest.fail(f"{told}\nWhere that is right: cp {seen} {scene.picture}", pytrace=False)


def test_every_picture_is_of_a_screen() -> None:
    assert {path.name for path in PICTURES.iterdir()} == {scene.picture.name for scene in SCENES}
