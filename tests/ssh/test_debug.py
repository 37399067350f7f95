"""Debug containers by way of a host: a real sshd, a real kubectl debug, and other kubectls."""

from collections.abc import Callable
from pathlib import Path

import pytest

from podboard.demo.cluster import DemoCluster
from podboard.demo.kinds import POD
from podboard.demo.rbac import Account, Grant, Rule
from podboard.errors import (
    Denied,
    FailureKind,
    KubectlError,
    PodboardError,
    RemotePodError,
    SshLoginError,
    UsageError,
)
from podboard.model.target import DEBUGGER, Target
from podboard.ssh import kubectl as kubectl_module
from podboard.ssh.debug import Debugger
from podboard.ssh.hosts import Hosts
from podboard.ssh.way import SshWay
from podboard.wire.shell import shell_command
from tests.ssh.conftest import NAMESPACE, SIZE, details, kubeconfig_of
from tests.support.sshd import Sshd, write_private
from tests.support.terminal import Terminal

BARE = Target(NAMESPACE, "bare", "c0")
MAY = {
    "looks": Rule(("get",), ("pods",)),
    "execs": Rule(("get", "create"), ("pods/exec",)),
    "debugs": Rule(("patch",), ("pods/ephemeralcontainers",)),
}

Debuggers = Callable[..., Debugger]


@pytest.fixture
def debugger(hosts: Hosts, sshd: Sshd) -> Debuggers:
    """Makes what adds debug containers by way of the host."""

    def make(target: Target = BARE, **more: str) -> Debugger:
        return Debugger(hosts, details(sshd, **more), target)

    return make


@pytest.fixture
def told_by(sshd: Sshd) -> Callable[[str], str]:
    """Puts a kubectl onto the host that says this instead of its own; returns where it is."""

    def put(script: str) -> str:
        file = write_private(sshd.keys.folder / "kubectl", f"#!/bin/sh\n{script}\n")
        file.chmod(0o700)
        return str(file)

    return put


def added(cluster: DemoCluster) -> list[dict[str, object]]:
    document = cluster.plane.store[POD].get(NAMESPACE, "bare")
    assert document is not None
    found: list[dict[str, object]] = document.read()["spec"].get("ephemeralContainers", [])
    return found


async def let_it_run(debugger: Debugger, cluster: DemoCluster, name: str) -> list[str]:
    said: list[str] = []

    def say(what: str) -> None:
        said.append(what)
        cluster.plane.agenda.advance(1)

    await debugger.wait(name, say)
    return said


async def test_one_is_added_runs_and_has_a_shell(sshd: Sshd, hosts: Hosts, cluster: DemoCluster) -> None:
    async def open_hosts() -> Hosts:
        return hosts

    way = SshWay(open_hosts, details(sshd))
    with pytest.raises(RemotePodError, match="no shell in this image"):
        await hosts.open_exec(details(sshd), BARE, shell_command("first"), tty=True, size=SIZE)
    debugger = await way.debugger(BARE)
    assert await debugger.denied() is None
    assert await debugger.running() == []
    name = await debugger.add("podboard/small")
    await let_it_run(debugger, cluster, name)
    assert await debugger.running() == [name]
    target = Target(NAMESPACE, "bare", name)
    terminal = Terminal(
        await hosts.open_exec(details(sshd), target, shell_command("marker"), tty=True, size=SIZE)
    )
    await terminal.type("echo sum-$((40 + 2))")
    await terminal.until("sum-42")
    await terminal.session.close()


async def test_it_is_the_same_that_the_api_is_asked_for(debugger: Debuggers, cluster: DemoCluster) -> None:
    name = await debugger().add("podboard/small")
    [container] = added(cluster)
    assert name.startswith(DEBUGGER)
    by_websocket = {
        "name": name, "image": "podboard/small", "stdin": True, "tty": True, "targetContainerName": "c0",
    }  # fmt: skip
    by_the_server = {
        "imagePullPolicy": "Always", "resources": {},
        "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
    }  # fmt: skip
    assert container == by_websocket | by_the_server
    # Where the container is not known, it sees the processes of none.
    await debugger(Target(NAMESPACE, "bare")).add("podboard/small")
    assert "targetContainerName" not in added(cluster)[1]


async def test_an_image_that_cannot_be_pulled_is_told(debugger: Debuggers, cluster: DemoCluster) -> None:
    adds = debugger()
    name = await adds.add("nosuch/tools:1")
    with pytest.raises(PodboardError, match=f"{name} cannot start: ErrImagePull: .*not found"):
        await let_it_run(adds, cluster, name)


