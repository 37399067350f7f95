"""A container's own process by way of a host: kubectl attach there."""

from pathlib import Path

import pytest

from podboard.demo.cluster import DemoCluster
from podboard.demo.kinds import POD
from podboard.errors import FailureKind, KubectlError, RemotePodError
from podboard.model.ending import EndingKind
from podboard.model.target import Target
from podboard.ssh.hosts import Hosts
from tests.ssh.conftest import NAMESPACE, SIZE, details, kubeconfig_of
from tests.support.sshd import Sshd
from tests.support.terminal import Terminal
from tests.support.waiting import until

BOX = Target(NAMESPACE, "box", "box")


@pytest.fixture(autouse=True)
def box(cluster: DemoCluster) -> None:
    """A pod with a console of its own."""
    container = {"name": "box", "image": "infra/toolbox:1.0.0", "stdin": True, "tty": True}
    cluster.create_pod({"metadata": {"name": "box"}, "spec": {"containers": [container]}}, NAMESPACE)
    cluster.plane.agenda.advance(10)


async def attach(
    hosts: Hosts, server: Sshd, target: Target = BOX, *, tty: bool = True, **more: str
) -> Terminal:
    session = await hosts.open_exec(
        details(server, **more), target, (), tty=tty, size=SIZE if tty else None, stdin=True, attaches=True
    )
    return Terminal(session)


async def test_closing_leaves_the_process_alone(sshd: Sshd, hosts: Hosts, cluster: DemoCluster) -> None:
    terminal = await attach(hosts, sshd)
    await terminal.until("toolbox> ")
    await terminal.type("lamps")
    await terminal.until("1: lamps")
    await terminal.session.close()
    await until(lambda: not cluster.api.pods.sessions)
    # The same process, which has counted on.
    terminal = await attach(hosts, sshd)
    await terminal.type("more")
    await terminal.until("2: more")
    assert b"Session ended" not in terminal.out
    await terminal.session.close()
    document = cluster.plane.store[POD].get(NAMESPACE, "box")
    assert document is not None
    assert document.read()["status"]["containerStatuses"][0]["restartCount"] == 0


async def test_its_end_is_told(sshd: Sshd, hosts: Hosts) -> None:
    terminal = await attach(hosts, sshd)
    await terminal.type("quit")
    ending = (await terminal.to_the_end()).ending
    assert (ending.kind, ending.exit_code) == (EndingKind.EXITED, 0)


async def test_who_may_not_attach(sshd: Sshd, hosts: Hosts, cluster: DemoCluster, tmp_path: Path) -> None:
    viewer = kubeconfig_of(cluster, tmp_path / "viewer", token="token-of-viewer")
    with pytest.raises(KubectlError, match=r"may not do this: .*is forbidden") as caught:
        await attach(hosts, sshd, kubeconfig=str(viewer))
    assert caught.value.kind is FailureKind.REFUSED


async def test_the_pods_own_trouble(sshd: Sshd, hosts: Hosts) -> None:
    with pytest.raises(RemotePodError, match="pod nobody does not exist"):
        await attach(hosts, sshd, Target(NAMESPACE, "nobody"))
