"""``podboard exec`` by way of a host, where no API server answers."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest_asyncio

from podboard.demo.cluster import DemoCluster
from podboard.model.record import Record
from podboard.records.store import open_store
from tests.ssh.conftest import NAMESPACE, details, kubeconfig_of
from tests.support.ptys import open_pty
from tests.support.sshd import Sshd, free_port
from tests.support.waiting import until


class Done(NamedTuple):
    code: int
    out: bytes
    err: str


class Podboard:
    """``podboard exec`` with a kubeconfig that leads nowhere, and records."""

    def __init__(self, home: Path, kubeconfig: Path) -> None:
        self.database = home / "podboard.db"
        self.log = home / "podboard.log"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "KUBECONFIG": str(kubeconfig),
            "PODBOARD_LOG": str(self.log),
        }

    async def keep(self, **fields: object) -> None:
        async with open_store(self.database, keyring=False) as store:
            await store.add([Record(name="full", pod_name="full", **fields)])  # type: ignore[arg-type]

    async def __call__(self, *arguments: str, stdin: bytes = b"") -> Done:
        process = await self.start(*arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        out, err = await process.communicate(stdin)
        assert process.returncode is not None
        return Done(process.returncode, out, err.decode())

    async def start(
        self,
        *arguments: str,
        stdin: int,
        stdout: int,
        stderr: int = subprocess.PIPE,
        prepare: Callable[[], object] | None = None,
    ) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "podboard", "--database", str(self.database), "exec", "-n", NAMESPACE,
            *arguments, env=self.environment, stdin=stdin, stdout=stdout, stderr=stderr, preexec_fn=prepare,
        )  # fmt: skip


@pytest_asyncio.fixture
async def podboard(cluster: DemoCluster, home: Path) -> Podboard:
    server = f"https://127.0.0.1:{free_port()}"
    return Podboard(home, kubeconfig_of(cluster, home / "elsewhere", server=server))


async def test_a_command_its_streams_and_its_exit_code(podboard: Podboard, sshd: Sshd) -> None:
    await podboard.keep(ssh_connection_details=details(sshd))
    done = await podboard("-iv", "full", "--", "sh", "-c", "cat; echo err >&2; exit 7", stdin=b"a\0\xff\r\n")
    *timeline, err, farewell = done.err.splitlines()
    assert (done.code, done.out) == (7, b"a\0\xff\r\n")
    assert (err, farewell) == ("err", "command terminated with exit code 7")
    assert timeline[0].startswith(" 1  ws:kubeconfig")
    assert "✗" in timeline[0]
    assert "connection refused" in timeline[0]
    assert timeline[1].strip().startswith("→ ")
    assert " 5  ssh " in timeline[-1]
    assert "● " in timeline[-1]
    log = podboard.log.read_text()
    assert "Error setting up Kubernetes WebSocket connection: team-a/full: ws:kubeconfig" in log
    assert "Falling back to SSH connection to pod: team-a/full" in log


async def test_binary_both_ways(podboard: Podboard, sshd: Sshd) -> None:
    await podboard.keep(ssh_connection_details=details(sshd))
    data = os.urandom(16 << 20)
    done = await podboard("-i", "full", "--", "cat", stdin=data)
    assert (done.code, done.err) == (0, "")
    assert done.out == data


async def test_what_stands_for_pods_must_be_looked_up(podboard: Podboard, sshd: Sshd) -> None:
    await podboard.keep(ssh_connection_details=details(sshd))
    done = await podboard("deploy/full", "--", "true")
    assert (done.code, done.out) == (1, b"")
    assert "podboard: deployments/full cannot be looked up: https://127.0.0.1" in done.err
    assert "podboard: name a pod" in done.err


async def test_an_unknown_host_is_asked_about_on_the_terminal(
    podboard: Podboard, sshd: Sshd, home: Path
) -> None:
    await podboard.keep(ssh_connection_details=details(sshd, host_key=None))
    seen = ""

    def sees(text: str) -> bool:
        nonlocal seen
        try:
            seen += os.read(pty.person, 1 << 16).decode()
        except BlockingIOError:
            return False
        return text in seen

    def is_open() -> bool:
        return "ssh: open" in podboard.log.read_text()

    with open_pty(raw=False) as pty:
        os.set_blocking(pty.person, False)
        process = await podboard.start(
            "-it", "full", "--", "sh", "-c", "read x; echo got $x; exit 3",
            stdin=pty.program, stdout=pty.program, stderr=pty.program,
        )  # fmt: skip
        await until(lambda: sees("Type yes to trust it from now on: "), 20)
        assert "unknown host: 127.0.0.1" in seen
        os.write(pty.person, b"yes\n")
        await until(is_open, 20)
        os.write(pty.person, b"word\r")
        assert await process.wait() == 3
        await until(lambda: sees("command terminated with exit code 3"))
    assert "got word" in seen
    assert sshd.keys.host_line in (home / ".local/share/podboard/known_hosts").read_text()


async def test_an_unknown_host_where_nobody_can_be_asked(podboard: Podboard, sshd: Sshd) -> None:
    await podboard.keep(ssh_connection_details=details(sshd, host_key=None))
    done = await podboard("full", "--", "true")
    assert (done.code, done.out) == (1, b"")
    assert "known" in done.err
    assert "Error in SSH fallback method" in podboard.log.read_text()