@pytest.mark.parametrize("image", [" ", "$(id)", "a b", "--target=x"])
async def test_an_image_that_is_no_name_is_refused_there(
    image: str, debugger: Debuggers, cluster: DemoCluster
) -> None:
    with pytest.raises(KubectlError, match="invalid image name"):
        await debugger().add(image)
    assert added(cluster) == []


async def test_who_may_not_add_one_is_known_beforehand(
    debugger: Debuggers, cluster: DemoCluster, tmp_path: Path
) -> None:
    rules = (MAY["looks"], MAY["execs"])
    cluster.add_account(Account(NAMESPACE, "ops", (Grant("ops", rules),), "token-of-ops"))
    adds = debugger(kubeconfig=str(kubeconfig_of(cluster, tmp_path / "ops", token="token-of-ops")))
    assert await adds.denied() == Denied(
        f"system:serviceaccount:{NAMESPACE}:ops", NAMESPACE, "ephemeralcontainers"
    )
    with pytest.raises(KubectlError, match=r"may not do this: .*ephemeralcontainers") as refused:
        await adds.add("podboard/small")
    assert refused.value.kind is FailureKind.REFUSED


async def test_it_takes_no_more_than_its_rights(
    debugger: Debuggers, cluster: DemoCluster, tmp_path: Path
) -> None:
    cluster.add_account(Account(NAMESPACE, "ops", (Grant("ops", tuple(MAY.values())),), "token-of-ops"))
    adds = debugger(kubeconfig=str(kubeconfig_of(cluster, tmp_path / "ops", token="token-of-ops")))
    assert await adds.denied() is None
    await let_it_run(adds, cluster, await adds.add("podboard/small"))


@pytest.mark.parametrize(
    "script",
    [
        'case "$*" in *can-i*) echo no; exit 1 ;; *whoami*) echo error >&2; exit 1 ;; esac',
        'case "$*" in *can-i*) echo no; exit 1 ;; esac',
    ],
)
async def test_who_lacks_the_right_may_not_be_known_there(
    script: str, debugger: Debuggers, told_by: Callable[[str], str]
) -> None:
    adds = debugger(kubectl=told_by(script))
    with pytest.raises(KubectlError, match=r"may not patch pods/ephemeralcontainers in team-a") as refused:
        await adds.denied()
    assert refused.value.hint.startswith("a Role must allow patch pods/ephemeralcontainers")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("error: unknown flag: --profile\nSee 'kubectl debug --help' for usage.", "is too old to add debug"),
        ('error: unknown command "debug" for "kubectl"', "is too old to add debug"),
        (
            "error: ephemeral containers are disabled for this cluster (error from server: no such resource)",
            "this cluster has no debug containers",
        ),
        ('Error from server (NotFound): pods "bare" not found', "pod bare does not exist"),
    ],
)
async def test_what_keeps_kubectl_from_adding_one_is_told(
    said: str, sentence: str, debugger: Debuggers, told_by: Callable[[str], str]
) -> None:
    adds = debugger(kubectl=told_by(f"cat >&2 <<'END'\n{said}\nEND\nexit 1"))
    with pytest.raises(PodboardError, match=sentence):
        await adds.add("podboard/small")


async def test_a_pod_that_is_not_shown_as_one(debugger: Debuggers, told_by: Callable[[str], str]) -> None:
    with pytest.raises(KubectlError, match="does not show pod bare"):
        await debugger(kubectl=told_by("echo Hello")).running()


async def test_a_kubectl_that_does_not_end_is_not_waited_for(
    debugger: Debuggers, told_by: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kubectl_module, "ANSWER", 0.5)
    with pytest.raises(KubectlError, match=r"has no answer within 0\.5 s"):
        await debugger(kubectl=told_by("while echo waiting; do sleep 0.1; done")).denied()


@pytest.mark.parametrize(
    "target", [Target("shop;id", "bare"), Target(NAMESPACE, "--all"), Target(NAMESPACE, "bare", "$(id)")]
)
async def test_names_that_are_none_go_nowhere(target: Target, debugger: Debuggers, sshd: Sshd) -> None:
    with pytest.raises(UsageError):
        await debugger(target).add("podboard/small")
    assert sshd.logins == 0


async def test_a_host_that_lets_nobody_in_is_told_before_anything_is_asked(
    sshd: Sshd, hosts: Hosts, home: Path
) -> None:
    async def open_hosts() -> Hosts:
        return hosts

    other = home / "other"
    with pytest.raises(SshLoginError):
        await SshWay(open_hosts, details(sshd, key_file=str(other))).debugger(BARE)
