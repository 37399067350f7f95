"""What SSH tests stand on: a cluster, a host with kubectl, and a person with keys."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import yaml

from podboard.demo.cluster import DemoCluster
from podboard.demo.images import Image, Tools
from podboard.demo.rbac import Account, Grant, Rule
from podboard.model.question import HostKeyQuestion, SecretQuestion
from podboard.model.record import SshConnectionDetails
from podboard.model.size import Size
from podboard.model.target import Target
from podboard.ssh.hosts import Hosts
from podboard.wire.shell import shell_command
from tests.support.cluster import find_kubectl
from tests.support.sshd import Keys, Sshd, running_sshd
from tests.support.terminal import Terminal

SIZE = Size(100, 30)
NAMESPACE = "team-a"
PODS = {
    "full": ["podboard/full"],
    "bare": ["podboard/bare"],
    "held": ["podboard/held"],
    "small": ["podboard/small"],
    "duo": ["podboard/full", "podboard/full"],
}
IMAGES = {
    "podboard/full": Image(Tools.ALL),
    "podboard/bare": Image(Tools.NONE),
    "podboard/held": Image(holder="tmux"),
    "podboard/small": Image(Tools.SH),
}


@pytest_asyncio.fixture
async def cluster() -> AsyncIterator[DemoCluster]:
    async with DemoCluster(story=None, images=IMAGES) as demo:
        demo.add_namespace(NAMESPACE)
        demo.add_node("node-1", "192.0.2.2", "10.88.0.0/24")
        for name, images in PODS.items():
            containers = [{"name": f"c{number}", "image": image} for number, image in enumerate(images)]
            demo.create_pod({"metadata": {"name": name}, "spec": {"containers": containers}}, NAMESPACE)
        viewer = Grant("view", (Rule(("get", "list"), ("pods",)),), NAMESPACE)
        demo.add_account(Account(NAMESPACE, "viewer", (viewer,), "token-of-viewer"))
        demo.plane.agenda.advance(60)  # they run by now
        yield demo


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's home, on both sides; no agent."""
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True, mode=0o700)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return home


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    folder = tmp_path / "keys"
    folder.mkdir()
    return Keys(folder)


@pytest.fixture
def there(home: Path, cluster: DemoCluster) -> dict[str, str]:
    """The environment of a session on the host: kubectl is on its PATH."""
    bin_folder = home / "path"
    bin_folder.mkdir()
    (bin_folder / "kubectl").symlink_to(find_kubectl())
    return {
        "HOME": str(home),
        "PATH": f"{bin_folder}:/usr/bin:/bin",
        "KUBECONFIG": str(cluster.kubeconfig),
        "KUBECACHEDIR": str(home / "cache"),
    }


@pytest_asyncio.fixture
async def sshd(keys: Keys, there: dict[str, str]) -> AsyncIterator[Sshd]:
    async with running_sshd(keys, there) as server:
        yield server


def details(server: Sshd, **fields: Any) -> SshConnectionDetails:
    """A record's way to a server, with its key pinned; a field that is None is left out."""
    values = {
        "host": "127.0.0.1",
        "port": server.port,
        "host_key": server.keys.host_line,
        "key_file": str(server.keys.file),
        **fields,
    }
    return SshConnectionDetails.of({name: value for name, value in values.items() if value is not None})


@dataclass
class Person:
    """Answers as a test says, and remembers what was asked."""

    answers: list[Sequence[str] | None] = field(default_factory=list)
    trusting: bool = True
    asked: list[SecretQuestion | HostKeyQuestion] = field(default_factory=list)
    accepted: list[HostKeyQuestion] = field(default_factory=list)

    async def answer(self, question: SecretQuestion) -> Sequence[str] | None:
        self.asked.append(question)
        return self.answers.pop(0)

    async def trusts(self, question: HostKeyQuestion) -> bool:
        self.asked.append(question)
        return self.trusting


@pytest.fixture
def person() -> Person:
    return Person()


@pytest_asyncio.fixture
async def hosts(home: Path, person: Person) -> AsyncIterator[Hosts]:
    """Hosts with a person who can be asked."""
    pool = Hosts(
        home / "podboard_known_hosts",
        person,
        person.accepted.append,
        config=[home / ".ssh" / "config"],
        linger=0.2,
    )
    yield pool
    await pool.close()


@pytest_asyncio.fixture
async def alone(home: Path) -> AsyncIterator[Hosts]:
    """Hosts without anybody to ask."""
    pool = Hosts(home / "podboard_known_hosts", config=[home / ".ssh" / "config"])
    yield pool
    await pool.close()


async def shell(pool: Hosts, way: SshConnectionDetails, pod: str = "full") -> Terminal:
    target = Target(NAMESPACE, pod)
    return Terminal(await pool.open_exec(way, target, shell_command("marker"), tty=True, size=SIZE))


async def command(
    pool: Hosts, way: SshConnectionDetails, *words: str, pod: str = "full", **how: Any
) -> Terminal:
    return Terminal(await pool.open_exec(way, Target(NAMESPACE, pod), words, **{"tty": False, **how}))


def kubeconfig_of(cluster: DemoCluster, file: Path, **changes: str) -> Path:
    """A kubeconfig of the cluster with another user, or another server."""
    content = yaml.safe_load(cluster.kubeconfig.read_text("utf-8"))
    if token := changes.get("token"):
        content["users"] = [{"name": entry["name"], "user": {"token": token}} for entry in content["users"]]
    if server := changes.get("server"):
        for entry in content["clusters"]:
            entry["cluster"]["server"] = server
    file.write_text(yaml.safe_dump(content), "utf-8")
    return file
