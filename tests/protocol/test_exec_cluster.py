"""The exec client in real shells, in the pods of the embedded cluster."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from podboard.demo.cluster import DemoCluster
from podboard.demo.images import Image, Tools
from podboard.demo.rbac import Account, Grant, Rule
from podboard.errors import ApiError, PodboardError, UnreachableError
from podboard.kube import client as client_module
from podboard.kube.access import Access
from podboard.kube.client import ApiClient
from podboard.kube.exec import open_exec
from podboard.kube.resolve import load_access
from podboard.model.ending import EndingKind
from podboard.model.overrides import Overrides
from podboard.model.size import Size
from podboard.model.target import Target
from podboard.wire.exec_channel import Ended
from podboard.wire.shell import shell_command
from tests.support.terminal import Terminal

if TYPE_CHECKING:
    from podboard.kube.exec import ExecSession

SIZE = Size(100, 30)
IMAGES = {
    "podboard/full": Image(Tools.ALL),
    "podboard/small": Image(Tools.SH),
    "podboard/bare": Image(Tools.NONE),
}
PODS = {
    "full": ["podboard/full"],
    "small": ["podboard/small"],
    "bare": ["podboard/bare"],
    "duo": ["podboard/small", "podboard/small"],
}


def manifest(name: str, images: list[str]) -> dict[str, object]:
    containers = [{"name": f"c{number}", "image": image} for number, image in enumerate(images)]
    return {"metadata": {"name": name}, "spec": {"containers": containers}}


@pytest_asyncio.fixture
async def cluster() -> AsyncIterator[DemoCluster]:
    async with DemoCluster(story=None, images=IMAGES) as demo:
        demo.add_namespace("team-a")
        demo.add_node("node-1", "192.0.2.2", "10.88.0.0/24")
        for name, images in PODS.items():
            demo.create_pod(manifest(name, images), "team-a")
        demo.plane.agenda.advance(60)  # they run by now
        yield demo


def access(cluster: DemoCluster) -> Access:
    return load_access(Overrides(kubeconfig=str(cluster.kubeconfig)), {}, Path("/nowhere"))


@pytest_asyncio.fixture
async def client(cluster: DemoCluster) -> AsyncIterator[ApiClient]:
    async with ApiClient(access(cluster)) as api:
        yield api


@pytest_asyncio.fixture
async def opened(client: ApiClient) -> AsyncIterator["Opener"]:
    opener = Opener(client)
    yield opener
    for session in opener.sessions:
        await session.close()


class Opener:
    """Opens sessions and leaves none behind."""

    def __init__(self, client: ApiClient) -> None:
        self.client = client
        self.sessions: list[ExecSession] = []

    async def command(self, pod: str, *command: str, container: str = "", tty: bool = False) -> Terminal:
        target = Target("team-a", pod, container)
        session = await open_exec(self.client, target, command, tty=tty, size=SIZE)
        self.sessions.append(session)
        return Terminal(session)

    async def shell(self, pod: str) -> Terminal:
        return await self.command(pod, *shell_command("marker"), tty=True)


PROBE = 'stty size; echo "$TERM $COLORTERM $LANG ${BASH_VERSION:+bash}|"; exit 7'


async def test_a_shell_where_the_image_has_bash(opened: Opener) -> None:
    terminal = await opened.shell("full")
    await terminal.until("$ ")
    await terminal.type(PROBE)
    ended = await terminal.to_the_end()
    assert b"30 100\r\n" in terminal.out
    assert b"xterm-256color truecolor " in terminal.out
    assert b" bash|" in terminal.out
    assert (ended.ending.kind, ended.ending.exit_code) == (EndingKind.EXITED, 7)


async def test_a_shell_where_it_has_only_sh(opened: Opener) -> None:
    terminal = await opened.shell("small")
    await terminal.until("$ ")
    await terminal.type(PROBE)
    ended = await terminal.to_the_end()
    assert b"30 100\r\n" in terminal.out
    assert b" |" in terminal.out
    assert b" bash|" not in terminal.out
    assert ended.ending.exit_code == 7


async def test_no_shell_at_all(opened: Opener) -> None:
    ended = await (await opened.shell("bare")).to_the_end()
    assert ended.ending.kind is EndingKind.FAILED
    assert ended.ending.sentence == "no shell in this image: it has no sh"


async def test_a_resize_arrives(opened: Opener) -> None:
    terminal = await opened.shell("full")
    await terminal.until("$ ")
    await terminal.session.resize(Size(132, 43))
    await terminal.type("stty size")
    await terminal.until("43 132\r\n")


async def test_ctrl_c_reaches_the_program(opened: Opener) -> None:
    terminal = await opened.shell("full")
    await terminal.until("$ ")
    await terminal.type("sh -c 'echo rea''dy; exec cat'")
    await terminal.until("ready")
    terminal.out.clear()
    await terminal.session.write(b"\x03")
    await terminal.until("$ ")
    await terminal.type("echo code-$?")
    await terminal.until("code-130")


async def test_without_a_terminal_stderr_is_apart(opened: Opener) -> None:
    terminal = await opened.command("full", "sh", "-c", "echo out; echo err >&2; exit 3")
    ended = await terminal.to_the_end()
    assert (bytes(terminal.out), bytes(terminal.err), ended.ending.exit_code) == (b"out\n", b"err\n", 3)


async def test_a_paste_larger_than_every_buffer_arrives_whole(opened: Opener) -> None:
    paste = bytes(range(256)) * 8192
    terminal = await opened.command("full", "sh", "-c", "sleep 0.2; cat")
    pasting = asyncio.create_task(terminal.session.write(paste))

    async def end() -> None:
        await pasting
        await terminal.session.end_input()

    ending = asyncio.create_task(end())
    ended = await terminal.to_the_end()
    await ending
    assert ended.ending.exit_code == 0
    assert bytes(terminal.out) == paste


async def test_a_flood_arrives_whole(opened: Opener) -> None:
    terminal = await opened.command("full", "sh", "-c", "head -c 8388608 /dev/zero | tr '\\0' x", tty=True)
    await terminal.to_the_end()
    assert terminal.out.count(b"x") == 8388608


async def test_closing_under_a_flood_takes_no_time(opened: Opener) -> None:
    terminal = await opened.command("full", "yes", tty=True)
    await terminal.until("y\r\ny\r\n")
    async with asyncio.timeout(3):
        await terminal.session.close()
    assert isinstance(await terminal.session.receive(), Ended)


async def test_a_deleted_pod_says_137(cluster: DemoCluster, opened: Opener) -> None:
    terminal = await opened.shell("full")
    await terminal.until("$ ")
    cluster.delete_pod("team-a", "full", 0)
    ended = await terminal.to_the_end()
    assert ended.ending.exit_code == 137
    assert "killed" in ended.ending.sentence


@pytest.mark.parametrize("what", ["kubelet", "server", "cut"])
async def test_a_lost_connection_is_dropped(what: str, cluster: DemoCluster, opened: Opener) -> None:
    terminal = await opened.shell("full")
    await terminal.until("$ ")
    if what == "kubelet":
        cluster.restart_kubelet()
    elif what == "server":
        await cluster.restart()
    else:
        cluster.faults.set("cut=1000")
        terminal = await opened.command("full", "yes", tty=True)
    ended = await terminal.to_the_end()
    assert (ended.ending.kind, ended.ending.exit_code) == (EndingKind.DROPPED, None)


@pytest.mark.parametrize(
    ("pod", "container", "status", "said"),
    [
        ("nobody", "", 404, "pod nobody does not exist"),
        ("duo", "", 400, "pod duo has several containers"),
        ("duo", "c7", 400, "pod duo has no container c7"),
    ],
)
async def test_what_cannot_be_opened(
    pod: str, container: str, status: int, said: str, opened: Opener
) -> None:
    with pytest.raises(ApiError) as caught:
        await opened.command(pod, "sh", container=container)
    assert (caught.value.status, caught.value.message) == (status, said)
    assert caught.value.hint


async def test_a_named_container_is_taken(opened: Opener) -> None:
    ended = await (await opened.command("duo", "sh", "-c", "exit 5", container="c1")).to_the_end()
    assert ended.ending.exit_code == 5


@pytest.mark.parametrize(
    ("verbs", "missing"),
    [(("get",), "create"), (("create",), "get"), ((), "get and create")],
)
async def test_a_missing_right_is_named(verbs: tuple[str, ...], missing: str, cluster: DemoCluster) -> None:
    rule = Rule(verbs, ("pods/exec",))
    cluster.add_account(Account("team-a", "someone", (Grant("some", (rule,), "team-a"),), "their-token"))
    theirs = Access(server=cluster.server, ca=cluster.authority, token="their-token", user="someone")
    async with ApiClient(theirs) as limited:
        with pytest.raises(ApiError) as caught:
            await open_exec(limited, Target("team-a", "full"), ("sh",), tty=False)
    assert caught.value.message.endswith(f"may not {missing} pods/exec in team-a")
    assert "their-token" not in repr(caught.value)


@pytest.mark.parametrize("fault", ["401@exec", "500@exec", "hang@exec", "refuse"])
async def test_faults_end_in_a_sentence(
    fault: str, cluster: DemoCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "_ANSWER", 0.2)
    cluster.faults.set(fault)
    async with ApiClient(access(cluster)) as fresh:
        with pytest.raises(PodboardError) as caught:
            await open_exec(fresh, Target("team-a", "full"), ("sh",), tty=False)
    assert caught.value.message
    assert isinstance(caught.value, UnreachableError if fault in ("hang@exec", "refuse") else ApiError)
