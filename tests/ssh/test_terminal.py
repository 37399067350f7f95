"""Terminals and commands in pods through a real sshd and a real kubectl behind it."""

from tests.ssh.conftest import command, details, shell

from podboard.model.ending import EndingKind
from podboard.model.size import Size
from podboard.ssh.hosts import Hosts
from tests.support.sshd import Sshd

PROBE = 'stty size; echo "$TERM $COLORTERM ${BASH_VERSION:+bash}|"; exit 7'


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
    await terminal.type("sleep 0.2; stty size")
    await terminal.until("43 132\r\n")
    await terminal.session.close()


async def test_a_command_with_stderr_apart(sshd: Sshd, hosts: Hosts) -> None:
    terminal = await command(hosts, details(sshd), "sh", "-c", "echo out; echo err >&2; exit 3")
    ended = await terminal.to_the_end()
    assert (bytes(terminal.out), bytes(terminal.err), ended.ending.exit_code) == (b"out\n", b"err\n", 3)
