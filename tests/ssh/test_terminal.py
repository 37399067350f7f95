"""Terminals and commands in pods through a real sshd and a real kubectl behind it."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from podboard.demo.cluster import DemoCluster
from podboard.errors import FailureKind, KubectlError, NoKubectlError, RemotePodError, SshError
from podboard.model.ending import EndingKind
from podboard.model.size import Size
from podboard.model.target import Target
from podboard.ssh.hosts import Hosts
from podboard.wire.exec_channel import Ended
from podboard.wire.shell import shell_command
from tests.ssh.conftest import NAMESPACE, SIZE, command, details, kubeconfig_of, shell
from tests.support.sshd import Keys, Sshd, relay_to, running_sshd
from tests.support.terminal import Terminal
from tests.support.tools import needs
from tests.support.waiting import until

PROBE = 'stty size; echo "$TERM $COLORTERM ${BASH_VERSION:+bash}|"; exit 7'


# -- a terminal ----------------------------------------------------------------------------------


async def test_a_shell_its_size_and_its_exit_code(sshd: Sshd, hosts: Hosts) -> None:
    terminal = await shell(hosts, details(sshd))
    await terminal.until("$ ")
    await terminal.type(PROBE)
    ended = await terminal.to_the_end()
    assert b"30 100\r\n" in terminal.out
    assert b"xterm-256color truecolor bash|" in terminal.out
    assert b"podboard-ssh" not in terminal.out
    assert (ended.ending.kind, ended.ending.exit_code) == (EndingKind.EXITED, 7)


async def test_a_resize_arrives(sshd: Sshd, hosts: Hosts) -> None:
    terminal = await shell(hosts, details(sshd))
    await terminal.until("$ ")
    await terminal.session.resize(Size(132, 43))
    # kubectl passes a size on in a task of its own, so the shell is the one to say when it came. Not by a
    # trap, which bash may not run before the next line where the signal comes just before a prompt.
    await terminal.type("until [ \"$(stty size)\" = '43 132' ]; do sleep 0.05; done; echo chan''ged")
    await terminal.until("changed")
    await terminal.session.close()


async def test_keys_arrive_at_once_and_pastes_in_order(sshd: Sshd, hosts: Hosts) -> None:
    terminal = await shell(hosts, details(sshd))
    await terminal.until("$ ")
    await terminal.type("stty -echo; echo rea''dy")
    await terminal.until("ready")
    assert terminal.session.write_nowait(b"echo one-")
    assert not terminal.session.write_nowait(b"x" * 5000)
    pasting = asyncio.create_task(terminal.session.write(b"two; "))
    await pasting
    assert terminal.session.write_nowait(b"echo three\r")
    await terminal.until("one-two\r\nthree")
    await terminal.session.close()


async def test_ctrl_c_reaches_the_program_and_not_kubectl(sshd: Sshd, hosts: Hosts) -> None:
    terminal = await shell(hosts, details(sshd))
    await terminal.until("$ ")
    await terminal.type("sh -c 'echo rea''dy; exec cat'")
    await terminal.until("ready")
    terminal.out.clear()
    await terminal.session.write(b"\x03")
    await terminal.until("$ ")
    await terminal.type("echo code-$?")
    await terminal.until("code-130")
    await terminal.session.close()


@pytest.mark.parametrize("login_shell", ["bash", "dash", "tcsh", "fish"])
async def test_a_login_shell_of_any_kind(
    login_shell: str, keys: Keys, there: dict[str, str], hosts: Hosts
) -> None:
    needs(login_shell)
    forced = f'ForceCommand exec {login_shell} -c "$SSH_ORIGINAL_COMMAND"'
    async with running_sshd(keys, there, forced) as server:
        terminal = await shell(hosts, details(server))
        await terminal.until("$ ")
        await terminal.type(PROBE)
        ended = await terminal.to_the_end()
        assert b"30 100\r\n" in terminal.out
        assert ended.ending.exit_code == 7


@pytest.mark.parametrize("tty", [True, False])
async def test_what_a_login_shell_says_is_not_the_commands(
    tty: bool,  # noqa: FBT001
    keys: Keys,
    there: dict[str, str],
    hosts: Hosts,
) -> None:
    forced = 'ForceCommand echo "Welcome"; printf "no line break"; eval "$SSH_ORIGINAL_COMMAND"'
    async with running_sshd(keys, there, forced) as server:
        terminal = await command(hosts, details(server), "echo", "mine", tty=tty)
        await terminal.to_the_end()
        assert terminal.out.split() == [b"mine"]


# -- a command without a terminal ----------------------------------------------------------------


async def test_a_command_with_stderr_apart(sshd: Sshd, hosts: Hosts) -> None:
    terminal = await command(hosts, details(sshd), "sh", "-c", "echo out; echo err >&2; exit 3")
    ended = await terminal.to_the_end()
    assert (bytes(terminal.out), bytes(terminal.err), ended.ending.exit_code) == (b"out\n", b"err\n", 3)


async def test_any_bytes_come_back_as_they_went(sshd: Sshd, hosts: Hosts) -> None:
    data = os.urandom(4 * 1024 * 1024)
    terminal = await command(hosts, details(sshd), "cat")

    async def send() -> None:
        await terminal.session.write(data)
        await terminal.session.end_input()

    sending = asyncio.create_task(send())
    ended = await terminal.to_the_end()
    await sending
    assert ended.ending.exit_code == 0
    assert hashlib.sha256(terminal.out).digest() == hashlib.sha256(data).digest()


async def test_a_command_without_input_waits_for_none(sshd: Sshd, hosts: Hosts) -> None:
    terminal = await command(hosts, details(sshd), "cat", stdin=False)
    assert (await terminal.to_the_end()).ending.exit_code == 0


@pytest.mark.parametrize("code", [0, 1, 126, 127, 137, 255])
async def test_exit_codes_are_the_commands(code: int, sshd: Sshd, hosts: Hosts) -> None:
    terminal = await command(hosts, details(sshd), "sh", "-c", f"exit {code}")
    ending = (await terminal.to_the_end()).ending
    assert (ending.kind, ending.exit_code) == (EndingKind.EXITED, code)


async def test_a_container_is_chosen(sshd: Sshd, hosts: Hosts) -> None:
    session = await hosts.open_exec(
        details(sshd), Target(NAMESPACE, "duo", "c1"), ("hostname",), tty=False, stdin=False
    )
    assert (await Terminal(session).to_the_end()).ending.exit_code == 0


# -- floods --------------------------------------------------------------------------------------


async def test_a_flood_arrives_whole(sshd: Sshd, hosts: Hosts) -> None:
    terminal = await command(
        hosts, details(sshd), "sh", "-c", "head -c 8388608 /dev/zero | tr '\\0' x", tty=True
    )
    await terminal.to_the_end()
    assert terminal.out.count(b"x") == 8388608


async def test_who_does_not_read_takes_no_memory_and_holds_up_nobody(sshd: Sshd, hosts: Hosts) -> None:
    flood = await command(hosts, details(sshd), "sh", "-c", "yes & sleep 1000", tty=True)
    other = await shell(hosts, details(sshd))
    await other.until("$ ")
    session = flood.session
    await until(lambda: session._paused)
    assert session._waiting < 128 * 1024
    channel = session._channel
    assert channel is not None
    await until(lambda: sum(len(data) for data, _ in channel._recv_buf) > 256 * 1024)
    await other.type("echo still-$((40 + 2))")
    await other.until("still-42")
    assert sum(len(data) for data, _ in channel._recv_buf) <= 512 * 1024
    async with asyncio.timeout(3):
        await session.close()
    assert isinstance(await session.receive(), Ended)
    await other.session.close()


# -- ends ----------------------------------------------------------------------------------------


def kubectls(home: Path) -> list[int]:
    """The processes of kubectl that this test started."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            environ = (entry / "environ").read_bytes()
            name = (entry / "comm").read_text("utf-8").strip()
        except OSError:
            continue
        if name == "kubectl" and f"HOME={home}\0".encode() in environ:
            found.append(int(entry.name))
    return found


