"""A way over SSH looked at step by step, against a real sshd and a real kubectl."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from podboard.demo.cluster import DemoCluster
from podboard.errors import FailureKind
from podboard.model.checkup import Check, Result, Scope, Step
from podboard.model.record import SshConnectionDetails
from podboard.model.target import Target
from podboard.ssh import checkup as checkup_module
from podboard.ssh import kubectl as kubectl_module
from podboard.ssh.hosts import Hosts
from podboard.ssh.way import SshWay
from tests.ssh.conftest import NAMESPACE, Person, details, kubeconfig_of
from tests.support.sshd import USER, Keys, Sshd, running_sshd, write_private

FULL = Target(NAMESPACE, "full")

Looked = dict[Step, Check]


async def look(
    pool: Hosts, way: SshConnectionDetails, target: Target = FULL, *, with_exec: bool = False
) -> Looked:
    async def opened() -> Hosts:
        return pool

    checks = [check async for check in SshWay(opened, way).check(Scope(target, with_exec))]
    assert "PRIVATE KEY" not in repr(checks)
    assert [check.step for check in checks] == [
        Step.CONFIGURATION, Step.DNS, Step.TCP, Step.HOST_KEY, Step.LOGIN, Step.KUBECTL, Step.AUTHORISATION,
        Step.EXEC,
    ]  # fmt: skip
    return {check.step: check for check in checks}


def failure(looked: Looked) -> Check:
    [failed] = [check for check in looked.values() if check.result is Result.FAILED]
    assert failed.hint
    behind = list(looked.values())[list(looked).index(failed.step) + 1 :]
    assert all((check.result, check.sentence) == (Result.SKIPPED, "") for check in behind)
    return failed


# -- all well -------------------------------------------------------------------------------


async def test_all_well(sshd: Sshd, alone: Hosts, home: Path) -> None:
    looked = await look(alone, details(sshd), with_exec=True)
    assert looked.pop(Step.DNS).sentence == "127.0.0.1 is an address"
    assert {check.result for check in looked.values()} == {Result.OK}
    key = sshd.keys.host
    assert looked[Step.HOST_KEY].facts == {
        "key_type": "ssh-ed25519", "fingerprint": key.get_fingerprint(), "known_by": "the record",
    }  # fmt: skip
    assert looked[Step.LOGIN].sentence == f'logged in as "{USER}" by publickey'
    assert looked[Step.KUBECTL].facts["path"] == str(home / "path" / "kubectl")
    assert str(looked[Step.KUBECTL].facts["version"]).startswith("v1.")
    assert looked[Step.AUTHORISATION].sentence == f"may create pods/exec in {NAMESPACE}"
    assert looked[Step.EXEC].sentence == "`true` ran"
    assert sshd.logins == 1


@pytest.mark.parametrize("target", [FULL, Target(NAMESPACE, "")])
async def test_nothing_is_started_in_the_pod_unless_it_is_wished(
    target: Target, sshd: Sshd, alone: Hosts, cluster: DemoCluster
) -> None:
    cluster.faults.set("500@exec")
    looked = await look(alone, details(sshd), target, with_exec=not target.pod)
    assert looked[Step.AUTHORISATION].result is Result.OK
    assert (looked[Step.EXEC].result, looked[Step.EXEC].kind) == (Result.SKIPPED, None)
    assert looked[Step.EXEC].sentence.startswith("not tried")


async def test_the_no_op_fails_where_exec_does(sshd: Sshd, alone: Hosts, cluster: DemoCluster) -> None:
    cluster.faults.set("500@exec")
    assert failure(await look(alone, details(sshd), with_exec=True)).step is Step.EXEC


async def test_a_host_that_is_connected_already_is_looked_at_all_the_same(sshd: Sshd, alone: Hosts) -> None:
    for _ in range(2):
        looked = await look(alone, details(sshd))
        assert looked[Step.HOST_KEY].facts["fingerprint"] == sshd.keys.host.get_fingerprint()
        assert looked[Step.LOGIN].facts["method"] == "publickey"
    assert sshd.logins == 1


async def test_a_name_and_known_hosts(sshd: Sshd, alone: Hosts, home: Path) -> None:
    (home / ".ssh" / "known_hosts").write_text(sshd.known.replace("127.0.0.1", "localhost"))
    looked = await look(alone, details(sshd, host="localhost", host_key=None))
    assert "127.0.0.1" in looked[Step.DNS].facts["addresses"]  # type: ignore[operator]
    assert looked[Step.HOST_KEY].facts["known_by"] == "known_hosts"
    assert looked[Step.LOGIN].result is Result.OK


@asynccontextmanager
async def configured(home: Path, config: str) -> AsyncIterator[Hosts]:
    """Hosts of a person with an ssh_config."""
    file = home / ".ssh" / "config"
    file.write_text(config)
    pool = Hosts(home / "podboard_known_hosts", config=[file])
    try:
        yield pool
    finally:
        await pool.close()


async def test_the_first_host_of_several_is_the_one_that_is_reached_for(sshd: Sshd, home: Path) -> None:
    config = f"Host first\n Hostname 127.0.0.1\n Port {sshd.port}\nHost second\n ProxyJump first\n"
    far = details(sshd, host="no-such.invalid", port=22, jump_host="second")
    near = details(sshd, jump_host="first", username=USER)
    async with configured(home, config) as pool:
        looked = await look(pool, far)
        # Not by way of itself.
        assert (await look(pool, near))[Step.CONFIGURATION].sentence == f"{USER}@127.0.0.1:{sshd.port}"
    assert looked[Step.CONFIGURATION].sentence == "no-such.invalid through first"
    assert looked[Step.TCP].sentence == f"connected to 127.0.0.1 port {sshd.port}"


async def test_a_proxy_command_connects_by_itself(sshd: Sshd, home: Path) -> None:
    async with configured(home, "Host far\n ProxyCommand exit 1\n") as pool:
        looked = await look(pool, details(sshd, host="far"))
    assert looked[Step.DNS].result is looked[Step.TCP].result is Result.NOT_APPLICABLE
    check = failure(looked)
    assert (check.step, check.sentence) == (
        Step.HOST_KEY, f"the ProxyCommand of far:{sshd.port} ended without a connection",
    )  # fmt: skip


# -- the network ----------------------------------------------------------------------------


async def test_details_that_cannot_be_used(alone: Hosts) -> None:
    check = failure(await look(alone, SshConnectionDetails.of({"host": "a", "port": "many"})))
    assert (check.step, check.kind) == (Step.CONFIGURATION, FailureKind.UNUSABLE)
    assert check.sentence == "ssh_connection_details.port is no number from 1 to 65535"


async def test_a_name_that_is_none(sshd: Sshd, alone: Hosts) -> None:
    check = failure(await look(alone, details(sshd, host="no-such.invalid")))
    assert (check.step, check.reason) == (Step.DNS, "unreachable")
    assert check.sentence == "the name no-such.invalid cannot be resolved"


@pytest.fixture
def free_port() -> Iterator[int]:
    with socket.socket() as held:  # bound and not listening: refuses, and nobody else gets it
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


async def test_nobody_listens(free_port: int, sshd: Sshd, alone: Hosts) -> None:
    check = failure(await look(alone, details(sshd, port=free_port)))
    assert (check.step, check.kind) == (Step.TCP, FailureKind.UNREACHABLE)
    assert check.sentence == f"127.0.0.1:{free_port} cannot be reached: connection refused"


async def test_a_host_that_says_nothing(sshd: Sshd, alone: Hosts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup_module, "GREETING", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        check = failure(await look(alone, details(sshd, port=port)))
    assert (check.step, check.sentence) == (Step.HOST_KEY, f"127.0.0.1:{port} does not answer")


async def test_what_is_no_ssh_server(sshd: Sshd, alone: Hosts) -> None:
    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        check = failure(await look(alone, details(sshd, port=port)))
    assert check.step is Step.HOST_KEY
    assert check.kind is FailureKind.UNREACHABLE


# -- whose key ------------------------------------------------------------------------------


async def test_a_changed_host_key(sshd: Sshd, alone: Hosts) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519")
    pinned = " ".join(other.export_public_key().decode().split()[:2])
    check = failure(await look(alone, details(sshd, host_key=pinned)))
    assert (check.step, check.kind) == (Step.HOST_KEY, FailureKind.UNTRUSTED)
    assert "has changed" in check.sentence
    for key in (other, sshd.keys.host):
        assert key.get_fingerprint() in check.sentence


async def test_an_unknown_host_key_and_nobody_to_ask(sshd: Sshd, alone: Hosts) -> None:
    check = failure(await look(alone, details(sshd, host_key=None)))
    assert (check.step, check.reason) == (Step.HOST_KEY, "host key not trusted")
    assert f"is unknown (ssh-ed25519 {sshd.keys.host.get_fingerprint()})" in check.sentence


async def test_an_unknown_host_key_that_a_person_accepts(sshd: Sshd, hosts: Hosts, person: Person) -> None:
    looked = await look(hosts, details(sshd, host_key=None))
    assert len(person.asked) == 1
    assert looked[Step.HOST_KEY].facts["known_by"] == "known_hosts"
    assert looked[Step.AUTHORISATION].result is Result.OK


# -- the login ------------------------------------------------------------------------------


async def test_a_wrong_key_is_told_with_what_the_host_takes(
    keys: Keys, there: dict[str, str], alone: Hosts
) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519").export_private_key()
    stranger = write_private(keys.folder / "stranger", key)
    async with running_sshd(keys, there, "PasswordAuthentication yes") as server:
        looked = await look(alone, details(server, key_file=str(stranger)))
    check = failure(looked)
    assert looked[Step.HOST_KEY].result is Result.OK
    assert (check.step, check.kind, check.reason) == (Step.LOGIN, FailureKind.LOGIN, "login refused")
    assert check.sentence == f"127.0.0.1:{server.port} wants a password, and nobody can be asked"


async def test_a_wrong_key_where_only_keys_are_taken(sshd: Sshd, alone: Hosts) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519").export_private_key()
    stranger = write_private(sshd.keys.folder / "stranger", key)
    check = failure(await look(alone, details(sshd, key_file=str(stranger))))
    assert check.step is Step.LOGIN
    assert check.hint.startswith("it takes publickey: ")


async def test_a_key_that_cannot_be_read_is_the_logins_failure(sshd: Sshd, alone: Hosts) -> None:
    looked = await look(alone, details(sshd, key_file="/nowhere/id"))
    assert looked[Step.HOST_KEY].result is Result.SKIPPED
    check = failure(looked)
    assert (check.step, check.sentence) == (
        Step.LOGIN, "the key /nowhere/id cannot be read: No such file or directory",
    )  # fmt: skip


async def test_a_login_that_takes_too_long(sshd: Sshd, alone: Hosts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup_module, "LOGIN", 0.0)
    check = failure(await look(alone, details(sshd)))
    assert (check.step, check.kind) == (Step.LOGIN, FailureKind.LOGIN)
    assert check.sentence == f"the login on 127.0.0.1:{sshd.port} took longer than 0 s"


async def test_a_person_opens_the_key_and_takes_their_time(
    sshd: Sshd, hosts: Hosts, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("GREETING", "LOGIN"):
        monkeypatch.setattr(checkup_module, limit, 0.0)
    closed = sshd.keys.person.export_private_key(passphrase="correct horse", rounds=50)
    file = write_private(sshd.keys.folder / "closed", closed)
    person.answers = [("correct horse",)]
    looked = await look(hosts, details(sshd, key_file=str(file)))
    assert looked[Step.AUTHORISATION].result is Result.OK


# -- kubectl there --------------------------------------------------------------------------


async def test_no_kubectl_there(sshd: Sshd, alone: Hosts) -> None:
    check = failure(await look(alone, details(sshd, kubectl="/nowhere/kubectl")))
    assert (check.step, check.reason) == (Step.KUBECTL, "no kubectl there")
    assert check.sentence == f"127.0.0.1:{sshd.port} has no /nowhere/kubectl"


async def test_another_program_there(sshd: Sshd, alone: Hosts) -> None:
    check = failure(await look(alone, details(sshd, kubectl="/bin/echo")))
    assert check.sentence == f"/bin/echo on 127.0.0.1:{sshd.port} is no kubectl that tells its version"


async def test_a_login_that_runs_no_commands(keys: Keys, there: dict[str, str], alone: Hosts) -> None:
    async with running_sshd(keys, there, "ForceCommand echo go away") as server:
        check = failure(await look(alone, details(server)))
    assert (check.step, check.sentence) == (
        Step.KUBECTL, f"127.0.0.1:{server.port} runs no commands: go away",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"token": "token-of-viewer"}, f"may not create pods/exec in {NAMESPACE}"),
        ({"token": "nonsense"}, "has no valid credentials"),
        ({"server": "https://127.0.0.1:1"}, "does not reach its API server"),
    ],
)
async def test_what_kubectl_there_cannot_do(
    changes: Any, said: str, sshd: Sshd, alone: Hosts, cluster: DemoCluster
) -> None:
    there = kubeconfig_of(cluster, sshd.keys.folder / "there", **changes)
    check = failure(await look(alone, details(sshd, kubeconfig=str(there)), with_exec=True))
    assert (check.step, check.kind) == (Step.AUTHORISATION, FailureKind.REFUSED)
    assert check.sentence.startswith(f"kubectl on 127.0.0.1:{sshd.port} {said}")


async def test_an_api_server_that_does_not_answer_there(
    sshd: Sshd, alone: Hosts, cluster: DemoCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.faults.set("hang")
    monkeypatch.setattr(kubectl_module, "REQUEST", 0.5)
    check = failure(await look(alone, details(sshd)))
    assert check.step is Step.AUTHORISATION
    assert check.sentence.startswith(f"kubectl on 127.0.0.1:{sshd.port} does not reach its API server")


async def test_a_kubectl_there_that_does_not_end_is_not_waited_for(
    sshd: Sshd, alone: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kubectl_module, "ANSWER", 0.5)
    slow = sshd.keys.folder / "slow"
    slow.write_text("#!/bin/sh\nwhile echo waiting; do sleep 0.1; done\n")
    slow.chmod(0o700)
    check = failure(await look(alone, details(sshd, kubectl=str(slow))))
    assert check.step is Step.KUBECTL
    assert check.sentence == f"kubectl on 127.0.0.1:{sshd.port} has no answer within 0.5 s"


async def test_a_pod_that_is_not_there(sshd: Sshd, alone: Hosts) -> None:
    check = failure(await look(alone, details(sshd), Target(NAMESPACE, "nobody"), with_exec=True))
    assert (check.step, check.kind) == (Step.EXEC, FailureKind.POD)
    assert check.sentence == "pod nobody does not exist"
