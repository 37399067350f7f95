"""All five ways into a pod, each when those before it fail: a cluster, a real sshd, a real kubectl."""

import asyncio
import base64
import logging
import os
import socket
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from podboard.demo.cluster import DemoCluster
from podboard.demo.rbac import Account, Grant, Rule
from podboard.kube import incluster
from podboard.model.attempt import METHODS, Outcome
from podboard.model.overrides import Overrides
from podboard.model.record import Record
from podboard.model.request import ExecRequest
from podboard.model.secret import Secret
from podboard.model.target import Target
from podboard.session.climber import Climber
from podboard.session.ladder import Channel
from podboard.wire.exec_channel import Ended, Stdout
from podboard.wire.shell import shell_command
from podboard.wiring import Services, open_ways
from tests.ssh.conftest import NAMESPACE, SIZE, details, kubeconfig_of
from tests.support.sshd import Sshd

if TYPE_CHECKING:
    from podboard.model.attempt import Attempt

TARGET = Target(NAMESPACE, "full")
SAY = ExecRequest(TARGET, ("sh", "-c", "echo here; exit 3"), tty=False)
SHELL = ExecRequest(TARGET, shell_command("marker"), tty=True, size=SIZE, is_shell=True)


class Ways:
    """What a person has, piece by piece.

    Attributes:
        notes: What the log says.
        attempts: Of the last climb.
    """

    def __init__(self, cluster: DemoCluster, sshd: Sshd, home: Path) -> None:
        self.cluster = cluster
        self.home = home
        self.kubeconfig = cluster.kubeconfig
        self.record = Record(name="full", pod_name="full", id="1", ssh_connection_details=details(sshd))
        self.notes: list[str] = []
        self.attempts: list[Attempt] = []

    def keep(self, **fields: object) -> None:
        """Write something into the pod's record."""
        values = {name: getattr(self.record, name) for name in self.record.__slots__}
        self.record = Record(**{**values, **fields})

    async def climb(self, request: ExecRequest = SAY) -> tuple[str, bytes]:
        """Go up; returns the method that opened and what the pod said."""

        async def find(_: Target, context: str | None) -> Record:
            del context
            return self.record

        async with open_ways(Overrides(kubeconfig=str(self.kubeconfig)), Services(find)) as ways:
            climber = Climber(ways.ladder, lambda: None, self._note)
            async with asyncio.timeout(30):
                channel = await climber.climb(request)
            self.attempts = climber.attempts
            if channel is None:
                return "", b""
            said = b"" if request.is_shell else await listen(channel)
            await channel.close()
            return climber.winner, said

    def _note(self, level: int, text: str) -> None:
        if level >= logging.WARNING:
            self.notes.append(text)

    @property
    def told(self) -> dict[str, tuple[str, int | None]]:
        """What became of each way."""
        return {attempt.method: (str(attempt.outcome), attempt.status) for attempt in self.attempts}


async def listen(channel: Channel) -> bytes:
    """What the command says until it ends."""
    said, ended = bytearray(), asyncio.Event()

    def read() -> None:
        while (event := channel.receive_nowait()) is not None:
            if isinstance(event, Stdout):
                said.extend(event.data)
            elif isinstance(event, Ended):
                assert event.ending.exit_code == 3
                ended.set()
                break

    channel.attend(read)
    read()
    async with asyncio.timeout(15):
        await ended.wait()
    return bytes(said)


@pytest.fixture
def ways(cluster: DemoCluster, sshd: Sshd, home: Path) -> Ways:
    return Ways(cluster, sshd, home)


