"""By way of a host nothing is left behind in a pod, either."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from podboard.demo.cluster import DemoCluster
from podboard.model.target import Target
from podboard.session.ladder import Ladder, Way
from podboard.session.terminal import Terminal
from podboard.ssh.hosts import Hosts
from podboard.ssh.way import SshWay
from podboard.wiring import Rung
from tests.ssh.conftest import NAMESPACE, SIZE, details
from tests.support.sshd import Sshd
from tests.support.waiting import until

JOB = "sleep 86431"


def runs_in(cluster: DemoCluster, words: str) -> bool:
    """Whether a command runs in one of the cluster's containers."""
    home = b"HOME=" + os.fsencode(cluster.kubeconfig.parent) + b"/"
    for entry in Path("/proc").iterdir():
        try:
            told = (entry / "cmdline").read_bytes() if entry.name.isdecimal() else b""
            if told == words.replace(" ", "\0").encode() + b"\0" and home in (entry / "environ").read_bytes():
                return True
        except OSError:  # gone meanwhile
            continue
    return False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
async def test_closing_takes_shell_and_foreground_job_along(
    hosts: Hosts, sshd: Sshd, cluster: DemoCluster
) -> None:
    async def opened() -> Hosts:
        return hosts

    async def way(*_: object) -> Way:
        return SshWay(opened, details(sshd))

    ladder = Ladder((Rung("ssh", way),))
    terminal = Terminal(Target(NAMESPACE, "full"), ladder, SIZE)
    serving = asyncio.create_task(terminal.run())
    await until(lambda: terminal.received)
    terminal.write(f"{JOB}\r".encode())
    await until(lambda: runs_in(cluster, JOB))
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    await until(lambda: not ladder.leaver.under_way)
    await until(lambda: not runs_in(cluster, JOB))
