"""Shells that outlive their connections: real tmux, dtach and screen in the embedded cluster's pods."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from podboard.demo.cluster import DemoCluster
from podboard.demo.images import Image, Tools
from podboard.model.badge import TerminalState
from podboard.model.ending import EndingKind
from podboard.model.size import Size
from podboard.model.target import Target
from podboard.session.climber import Ladder
from podboard.session.terminal import Terminal
from podboard.vt.history import History
from tests.protocol.test_leaving import processes
from tests.protocol.test_leaving import ladder as ladder
from tests.support.tools import needs
from tests.support.waiting import until

IMAGES = {
    "podboard/tmux": Image(holder="tmux"),
    "podboard/dtach": Image(Tools.SH, holder="dtach"),
    "podboard/screen": Image(Tools.SH, holder="screen"),
    "podboard/none": Image(),
}
HOLDERS = ("tmux", "dtach", "screen")
SIZE = Size(80, 24)


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


async def returning(terminal: Terminal) -> None:
    """Serve a terminal as the board does."""
    try:
        await terminal.run()
        while terminal.will_return:
            await terminal.run()
    finally:
        terminal.abandon()


class Shell:
    """A terminal that is served, and a person at it."""

    def __init__(self, ladder: Ladder, pod: str) -> None:
        self.terminal = Terminal(Target("shop", pod, "app"), ladder, SIZE, returns=True, resumes=True)
        self.terminal.shown = True
        self.task = asyncio.create_task(returning(self.terminal))

    def screen(self) -> str:
        self.terminal.screen.update()
        return "\n".join("".join(run.text for run in row) for row in self.terminal.screen.rows)

    def everything(self) -> str:
        return History(self.terminal.screen).whole()

    async def sees(self, text: str) -> None:
        try:
            await until(lambda: text in self.screen())
        except AssertionError:
            raise AssertionError(f"no {text!r} in\n{self.screen()}") from None

    async def prompts(self) -> None:
        """Wait until the shell waits."""
        await until(lambda: self.screen().rstrip().endswith("$"))

    async def type(self, line: str) -> None:
        self.terminal.write(line.encode() + b"\r")

    async def pid(self, number: int) -> str:
        """The shell's own number, as it says it."""
        await self.type(f"echo pid{number}=$$.")
        pattern = re.compile(rf"pid{number}=(\d+)\.")
        await until(lambda: pattern.search(self.screen()))
        found = pattern.search(self.screen())
        assert found is not None
        return found[1]

    async def close(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@pytest_asyncio.fixture
async def shell(request: pytest.FixtureRequest, ladder: Ladder) -> AsyncIterator[Shell]:
    pod = getattr(request, "param", "tmux")
    if pod != "none":
        needs(pod)
    shell = Shell(ladder, pod)
    await shell.prompts()
    yield shell
    await shell.close()


held = pytest.mark.parametrize("shell", HOLDERS, indirect=True)


async def dropped(shell: Shell, cluster: DemoCluster) -> None:
    """Cut its connection, and wait until it is back."""
    opened = shell.terminal.opened
    cluster.restart_kubelet()
    await until(lambda: shell.terminal.opened != opened)
    await until(lambda: shell.terminal.badge.state is TerminalState.OPEN)


async def nothing_is_left(cluster: DemoCluster) -> None:
    try:
        await until(lambda: processes(cluster) == [])
    except AssertionError:
        raise AssertionError(str(processes(cluster))) from None


@held
async def test_the_same_shell_is_there_after_a_drop(shell: Shell, cluster: DemoCluster) -> None:
    before = await shell.pid(1)
    await dropped(shell, cluster)
    await until(lambda: shell.terminal.came_back.startswith("the same shell"))
    assert await shell.pid(2) == before
    assert "new shell" not in shell.everything()
    await shell.close()
    await nothing_is_left(cluster)


@held
async def test_the_exit_code_is_the_shells(shell: Shell) -> None:
    await shell.type("exit 7")
    await shell.task
    assert shell.terminal.ending is not None
    assert (shell.terminal.ending.kind, shell.terminal.ending.exit_code) == (EndingKind.EXITED, 7)
    assert "[EOF" not in shell.everything()
    assert "terminating" not in shell.everything()
