"""Embedded clusters for tests: the demo's own, and the one the recordings were made on."""

import asyncio
import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any, NoReturn
from urllib.parse import urlsplit

import pytest
import yaml

from podboard.demo.cluster import DemoCluster
from podboard.demo.images import Exit, Image, Tools
from podboard.demo.rbac import Account, Grant, Rule
from podboard.demo.times import parse_rfc3339
from tests.support.raw_client import CERTIFICATE, Login
from tests.support.recordings import recording

TEAM = "team-a"
RECORDED_AT = "2026-11-23T04:05:09Z"
"""When the lists were recorded: with it, ages are as recorded, too."""

_PODS = Rule(("get", "list", "watch"), ("pods",))
_EXEC_GET, _EXEC_CREATE = Rule(("get",), ("pods/exec",)), Rule(("create",), ("pods/exec",))
ACCOUNTS = {
    "exec-user": Grant("pod-exec-both", (_PODS, _EXEC_GET, _EXEC_CREATE), TEAM),
    "exec-get-only": Grant("pod-exec-get", (_PODS, _EXEC_GET), TEAM),
    "exec-create-only": Grant("pod-exec-create", (_PODS, _EXEC_CREATE), TEAM),
    "view-only": Grant("pod-view", (_PODS,), TEAM),
}


def _prepare(random: Random) -> Generator[tuple[float, str], None, Exit]:
    del random
    yield 3.0, "prepared"
    return Exit(0)


def _brief(random: Random) -> Generator[tuple[float, str], None, Exit]:
    del random
    for number in range(1, 4):
        yield 0.3, f"line {number}"
    return Exit(3)


IMAGES = {
    "podboard/prepares:1": Image(program=_prepare),
    "podboard/brief:1": Image(program=_brief),
    "podboard/debian:1": Image(files={".bashrc": "PS1='root@shell:/# '\n", ".shrc": "PS1='# '\n"}),
    "podboard/busybox:1": Image(files={".shrc": "PS1='/ # '\n"}),
    "podboard/distroless:1": Image(Tools.NONE),
}


class Recorded:
    """The cluster of the recordings: its pods as they were listed, its accounts, its clock."""

    def __init__(self, cluster: DemoCluster, folder: Path) -> None:
        self.cluster = cluster
        self._tokens = {"bad-token": "nobody-knows-this-one", "": ""}
        self._certificate = _certificate(cluster.kubeconfig, folder)

    def add_accounts(self) -> None:
        for name, grant in ACCOUNTS.items():
            self._tokens[name] = f"token-of-{name}"
            self.cluster.add_account(Account(TEAM, name, (grant,), self._tokens[name]))

    def login(self, auth: str) -> Login:
        """Who a recording says asked."""
        host, port = urlsplit(self.cluster.server).hostname, urlsplit(self.cluster.server).port
        assert host is not None
        assert port is not None
        login = Login(host, port, self.cluster.authority.decode())
        if auth == CERTIFICATE:
            login.certificate = self._certificate
        elif auth.startswith("token: "):
            login.token = self._tokens[auth.removeprefix("token: ")]
        else:
            assert auth == "none"
        return login


@asynccontextmanager
async def recorded_cluster(folder: Path) -> AsyncIterator[Recorded]:
    """The cluster of the recordings; its clock stands still."""
    now = parse_rfc3339(RECORDED_AT)
    async with DemoCluster(story=None, images=IMAGES, now=now, paused=True) as cluster:
        cluster.add_namespace(TEAM, {"team": "a"})
        cluster.add_node("podboard-node", "192.0.2.2", "10.88.0.0/24")
        for pod in json.loads(recording("http-pods-list").body)["items"]:
            cluster.place_pod(pod)
        bench = Recorded(cluster, folder)
        bench.add_accounts()
        yield bench


def _certificate(kubeconfig: Path, folder: Path) -> str:
    """The admin's certificate and key, in one file."""
    users = yaml.safe_load(kubeconfig.read_text("utf-8"))["users"]
    admin = users[0]["user"]
    path = folder / "admin.pem"
    path.write_bytes(
        base64.b64decode(admin["client-certificate-data"]) + base64.b64decode(admin["client-key-data"])
    )
    return str(path)


class Kubectl:
    """kubectl as PyPI installs it, with a home of its own."""

    def __init__(self, kubeconfig: Path, folder: Path) -> None:
        self.path = find_kubectl()
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "KUBECACHEDIR": str(folder / "cache"),
            "KUBECONFIG": str(kubeconfig),
            "TERM": "xterm",
        }

    async def __call__(self, *arguments: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[str]:
        process = await self.start(*arguments, stdin=subprocess.PIPE)
        out, err = await process.communicate(stdin)
        assert process.returncode is not None
        return subprocess.CompletedProcess(arguments, process.returncode, out.decode(), err.decode())

    async def start(
        self, *arguments: str, stdin: int = subprocess.DEVNULL, stdout: int = subprocess.PIPE
    ) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            str(self.path),
            *arguments,
            env=self.environment,
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
        )

    async def out(self, *arguments: str) -> str:
        """What a call that succeeds prints."""
        done = await self(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout


def find_kubectl() -> Path:
    """kubectl beside this Python, else the one on PATH."""
    beside = Path(sys.executable).with_name("kubectl")
    found = str(beside) if beside.exists() else shutil.which("kubectl")
    if found is None:
        missing("kubectl")
    return Path(found)


def missing(tool: str) -> NoReturn:
    """End a test that cannot do without a tool: here it is skipped, in CI it fails."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{tool} is missing")
    pytest.skip(f"{tool} is missing")


async def in_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    """Run blocking code beside the cluster's loop."""
    return await asyncio.to_thread(function, *arguments)
