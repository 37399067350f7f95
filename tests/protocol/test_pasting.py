"""Long pastes into real programs, through the embedded cluster."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from podboard.demo.cluster import DemoCluster
from podboard.demo.images import Image, Tools
from podboard.kube import exec as exec_module
from podboard.kube.exec import ExecSession
from podboard.kube.resolve import load_access
from podboard.kube.ways import Clients, WebSocketWay
from podboard.model.badge import TerminalState
from podboard.model.overrides import Overrides
from podboard.model.size import Size
from podboard.model.target import Target
from podboard.session.ladder import Ladder, Way
from podboard.session.terminal import Terminal
from podboard.wire.flow import AHEAD
from podboard.wiring import Rung
from tests.support.pasting import seen, sum_of_paste
from tests.support.tools import needs
from tests.support.waiting import until

SILENCE = 0.5


@pytest_asyncio.fixture
async def cluster() -> AsyncIterator[DemoCluster]:
    images = {"podboard/full": Image(Tools.ALL), "podboard/tmux": Image(holder="tmux")}
    async with DemoCluster(story=None, images=images) as demo:
        demo.add_namespace("shop")
        demo.add_node("node-1", "192.0.2.2", "10.88.0.0/24")
        for name, image in (("web", "podboard/full"), ("held", "podboard/tmux")):
            container = {"name": "app", "image": image}
            demo.create_pod({"metadata": {"name": name}, "spec": {"containers": [container]}}, "shop")
        demo.plane.agenda.advance(60)  # they run by now
        yield demo


@asynccontextmanager
async def served(cluster: DemoCluster, pod: str = "web", *, resumes: bool = False) -> AsyncIterator[Terminal]:
    """A terminal in a pod whose shell stands."""
    clients = Clients()
    overrides = Overrides(kubeconfig=str(cluster.kubeconfig))

    async def way(*_: object) -> Way:
        return WebSocketWay("kubeconfig", clients, lambda: load_access(overrides, {}, Path("/nowhere")))

    ladder = Ladder((Rung("ws:kubeconfig", way),))
    terminal = Terminal(Target("shop", pod, "app"), ladder, Size(100, 30), resumes=resumes)
    serving = asyncio.create_task(terminal.run())
    try:
        await until(lambda: "$ " in seen(terminal))
        yield terminal
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        await ladder.close()
        await clients.close()


@pytest.mark.parametrize("bracketed", [True, False])
async def test_16_mib_arrive_byte_by_byte(cluster: DemoCluster, *, bracketed: bool) -> None:
    async with served(cluster) as terminal:
        came, should = await sum_of_paste(terminal, bracketed=bracketed)
        assert came == should
        await until(lambda: terminal.pasting is None)


@pytest.mark.parametrize("bracketed", [True, False])
async def test_16_mib_arrive_where_tmux_holds_the_shell(cluster: DemoCluster, *, bracketed: bool) -> None:
    needs("tmux")
    async with served(cluster, "held", resumes=True) as terminal:
        came, should = await sum_of_paste(terminal, bracketed=bracketed)
        assert terminal._is_answered, "tmux does hold it"
        assert came == should


async def test_a_program_that_does_not_read_holds_up_a_paste_and_not_the_connection(
    cluster: DemoCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = partial(ExecSession, ping_every=SILENCE / 5, silence_limit=SILENCE)
    monkeypatch.setattr(exec_module, "ExecSession", impatient)
    async with served(cluster) as terminal:
        go = tmp_path / "go"
        waits = f"until [ -e {go} ]; do sleep 0.05; done"
        reads = "sed -u 's/x*//;q'"
        terminal.write(f"stty raw -echo; echo rea''dy; {waits}; {reads}; stty sane\r".encode())
        await until(lambda: "ready" in seen(terminal))
        terminal.paste("x" * (16 << 20))
        paste = terminal.pasting
        assert paste is not None
        await until(lambda: time.monotonic() - paste.moved > 3 * SILENCE)
        assert terminal.badge.state is TerminalState.OPEN
        assert AHEAD <= paste.sent <= 2 * AHEAD
        terminal.write(b"typed behind\n")
        terminal.cancel_paste()
        assert terminal.pasting is paste, "some of it is still to be read"
        go.touch()
        await until(lambda: "typed behind" in seen(terminal))
        assert terminal.pasting is None
        assert "x" * 20 not in seen(terminal)
        assert terminal.badge.state is TerminalState.OPEN


async def test_a_shell_that_ends_within_a_paste_says_how_much_was_sent(cluster: DemoCluster) -> None:
    async with served(cluster) as terminal:
        terminal.write(b"stty raw -echo; echo rea''dy; sleep 1000\r")
        await until(lambda: "ready" in seen(terminal))
        terminal.paste("x" * (16 << 20))
        paste = terminal.pasting
        assert paste is not None
        await until(lambda: paste.sent > AHEAD // 2)
        await cluster.plane.runtime.kill_all()
        await until(lambda: terminal.badge.state is TerminalState.CLOSED)
        assert terminal.pasting is None
        assert any(" of 16 MiB were sent" in line.text for line in terminal.lines)