@pytest.mark.parametrize(("tty", "words"), [(True, ("sh",)), (False, ("sleep", "1000"))])
async def test_closing_ends_kubectl_on_the_host(
    tty: bool,  # noqa: FBT001
    words: tuple[str, ...],
    sshd: Sshd,
    hosts: Hosts,
    home: Path,
) -> None:
    terminal = await command(hosts, details(sshd), *words, tty=tty, size=SIZE)
    await until(lambda: len(kubectls(home)) == 1)
    await terminal.session.close()
    await until(lambda: not kubectls(home))
    assert (await terminal.to_the_end()).ending.kind is EndingKind.CLOSED_BY_US
    await terminal.session.close()


async def test_closing_ends_kubectl_on_a_full_connection(
    keys: Keys, there: dict[str, str], hosts: Hosts, home: Path
) -> None:
    async with running_sshd(keys, there, "MaxSessions 2") as server:
        terminals = [await command(hosts, details(server), "sleep", "1000") for _ in range(3)]
        await until(lambda: len(kubectls(home)) == 3)
        for terminal in terminals:
            await terminal.session.close()
        await until(lambda: not kubectls(home))


async def test_kubectl_killed_on_the_host(sshd: Sshd, hosts: Hosts, home: Path) -> None:
    terminal = await command(hosts, details(sshd), "sleep", "1000")
    await until(lambda: len(kubectls(home)) == 1)
    os.kill(kubectls(home)[0], 15)
    ending = (await terminal.to_the_end()).ending
    assert (ending.kind, ending.exit_code) == (EndingKind.DROPPED, None)
    assert ending.sentence == f"kubectl on 127.0.0.1:{sshd.port} was killed by SIGTERM"


