"""Ways over SSH: what a silent API server costs, and many terminals by one host, beside OpenSSH's client."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import subprocess
import time
from contextlib import AsyncExitStack, ExitStack, contextmanager
from typing import TYPE_CHECKING

from msgspec import Struct, field

from bench.report import alternate, at_most, below, skipped
from bench.world import BIN, NAMESPACE, PROMPT, PYTHON
from tests.support.sshd import SSHD, USER, Keys, running_sshd, write_private

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bench.report import Result
    from bench.world import World
    from tests.support.sshd import Sshd

TERMINALS = 20
_PATIENCE = 60.0


class Bastion(Struct, frozen=True):
    """A host with kubectl, and who may log in there.

    Attributes:
        logins: How many there were before all prompts of a climb stood, climb by climb.
    """

    world: World
    sshd: Sshd
    logins: list[int] = field(default_factory=list)

    def climb(self, pods: Sequence[str], kubeconfig: Path | None = None) -> float:
        """Seconds until podboard has a prompt in each pod; without a kubeconfig only SSH leads there."""
        environ = {name: value for name, value in self.world.environ.items() if name != "KUBECONFIG"}
        if kubeconfig is not None:
            environ["KUBECONFIG"] = str(kubeconfig)
        details = {
            "host": "127.0.0.1",
            "port": self.sshd.port,
            "host_key": self.sshd.keys.host_line,
            "key_file": str(self.sshd.keys.file),
        }
        before = self.sshd.logins
        with subprocess.Popen(
            [PYTHON, "-m", "bench.climb", json.dumps(details), NAMESPACE, PROMPT, *pods],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            assert process.stdout is not None
            told = process.stdout.readline()
            # Now: to hang up what is left in pods it may log in again.
            self.logins.append(self.sshd.logins - before)
        assert process.returncode == 0, f"bench.climb ended with {process.returncode}"
        return float(told)

    def ssh(self, pods: Sequence[str]) -> float:
        """Seconds until as many ``ssh host kubectl exec`` side by side have a prompt each."""
        started = time.perf_counter()
        with ExitStack() as stack:
            opened = [stack.enter_context(self._open_ssh(pod)) for pod in pods]
            for process in opened:
                _read_until_prompt(process)
            return time.perf_counter() - started

    @contextmanager
    def _open_ssh(self, pod: str) -> Iterator[subprocess.Popen[bytes]]:
        keys = self.sshd.keys
        settings = {
            "IdentityFile": keys.file,
            "IdentitiesOnly": "yes",
            "UserKnownHostsFile": write_private(keys.folder / "known_hosts", self.sshd.known),
            "StrictHostKeyChecking": "yes",
            "LogLevel": "ERROR",
        }
        options = [f"-o{name}={value}" for name, value in settings.items()]
        place = ["-p", str(self.sshd.port), f"{USER}@127.0.0.1"]
        command = f"kubectl exec -it -n {NAMESPACE} {pod} -- bash"
        with subprocess.Popen(
            ["ssh", "-F", "/dev/null", "-tt", *options, *place, command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as process:
            try:
                yield process
            finally:
                process.kill()


def _read_until_prompt(process: subprocess.Popen[bytes]) -> None:
    assert process.stdout is not None
    limit, seen = time.monotonic() + _PATIENCE, b""
    while PROMPT.encode() not in seen:
        data = process.stdout.read1()  # type: ignore[attr-defined]
        assert data, f"ssh has ended: {seen!r}"
        assert time.monotonic() < limit, seen
        seen += data


@contextmanager
def _running_bastion(world: World, name: str) -> Iterator[Bastion]:
    folder = world.folder / name
    folder.mkdir()
    there = {
        "PATH": f"{BIN}:/usr/bin:/bin",
        "HOME": str(folder),
        "KUBECONFIG": world.environ["KUBECONFIG"],
        "KUBECACHEDIR": str(folder / "cache"),
    }
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        # sshd begins to turn logins away at 10 that are under way, which podboard alone would not mind.
        entering = running_sshd(Keys(folder), there, "MaxStartups 100")
        sshd = runner.run(stack.enter_async_context(entering))
        try:
            yield Bastion(world, sshd)
        finally:
            runner.run(stack.aclose())


def blackholed(world: World) -> Iterator[Result]:
    """From enter to the prompt where the kubeconfig's API server says nothing and SSH works."""
    if why := _missing():
        yield skipped("an API server that says nothing", why)
        return
    with _running_bastion(world, "blackholed") as bastion:
        pods = [world.pod]
        for kind, silent in (("takes connections", _listening), ("drops them", _dropping)):
            measure = f"enter to prompt, API server {kind} and is silent / ssh"
            with silent() as port:
                if port is None:
                    yield skipped(measure, "this kernel drops none on loopback")
                    continue
                kubeconfig = _kubeconfig(world.folder / "silent", port)
                ours, ssh = alternate(
                    5,
                    lambda kubeconfig=kubeconfig: bastion.climb(pods, kubeconfig),  # type: ignore[misc]
                    lambda: bastion.ssh(pods),
                )
                yield below(measure, ours, "s", 2, ssh)


def one_bastion(world: World) -> Iterator[Result]:
    """Many terminals at once by one host."""
    if why := _missing():
        yield skipped(f"{TERMINALS} terminals by one host", why)
        return
    pods = [world.pods[number % len(world.pods)] for number in range(TERMINALS)]
    with _running_bastion(world, "bastion") as bastion:
        taken, theirs = alternate(5, lambda: bastion.climb(pods), lambda: bastion.ssh(pods))
    yield below(f"SSH logins for {TERMINALS} terminals by one host", max(bastion.logins), "", 3)
    yield at_most(f"{TERMINALS} prompts by one host / {TERMINALS} ssh", taken, theirs, "s", 0.5)


def _missing() -> str:
    missing = [program for program in (SSHD, "ssh") if shutil.which(program) is None]
    return f"there is no {' and no '.join(missing)}" if missing else ""


@contextmanager
def _listening() -> Iterator[int]:
    """A port that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@contextmanager
def _dropping() -> Iterator[int | None]:
    """A port that answers no connection: its queue is full. None where the kernel answers all the same."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(server.getsockname())
        with socket.socket() as probe:
            probe.settimeout(0.5)
            try:
                probe.connect(server.getsockname())
            except TimeoutError:
                yield server.getsockname()[1]
            else:
                yield None


def _kubeconfig(path: Path, port: int) -> Path:
    """A kubeconfig, as JSON, of a server that nobody knows more of."""
    cluster = {"server": f"https://127.0.0.1:{port}", "insecure-skip-tls-verify": True}
    content = {
        "clusters": [{"name": "silent", "cluster": cluster}],
        "users": [{"name": "person", "user": {"token": "made-up"}}],
        "contexts": [{"name": "silent", "context": {"cluster": "silent", "user": "person"}}],
        "current-context": "silent",
    }
    return write_private(path, json.dumps(content))
