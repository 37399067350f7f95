"""By way of a host the same shell is there after a drop as well."""

import asyncio
import re
import shutil
from pathlib import Path

import pytest

from podboard.model.target import Target
from podboard.session.ladder import Ladder, Way
from podboard.session.terminal import Terminal
from podboard.ssh.hosts import Hosts
from podboard.ssh.way import SshWay
from podboard.vt.history import History
from podboard.wiring import Rung
from tests.ssh.conftest import NAMESPACE, SIZE, details
from tests.support.sshd import Sshd, relay_to
from tests.support.tools import needs
from tests.support.waiting import until


async def returning(terminal: Terminal) -> None:
    """Serve a terminal as the board does."""
    try:
        await terminal.run()
        while terminal.will_return:
            await terminal.run()
    finally:
        terminal.abandon()


@pytest.mark.parametrize(("pod", "holder"), [("held", "tmux"), ("small", "dtach")])
async def test_the_same_shell_is_there_after_the_host_was_cut_off(
    pod: str, holder: str, hosts: Hosts, sshd: Sshd
) -> None:
    needs(holder)
    # For the pod that has nothing to hold it.
    helper = Path(shutil.which("dtach") or "/")

    async def opened() -> Hosts:
        return hosts

    async with relay_to(sshd.port) as relay:

        async def way(*_: object) -> Way:
            return SshWay(opened, details(sshd, port=relay.port))

        ladder = Ladder((Rung("ssh", way),))
        target = Target(NAMESPACE, pod)
        terminal = Terminal(target, ladder, SIZE, returns=True, resumes=True, helper=helper)
        terminal.shown = True
        serving = asyncio.create_task(returning(terminal))

        async def number(mark: str) -> str:
            """The shell's own, as it says it."""
            terminal.write(f"echo {mark}=$$.\r".encode())
            pattern = re.compile(rf"{mark}=(\d+)\.")
            await until(lambda: pattern.search(History(terminal.screen).whole()), 20)
            return pattern.findall(History(terminal.screen).whole())[0]

        await until(lambda: f"{pod}:~$" in History(terminal.screen).whole(), 20)
        before = await number("first")
        relay.cut()
        await until(lambda: terminal.came_back, 20)
        assert await number("second") == before
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        await until(lambda: not ladder.leaver.under_way)
