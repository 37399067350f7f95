"""Images without a shell, and containers' own processes, as a person meets them on the board."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import yaml
from msgspec.structs import replace

from podboard.errors import ApiError, Denied, PodboardError, RemotePodError
from podboard.model.ending import dropped, exited, failed
from podboard.model.pod import Pod
from podboard.model.question import PasswordQuestion
from podboard.wire.exec_channel import Ended, Stderr, Stdout
from podboard.wire.explain import explain
from tests.support.pods import pod
from tests.ui.person import ESCAPE, LEADER, Person, at_the_board
from tests.ui.still import Shells, StillCluster
from tests.ui.test_ladder import copied, reads
from tests.unit.session.fakes import FakeChannel, FakeDebugger, FakeRung

NO_SHELL = Ended(failed(*explain('exec: "sh": executable file not found in $PATH')))


def made(name: str, *, stdin: bool, tty: bool) -> Pod:
    """A pod whose container was made so."""
    plain = pod(name)
    assert plain.spec.containers
    container = replace(plain.spec.containers[0], stdin=stdin, tty=tty)
    return replace(plain, spec=replace(plain.spec, containers=(container,)))


def without_shell(*answers: FakeChannel | Exception, name: str = "ws:kubeconfig") -> Shells:
    return Shells(pod("pay-1"), rung=FakeRung(FakeChannel(NO_SHELL), *answers, name=name))


async def open_in_vain(person: Person) -> None:
    await person.sees("pay-1")
    person.type("\r")
    await person.sees("no shell in this image: it has no sh", "enter opens it again")


async def open_dialog(person: Person) -> None:
    await open_in_vain(person)
    person.type("e")
    await person.sees("debug container for shop/pay-1 · app", "esc  cancel")


# -- debug containers -----------------------------------------------------------------------


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
async def test_a_shell_in_a_debug_container_is_two_keys_away(columns: int, rows: int) -> None:
    channel = FakeChannel()
    shells = without_shell(channel)
    async with at_the_board(shells.cluster.connect, columns, rows) as person:
        await open_in_vain(person)
        await person.sees("→ e adds a debug container, with another image's tools")
        person.type("e")
        await person.sees("busybox:1.36", "enter  add it")
        await reads(person, "sees the processes of app", "stays until the pod goes: nobody can remove it")
        person.type("\r")
        await person.sees("◐ podboard-debug-1 was added, and starts: ContainerCreating")
        # What is typed meanwhile is for the shell.
        person.type("ls\r")
        shells.rung.debugs.starts.set()
        channel.say(Stdout(b"/ # "))
        await person.sees("shop/pay-1 · podboard-debug-1", "● open", "/ #")
        await person.until(lambda: channel.input == b"ls\r")
        assert shells.rung.debugs.images == ["busybox:1.36"]
        assert [target.container for target, _ in shells.rung.asked] == ["app", "podboard-debug-1"]


async def test_the_image_is_the_persons_to_choose() -> None:
    shells = without_shell(FakeChannel())
    shells.cluster.debug_image = "tools:1"
    shells.rung.debugs.starts.set()
    async with at_the_board(shells.cluster.connect) as person:
        await open_dialog(person)
        await person.sees("tools:1")
        person.type("\x15 netshoot \r")
        await person.sees("● open")
        assert shells.rung.debugs.images == ["netshoot"]


async def test_without_an_image_nothing_is_added() -> None:
    shells = without_shell()
    async with at_the_board(shells.cluster.connect) as person:
        await open_dialog(person)
        person.type("\x15\r")
        await person.no_longer_sees("busybox:1.36")
        person.type(ESCAPE)
        await person.no_longer_sees("debug container for")
        assert shells.rung.debugs.images == []
        await person.sees("no shell in this image")


@pytest.mark.parametrize(("typed", "image"), [("e\r", "busybox:1.36"), ("e\x15netshoot\r", "netshoot")])
async def test_keys_typed_ahead_of_the_dialog_are_for_it(typed: str, image: str) -> None:
    shells = without_shell(FakeChannel())
    shells.rung.debugs.starts.set()
    async with at_the_board(shells.cluster.connect) as person:
        await open_in_vain(person)
        person.type(typed)
        await person.sees("● open")
        assert shells.rung.debugs.images == [image]


async def test_one_that_is_there_is_offered() -> None:
    shells = without_shell(FakeChannel())
    shells.rung.debugs.there = ["podboard-debug-7"]
    shells.rung.debugs.starts.set()
    async with at_the_board(shells.cluster.connect) as person:
        await open_dialog(person)
        await person.sees("podboard-debug-7 is there already, and runs.", "ctrl+r  open a shell there")
        person.type("\x12")
        await person.sees("shop/pay-1 · podboard-debug-7", "● open")
        assert shells.rung.debugs.images == []


async def test_why_one_does_not_start_is_told_and_another_can_be_tried() -> None:
    shells = without_shell(FakeChannel())
    debugs = shells.rung.debugs
    debugs.trouble = PodboardError("podboard-debug-1 cannot start: ErrImagePull: not found", "it stays")
    debugs.starts.set()
    async with at_the_board(shells.cluster.connect) as person:
        await open_dialog(person)
        person.type("\r")
        await person.sees(
            "✗ podboard-debug-1 cannot start: ErrImagePull: not found", "→ it stays", "→ e adds"
        )
        debugs.trouble = None
        person.type("e")
        # It is for the container that has no shell, not for the one that did not start.
        await person.sees("debug container for shop/pay-1 · app")
        person.type("\r")
        await person.sees("shop/pay-1 · podboard-debug-2", "● open")


async def test_the_wait_for_one_ends_with_its_terminal() -> None:
    shells = without_shell()
    async with at_the_board(shells.cluster.connect) as person:
        await open_dialog(person)
        person.type("\r")
        await person.sees("starts: ContainerCreating")
        person.type(f"{LEADER}x")
        await person.no_longer_sees("ContainerCreating")
        assert len(shells.rung.requests) == 1


async def test_who_may_not_add_one_is_told_with_the_role() -> None:
    shells = without_shell(FakeChannel(NO_SHELL))
    shells.rung.debugs.lacks = Denied("ops", "shop", "ephemeralcontainers")
    async with at_the_board(shells.cluster.connect) as person:
        await open_in_vain(person)
        person.type("e")
        await person.sees('✗ "ops" may not patch pods/ephemeralcontainers in shop', "→ y copies a Role")
        copies = copied(person)
        person.type("y")
        await person.sees("kubectl create -f -")
        role, _ = yaml.safe_load_all(copies[0])
        assert role["rules"] == [
            {"apiGroups": [""], "resources": ["pods/ephemeralcontainers"], "verbs": ["patch"]}
        ]
        person.type(ESCAPE)
        await person.no_longer_sees("kubectl create")
        # Once the right is there, it goes on as before.
        shells.rung.debugs.lacks = None
        person.type("\r")
        await person.sees("no shell in this image")
        await person.no_longer_sees("may not patch")


def no_shell_by_ssh() -> RemotePodError:
    return RemotePodError(*explain('exec: "sh": executable file not found in $PATH'))


async def test_where_only_ssh_leads_it_is_offered_too() -> None:
    rung = FakeRung(no_shell_by_ssh(), FakeChannel(), name="ssh")
    rung.debugs.starts.set()
    shells = Shells(pod("pay-1"), rung=rung)
    async with at_the_board(shells.cluster.connect) as person:
        await open_in_vain(person)
        await person.sees("→ e adds a debug container, with another image's tools")
        assert "kubectl debug" not in person.screen()
        person.type("e\r")
        await person.sees("shop/pay-1 · podboard-debug-1", "ssh · ● open")
        assert rung.debugs.images == ["busybox:1.36"]


async def test_the_host_may_have_a_question_before_it_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    rung = FakeRung(no_shell_by_ssh(), FakeChannel(), name="ssh")
    rung.debugs.starts.set()
    shells = Shells(pod("pay-1"), rung=rung)
    async with at_the_board(shells.cluster.connect) as person:
        answers: list[object] = []

        async def ask_first(_: object) -> FakeDebugger:
            answers.append(await person.app.asking.answer(PasswordQuestion("ops@bastion:22")))
            return rung.debugs

        monkeypatch.setattr(rung, "debugger", ask_first)
        await open_in_vain(person)
        person.type("e")
        await person.sees("password of ops@bastion:22", "enter  answer")
        person.type("hush\r")
        await person.sees("debug container for shop/pay-1 · app", "esc  cancel")
        assert answers == [("hush",)]
        person.type("\r")
        await person.sees("shop/pay-1 · podboard-debug-1", "ssh · ● open")


async def test_it_is_added_by_the_way_that_found_no_shell() -> None:
    """Not by the one that was tried beside it, and hangs."""
    never = asyncio.Event()
    silent = FakeRung(FakeChannel(), name="ws:kubeconfig", before=never.wait)
    told = FakeRung(no_shell_by_ssh(), FakeChannel(), name="ssh")
    told.debugs.starts.set()
    shells = Shells(pod("pay-1"), rung=told)
    shells.cluster = StillCluster(pod("pay-1"), rungs=(silent, told), namespace="shop")
    async with at_the_board(shells.cluster.connect) as person:
        await person.sees("pay-1")
        person.type("\r")
        await person.sees("ws:kubeconfig", "no shell in this image", "→ e adds a debug container")
        person.type("e\r")
        await person.sees("shop/pay-1 · podboard-debug-1", "ssh · ● open")
        assert (silent.debugs.images, told.debugs.images) == ([], ["busybox:1.36"])


async def test_where_there_is_a_shell_it_is_not_offered() -> None:
    shells = Shells(pod("pay-1"), rung=FakeRung(FakeChannel(Ended(exited(3)))))
    async with at_the_board(shells.cluster.connect) as person:
        await person.sees("pay-1")
        person.type("\r")
        await person.sees("ended with exit code 3")
        person.type("e")
        await person.sees("a debug container is for images without a shell")


async def test_a_server_that_does_not_answer_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    shells = without_shell()

    async def refuse() -> Denied | None:
        raise ApiError("the server failed (500): [red]oh\x1b[2J", status=500)

    monkeypatch.setattr(shells.rung.debugs, "denied", refuse)
    async with at_the_board(shells.cluster.connect) as person:
        await open_in_vain(person)
        person.type("e")
        await person.sees("the server failed (500): [red]oh")


# -- attach ---------------------------------------------------------------------------------


@pytest_asyncio.fixture
async def console() -> AsyncIterator[tuple[Person, Shells]]:
    """A person attached to a console."""
    shells = Shells(made("box-1", stdin=True, tty=True))
    async with at_the_board(shells.cluster.connect) as person:
        await person.sees("box-1")
        person.type("a")
        await person.sees("● open", "attach", "ctrl+p ctrl+q leaves its own process to itself")
        yield person, shells


async def test_attach_asks_for_the_containers_own_process(console: tuple[Person, Shells]) -> None:
    person, shells = console
    [request] = shells.rung.requests
    assert (request.attaches, request.tty, request.stdin, request.command) == (True, True, True, ())
    shells.say(0, "toolbox> ")
    await person.sees("toolbox>")
    person.type("help\r")
    await person.until(lambda: shells[0].input == b"help\r")


async def test_the_keys_leave_the_process_to_itself(console: tuple[Person, Shells]) -> None:
    person, shells = console
    person.type("\x10x\x10\x11")
    await person.sees("detached: the container's own process goes on", "→ enter attaches again")
    assert shells[0].input == b"\x10x"
    assert shells[0].closes == 1
    # Nobody hangs it up.
    assert shells.rung.hung_up == []
    person.type("\r")
    await person.sees("● open", "attached again")
    assert shells.rung.requests[1].attaches


@pytest.mark.parametrize("leave", [f"{LEADER}x", f"{LEADER}lqy"])
async def test_who_closes_it_leaves_the_process_alone(console: tuple[Person, Shells], leave: str) -> None:
    person, shells = console
    person.type(leave)
    await person.until(lambda: shells[0].closes)
    assert shells.rung.hung_up == []
    assert shells.cluster.ladder.leaver.under_way == 0


async def test_after_a_drop_it_attaches_again() -> None:
    shells = Shells(made("box-1", stdin=True, tty=True))
    shells.cluster.returns = True
    async with at_the_board(shells.cluster.connect) as person:
        await person.sees("box-1")
        person.type("a")
        await person.sees("● open")
        shells[0].say(Ended(dropped("dropped: no byte for 61 s", "the network is gone")))
        await person.sees("attached again", "● open")
        assert [request.attaches for request in shells.rung.requests] == [True, True]
        assert shells.rung.hung_up == []


async def test_its_end_is_told_without_an_exit_code(console: tuple[Person, Shells]) -> None:
    person, shells = console
    shells[0].say(Ended(exited(0)))
    await person.sees("the container's own process has ended", "→ the pod list says how")


async def test_a_container_that_takes_no_input_is_listened_to() -> None:
    shells = Shells(made("web-1", stdin=False, tty=False))
    async with at_the_board(shells.cluster.connect) as person:
        await person.sees("web-1")
        person.type("a")
        await person.sees("● open", "attach, takes no input", "this container takes no input")
        shells[0].say(Stdout(b"GET /\nGET /cart\n"), Stderr(b"oh\n"))
        await person.sees("GET /cart", "oh")
        [request] = shells.rung.requests
        assert (request.tty, request.stdin) == (False, False)
        # Each line begins at the left, though nobody returned the carriage.
        column, row = person.point_at("GET /cart")
        assert person.point_at("oh") == (column, row + 1)
        person.type("ls\r\x10\x11")
        await person.sees("detached")
        assert shells[0].input == b""


async def test_a_process_without_a_terminal_gets_lines() -> None:
    shells = Shells(made("pipe-1", stdin=True, tty=False))
    async with at_the_board(shells.cluster.connect) as person:
        await person.sees("pipe-1")
        person.type("a")
        await person.sees("● open")
        person.type("lx\x7fs\r")
        await person.until(lambda: shells[0].input == b"ls\n")
        await person.sees("ls")


async def test_who_may_not_attach_is_told_with_the_role() -> None:
    denied = ApiError("no", "ask", status=403, denied=Denied("ops", "shop", "attach"))
    shells = Shells(made("box-1", stdin=True, tty=True), rung=FakeRung(denied))
    async with at_the_board(shells.cluster.connect) as person:
        await person.sees("box-1")
        person.type("a")
        await person.sees("✗ failed", "y copies a Role")
        copies = copied(person)
        person.type("y")
        await person.sees("kubectl create -f -")
        role, _ = yaml.safe_load_all(copies[0])
        assert role["rules"][0]["resources"] == ["pods/attach"]