async def test_a_lost_connection_is_dropped(sshd: Sshd, hosts: Hosts) -> None:
    async with relay_to(sshd.port) as relay:
        terminal = await shell(hosts, details(sshd, port=relay.port))
        await terminal.until("$ ")
        relay.cut()
        ending = (await terminal.to_the_end()).ending
        assert (ending.kind, ending.exit_code) == (EndingKind.DROPPED, None)
        assert ending.sentence.startswith(f"the connection to 127.0.0.1:{relay.port} was lost")
        assert ending.hint
        await terminal.session.write(b"into the void")
        await terminal.session.resize(SIZE)
        await terminal.session.end_input()
        await terminal.session.close()


async def test_a_deleted_pod_says_137(cluster: DemoCluster, sshd: Sshd, hosts: Hosts) -> None:
    terminal = await shell(hosts, details(sshd))
    await terminal.until("$ ")
    cluster.delete_pod(NAMESPACE, "full", 0)
    assert (await terminal.to_the_end()).ending.exit_code == 137


async def test_an_api_server_that_goes_away_is_no_exit(
    cluster: DemoCluster, sshd: Sshd, hosts: Hosts
) -> None:
    terminal = await shell(hosts, details(sshd))
    await terminal.until("$ ")
    await cluster.restart()
    ending = (await terminal.to_the_end()).ending
    assert (ending.kind, ending.exit_code) == (EndingKind.DROPPED, None)
    assert ending.sentence.startswith(f"kubectl on 127.0.0.1:{sshd.port} ")


# -- what cannot be opened -----------------------------------------------------------------------


