"""Nothing is left behind: shells in the pods of the embedded cluster, hung up with real processes in them."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path

import pytest
import pytest_asyncio

from podboard.demo.cluster import DemoCluster
from podboard.demo.images import Image, Tools
from podboard.kube.resolve import load_access
from podboard.kube.ways import Clients, WebSocketWay
from podboard.model.ending import EndingKind
from podboard.model.overrides import Overrides
from podboard.model.size import Size
from podboard.model.target import Target
from podboard.session.ladder import Ladder, Way
from podboard.session.terminal import Terminal
from podboard.wiring import Rung
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")

IMAGES = {"podboard/full": Image(Tools.ALL), "podboard/small": Image(Tools.SH)}
SLEEPING = 86_400
SETSID = shutil.which("setsid")


@pytest_asyncio.fixture
async def cluster() -> AsyncIterator[DemoCluster]:
    async with DemoCluster(story=None, images=IMAGES) as demo:
        demo.add_namespace("shop")
        demo.add_node("node-1", "192.0.2.2", "10.88.0.0/24")
        for image in IMAGES:
            name = image.rpartition("/")[2]
            container = {"name": "app", "image": image}
            demo.create_pod({"metadata": {"name": name}, "spec": {"containers": [container]}}, "shop")
        demo.plane.agenda.advance(60)  # they run by now
        yield demo


@pytest_asyncio.fixture
async def ladder(cluster: DemoCluster) -> AsyncIterator[Ladder]:
    clients = Clients()
    overrides = Overrides(kubeconfig=str(cluster.kubeconfig))

    async def way(*_: object) -> Way:
        return WebSocketWay("kubeconfig", clients, lambda: load_access(overrides, {}, Path("/nowhere")))

    ladder = Ladder((Rung("ws:kubeconfig", way),))
    yield ladder
    await ladder.close()
    await clients.close()


def processes(cluster: DemoCluster) -> list[str]:
    """What runs in the cluster's containers."""
    home = b"HOME=" + os.fsencode(cluster.kubeconfig.parent) + b"/"
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and home in (entry / "environ").read_bytes():
                words = (entry / "cmdline").read_bytes().split(b"\0")
                found.append(b" ".join(words).decode().strip())
        except OSError:  # gone meanwhile
            continue
    return sorted(words for words in found if words)


