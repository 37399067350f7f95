"""A long paste into a real program, by way of a real sshd and a real kubectl."""

import asyncio

import pytest

from podboard.model.target import Target
from podboard.session.ladder import Ladder, Way
from podboard.session.terminal import Terminal
from podboard.ssh.hosts import Hosts
from podboard.ssh.way import SshWay
from podboard.wiring import Rung
from tests.ssh.conftest import NAMESPACE, SIZE, details
from tests.support.pasting import seen, sum_of_paste
from tests.support.sshd import Sshd
from tests.support.waiting import until


@pytest.mark.parametrize("bracketed", [True, False])
async def test_16_mib_arrive_byte_by_byte(hosts: Hosts, sshd: Sshd, *, bracketed: bool) -> None:
    async def opened() -> Hosts:
        return hosts

    async def way(*_: object) -> Way:
        return SshWay(opened, details(sshd))

    ladder = Ladder((Rung("ssh", way),))
    terminal = Terminal(Target(NAMESPACE, "full"), ladder, SIZE)
    serving = asyncio.create_task(terminal.run())
    await until(lambda: "$ " in seen(terminal))
    came, should = await sum_of_paste(terminal, bracketed=bracketed)
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    await ladder.close()
    assert came == should