@pytest_asyncio.fixture
async def kubeconfigs(cluster: DemoCluster, tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    yield {
        "viewer": str(kubeconfig_of(cluster, tmp_path / "viewer", token="token-of-viewer")),
        "stranger": str(kubeconfig_of(cluster, tmp_path / "stranger", token="nobody-knows-it")),
        "down": str(kubeconfig_of(cluster, tmp_path / "down", server="https://127.0.0.1:1")),
        "missing": "/nowhere/kubeconfig",
    }


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("viewer", 'may not do this: unable to upgrade connection: pods "full" is forbidden'),
        ("stranger", "has no valid credentials"),
        ("down", "does not reach its API server"),
        ("missing", "has no use for its kubeconfig"),
    ],
)
async def test_kubectl_that_is_refused(
    who: str, sentence: str, kubeconfigs: dict[str, str], sshd: Sshd, hosts: Hosts
) -> None:
    way = details(sshd, kubeconfig=kubeconfigs[who])
    with pytest.raises(KubectlError) as caught:
        await shell(hosts, way)
    assert sentence in caught.value.message
    assert caught.value.message.startswith(f"kubectl on 127.0.0.1:{sshd.port} ")
    assert caught.value.hint
    assert (caught.value.kind, caught.value.reason) == (FailureKind.REFUSED, "kubectl refused there")
    assert "nobody-knows-it" not in caught.value.message

    # Without a terminal it is open as soon as kubectl runs, and the end tells the same.
    terminal = await command(hosts, way, "true")
    ending = (await terminal.to_the_end()).ending
    assert (ending.kind, ending.sentence) == (EndingKind.FAILED, caught.value.message)
    assert isinstance(terminal.session.failure, KubectlError)


@pytest.mark.parametrize(
    ("pod", "container", "told"),
    [
        ("nobody", "", ("pod nobody does not exist", "it may have been replaced")),
        ("duo", "c7", ("pod duo has no container c7", "choose one of c0, c1")),
        ("bare", "", ("no shell in this image: it has no sh", "debug it")),
    ],
)
async def test_the_pods_own_trouble(
    pod: str, container: str, told: tuple[str, str], sshd: Sshd, hosts: Hosts
) -> None:
    with pytest.raises(RemotePodError) as caught:
        await hosts.open_exec(
            details(sshd), Target(NAMESPACE, pod, container), shell_command("marker"), tty=True, size=SIZE
        )
    sentence, hint = told
    assert caught.value.message == sentence
    assert caught.value.hint.startswith(hint)
    assert (caught.value.kind, caught.value.reason) == (FailureKind.POD, "the pod's own trouble")


@pytest.mark.parametrize("tty", [True, False])
async def test_no_kubectl_there(tty: bool, sshd: Sshd, hosts: Hosts) -> None:  # noqa: FBT001
    with pytest.raises(NoKubectlError) as caught:
        await command(hosts, details(sshd, kubectl="~/no such/kubectl"), "true", tty=tty, size=SIZE)
    assert caught.value.message == f"127.0.0.1:{sshd.port} has no ~/no such/kubectl"
    assert (caught.value.hint, caught.value.reason) != ("", "")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["ForceCommand echo This account is closed.; exit 1"], "runs no commands: This account is closed."),
        (["PermitTTY no"], "gives no terminal"),
        (["MaxSessions 0"], "opens no session"),
    ],
)
async def test_a_host_that_runs_nothing(
    options: list[str], sentence: str, keys: Keys, there: dict[str, str], hosts: Hosts
) -> None:
    async with running_sshd(keys, there, *options) as server:
        with pytest.raises(NoKubectlError) as caught:
            await shell(hosts, details(server))
        assert sentence in caught.value.message


async def test_to_be_cancelled_leaves_nothing(sshd: Sshd, hosts: Hosts, home: Path) -> None:
    slow = home / "slow"
    slow.write_text(f"#!/bin/sh\n: > {home}/started\nexec sleep 1000\n", "utf-8")
    slow.chmod(0o755)
    opening = asyncio.create_task(shell(hosts, details(sshd, kubectl=str(slow))))
    await until((home / "started").exists)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    terminal = await shell(hosts, details(sshd))
    await terminal.until("$ ")
    assert sshd.logins == 1
    await terminal.session.close()


async def test_a_silent_terminal_is_open_none_the_less(
    sshd: Sshd, hosts: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("podboard.ssh.session._SPEAKING", 0.3)
    terminal = await command(hosts, details(sshd), "sleep", "1000", tty=True, size=SIZE)
    assert terminal.session.receive_nowait() is None
    await terminal.session.close()


def test_every_leaf_says_how_far_it_went() -> None:
    leaves = SshError.__subclasses__()
    assert len({leaf.reason for leaf in leaves}) == len(leaves) == 6