@pytest.fixture
def nobody_listens() -> Iterator[str]:
    """A server's URL at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"https://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def in_cluster(
    cluster: DemoCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], None]:
    """Makes this a pod whose service account has a token."""
    folder = tmp_path / "serviceaccount"
    folder.mkdir()
    (folder / "ca.crt").write_bytes(cluster.authority)
    (folder / "namespace").write_text(NAMESPACE, "ascii")
    for name in ("is_in_cluster", "in_cluster_access"):
        monkeypatch.setattr(incluster, name, partial(getattr(incluster, name), folder=folder))

    def become(token: str) -> None:
        (folder / "token").write_text(token, "ascii")
        address = urlsplit(cluster.server)
        monkeypatch.setenv("KUBERNETES_SERVICE_HOST", str(address.hostname))
        monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(address.port))

    return become


def may_exec(cluster: DemoCluster, name: str) -> str:
    """Let somebody in; returns the token."""
    rules = (Rule(("get",), ("pods",)), Rule(("get", "create"), ("pods/exec",)))
    cluster.add_account(
        Account(NAMESPACE, name, (Grant(f"exec-{name}", rules, NAMESPACE),), f"token-of-{name}")
    )
    return f"token-of-{name}"


async def test_the_kubeconfig_is_enough(ways: Ways) -> None:
    assert await ways.climb() == ("ws:kubeconfig", b"here\n")
    assert ways.told["ws:kubeconfig"] == ("opened", None)
    assert ways.told["ws:record"] == ("not applicable", None)
    assert "ssh" not in ways.told
    assert ways.notes == []


async def test_each_way_opens_when_those_before_it_fail(
    ways: Ways, in_cluster: Callable[[str], None], nobody_listens: str
) -> None:
    # 1 is refused by name, 2 may not, 3 finds nobody, 4 has an old token: four reasons.
    ways.kubeconfig = kubeconfig_of(ways.cluster, ways.home / "expired", token="nobody-knows-this-one")
    assert await ways.climb() == ("ssh", b"here\n")
    assert ways.told["ws:kubeconfig"] == ("failed", 401)

    mine = kubeconfig_of(ways.cluster, ways.home / "mine", token=may_exec(ways.cluster, "record"))
    ways.keep(kubeconfig=Secret.of(mine.read_text("utf-8")))
    assert await ways.climb() == ("ws:record", b"here\n")

    viewers = kubeconfig_of(ways.cluster, ways.home / "viewers", token="token-of-viewer")
    authority = base64.b64encode(ways.cluster.authority).decode()
    ways.keep(
        kubeconfig=Secret.of(viewers.read_text("utf-8")),
        token=Secret.of(may_exec(ways.cluster, "token")),
        cluster_host=ways.cluster.server,
        certificate_authority_data=authority,
    )
    assert await ways.climb() == ("ws:token", b"here\n")
    assert ways.told["ws:record"] == ("failed", 403)

    ways.keep(cluster_host=nobody_listens)
    in_cluster(may_exec(ways.cluster, "pod"))
    assert await ways.climb() == ("ws:in-cluster", b"here\n")
    assert ways.told["ws:token"] == ("failed", None)

    in_cluster("rotated-away")
    ways.notes.clear()
    assert await ways.climb() == ("ssh", b"here\n")
    assert ways.told == {
        "ws:kubeconfig": ("failed", 401),
        "ws:record": ("failed", 403),
        "ws:token": ("failed", None),
        "ws:in-cluster": ("failed", 401),
        "ssh": ("opened", None),
    }
    assert tuple(ways.told) == METHODS
    setup = "Error setting up Kubernetes WebSocket connection: team-a/full:"
    assert [note.startswith(setup) for note in ways.notes] == [True, True, True, True, False]
    assert ways.notes[-1].startswith("Falling back to SSH connection to pod: team-a/full: ")
    record = ways.attempts[1]
    assert "may not" in record.sentence
    assert "pods/exec" in record.sentence
    secrets = ("nobody-knows-this-one", "token-of-", "rotated-away")
    assert not any(secret in f"{note}{ways.attempts}" for note in ways.notes for secret in secrets)


async def test_when_ssh_fails_too_all_of_it_is_told(ways: Ways, nobody_listens: str) -> None:
    ways.kubeconfig = kubeconfig_of(ways.cluster, ways.home / "gone", server=nobody_listens)
    port = urlsplit(nobody_listens).port
    ways.keep(ssh_connection_details=details(SimpleNamespace(port=port, keys=Keyless())))  # type: ignore[arg-type]
    assert await ways.climb() == ("", b"")
    assert ways.notes[0].startswith("Error setting up Kubernetes WebSocket connection")
    assert ways.notes[1].startswith("Falling back to SSH connection to pod")
    assert ways.notes[2].startswith("Error in SSH fallback method")


class Keyless:
    """No key, which nobody gets to see."""

    host_line = None
    file = os.devnull


async def test_a_server_that_hangs_costs_a_second_and_not_a_timeout(ways: Ways) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = f"https://127.0.0.1:{silent.getsockname()[1]}"
        ways.kubeconfig = kubeconfig_of(ways.cluster, ways.home / "hangs", server=server)
        began = asyncio.get_running_loop().time()
        assert (await ways.climb(SHELL))[0] == "ssh"
        assert asyncio.get_running_loop().time() - began < 10  # and not the 30 of a timeout
    first = ways.attempts[0]
    assert first.outcome is Outcome.OVERTAKEN
    assert "no answer" in first.sentence


async def test_what_lies_with_the_pod_is_told_at_once(ways: Ways) -> None:
    nobody = ExecRequest(Target(NAMESPACE, "full", "nobody"), ("true",), tty=False)
    assert await ways.climb(nobody) == ("", b"")
    assert ways.told["ws:kubeconfig"] == ("failed", 400)
    assert "ssh" not in ways.told