class Shell:
    """A terminal that is served, and a person at it."""

    def __init__(
        self,
        ladder: Ladder,
        pod: str,
        serve: Callable[[Terminal], Coroutine[None, None, None]] = Terminal.run,
    ) -> None:
        self.terminal = Terminal(Target("shop", pod, "app"), ladder, Size(80, 24))
        self.task = asyncio.create_task(serve(self.terminal))

    def screen(self) -> str:
        self.terminal.screen.update()
        return "\n".join("".join(run.text for run in row) for row in self.terminal.screen.rows)

    async def sees(self, text: str) -> None:
        await until(lambda: text in self.screen())

    async def type(self, line: str) -> None:
        self.terminal.write(line.encode() + b"\r")

    async def close(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@pytest_asyncio.fixture
async def shell(request: pytest.FixtureRequest, ladder: Ladder) -> AsyncIterator[Shell]:
    shell = Shell(ladder, getattr(request, "param", "full"))
    await shell.sees("$ ")
    yield shell
    await shell.close()


both = pytest.mark.parametrize("shell", ["full", "small"], indirect=True)


@both
async def test_closing_takes_shell_and_foreground_job_along(shell: Shell, cluster: DemoCluster) -> None:
    await shell.type(f"sleep {SLEEPING}")
    await until(lambda: f"sleep {SLEEPING}" in processes(cluster))
    await shell.close()
    await until(lambda: processes(cluster) == [])


@both
async def test_what_was_meant_to_stay_stays(shell: Shell, cluster: DemoCluster) -> None:
    await shell.type("(trap '' HUP; exec sleep 86401) &")
    await shell.type(f"{SETSID} sleep 86402 &")
    await shell.type("sleep 86403 &")
    await shell.type("sleep 86404")
    for seconds in range(86401, 86405):
        await until(lambda seconds=seconds: f"sleep {seconds}" in processes(cluster))
    await shell.close()
    await until(lambda: processes(cluster) == ["sleep 86401", "sleep 86402"])


async def test_what_bash_was_told_to_forget_stays(shell: Shell, cluster: DemoCluster) -> None:
    await shell.type("sleep 86401 & disown; sleep 86402")
    await until(lambda: "sleep 86402" in processes(cluster))
    await shell.close()
    await until(lambda: processes(cluster) == ["sleep 86401"])


@both
async def test_who_does_not_listen_is_killed(shell: Shell, cluster: DemoCluster) -> None:
    await shell.type("trap : HUP; sh -c 'trap : HUP; echo rea''dy; while :; do sleep 86401; done'")
    await shell.sees("ready")
    await shell.close()
    await until(lambda: processes(cluster) == [])


async def test_a_stopped_job_goes_as_well(shell: Shell, cluster: DemoCluster) -> None:
    await shell.type(f"sleep {SLEEPING}")
    await until(lambda: f"sleep {SLEEPING}" in processes(cluster))
    shell.terminal.write(b"\x1a")
    await shell.sees("Stopped")
    await shell.close()
    await until(lambda: processes(cluster) == [])


async def test_a_shell_that_is_closed_while_it_starts_is_not_forgotten(
    ladder: Ladder, cluster: DemoCluster
) -> None:
    shell = Shell(ladder, "full")
    await until(lambda: shell.terminal.attempts and shell.terminal.attempts[0].sentence == "opening")
    await shell.close()
    assert ladder.leaver.under_way == 1
    await until(lambda: not ladder.leaver.under_way)
    await until(lambda: processes(cluster) == [])


async def test_only_its_own_shell_is_hung_up(shell: Shell, ladder: Ladder, cluster: DemoCluster) -> None:
    other = Shell(ladder, "full")
    await other.sees("$ ")
    await other.type("sleep 86401")
    await until(lambda: "sleep 86401" in processes(cluster))
    await shell.close()
    await until(lambda: not ladder.leaver.under_way)
    assert "sleep 86401" in processes(cluster)
    await other.close()
    await until(lambda: processes(cluster) == [])


async def test_a_shell_whose_connection_is_cut_goes_when_the_next_is_there(
    shell: Shell, cluster: DemoCluster
) -> None:
    await shell.type("sleep 86401")
    await until(lambda: "sleep 86401" in processes(cluster))
    cluster.restart_kubelet()
    await shell.task
    assert shell.terminal.ending is not None
    assert shell.terminal.ending.kind is EndingKind.DROPPED
    assert "sleep 86401" in processes(cluster)
    shell.task = asyncio.create_task(shell.terminal.run())
    await until(lambda: "sleep 86401" not in processes(cluster))
    await shell.sees("new shell")
    await shell.close()
    await until(lambda: processes(cluster) == [])


async def returning(terminal: Terminal) -> None:
    """Serve a terminal as the board does."""
    await terminal.run()
    while terminal.will_return:
        await terminal.run()


async def test_a_terminal_comes_back_when_its_server_does(ladder: Ladder, cluster: DemoCluster) -> None:
    shell = Shell(ladder, "full", serve=returning)
    shell.terminal.returns = True
    await shell.sees("$ ")
    await shell.type("echo be''fore; sleep 86401")
    await shell.sees("before")
    await until(lambda: "sleep 86401" in processes(cluster))
    await cluster.restart(away=0.5)
    await until(lambda: "new shell" in shell.screen())
    screen = shell.screen()
    assert screen.index("before") < screen.index("dropped") < screen.index("back") < screen.index("new shell")
    # What the first shell ran is hung up by the way back.
    await until(lambda: "sleep 86401" not in processes(cluster))
    await shell.type("echo af''ter")
    await shell.sees("after")
    await shell.close()
    await until(lambda: processes(cluster) == [])


async def test_a_pod_that_is_gone_is_not_waited_for(ladder: Ladder, cluster: DemoCluster) -> None:
    shell = Shell(ladder, "full", serve=returning)
    shell.terminal.returns = True
    await shell.sees("$ ")
    cluster.restart_kubelet()
    cluster.delete_pod("shop", "full", 0)
    async with asyncio.timeout(20):
        await shell.task
    assert shell.terminal.ending is not None
    assert shell.terminal.ending.sentence == "pod full does not exist"
