"""One connection to a host for all that goes through it, and what becomes of it."""

import asyncio
import contextlib
import logging
from pathlib import Path

import pytest

from podboard.errors import SshLoginError, SshUnreachableError
from podboard.ssh.hosts import Hosts
from tests.ssh.conftest import SIZE, Person, command, details, shell
from tests.support.sshd import USER, Keys, Sshd, relay_to, running_sshd, write_private
from tests.support.terminal import Terminal
from tests.support.waiting import until


async def sleeper(pool: Hosts, server: Sshd, **fields: object) -> Terminal:
    """A command that runs until it is closed."""
    words = ("sh", "-c", "echo up; exec sleep 1000")
    terminal = await command(pool, details(server, **fields), *words, tty=True, size=SIZE)
    await terminal.until("up")
    return terminal


async def test_terminals_share_a_connection(sshd: Sshd, hosts: Hosts) -> None:
    first = await shell(hosts, details(sshd))
    second = await shell(hosts, details(sshd, kubectl="kubectl"))
    for terminal in (first, second):
        await terminal.until("$ ")
    assert sshd.logins == 1
    for terminal in (first, second):
        await terminal.session.close()


async def test_those_that_come_at_once_share_it_too(sshd: Sshd, hosts: Hosts) -> None:
    terminals = await asyncio.gather(*(sleeper(hosts, sshd) for _ in range(5)))
    assert sshd.logins == 1
    for terminal in terminals:
        await terminal.session.close()


async def test_another_login_is_another_connection(sshd: Sshd, hosts: Hosts) -> None:
    first = await sleeper(hosts, sshd)
    second = await sleeper(hosts, sshd, username=USER)
    third = await sleeper(hosts, sshd, password="another secret")
    assert sshd.logins == 3
    for terminal in (first, second, third):
        await terminal.session.close()


async def test_a_host_is_reached_before_anything_is_opened(sshd: Sshd, hosts: Hosts) -> None:
    said: list[str] = []
    await hosts.reach(details(sshd), said.append)
    assert sshd.logins == 1
    host = f"127.0.0.1:{sshd.port}"
    assert said == [f"connecting to {host}", f"{host} is known, logging in"]
    terminal = await sleeper(hosts, sshd)
    await hosts.reach(details(sshd), said.append)
    assert (sshd.logins, len(said)) == (1, 2)
    await terminal.session.close()


async def test_a_full_connection_is_joined_by_another(
    keys: Keys, there: dict[str, str], hosts: Hosts
) -> None:
    async with running_sshd(keys, there, "MaxSessions 2") as server:
        terminals = [await sleeper(hosts, server) for _ in range(3)]
        assert server.logins == 2
        # Room that becomes free is used.
        await terminals[0].session.close()
        await until(lambda: sum("Close session" in line for line in server.log))
        terminals[0] = await sleeper(hosts, server)
        assert server.logins == 2
        for terminal in terminals:
            await terminal.session.close()


async def test_those_that_come_at_once_and_do_not_fit(
    keys: Keys, there: dict[str, str], hosts: Hosts
) -> None:
    async with running_sshd(keys, there, "MaxSessions 2") as server:
        terminals = await asyncio.gather(*(sleeper(hosts, server) for _ in range(5)))
        assert server.logins == 3
        for terminal in terminals:
            await terminal.session.close()


async def test_the_last_one_closes_the_connection_after_a_while(sshd: Sshd, hosts: Hosts) -> None:
    def disconnected() -> int:
        return sum("Disconnected from" in line for line in sshd.log)

    first = await sleeper(hosts, sshd)
    await first.session.close()
    second = await sleeper(hosts, sshd)
    await asyncio.wait([asyncio.create_task(second.to_the_end())], timeout=0.5)  # longer than it lingers
    assert (sshd.logins, disconnected()) == (1, 0)
    await second.session.close()
    await until(disconnected)
    third = await sleeper(hosts, sshd)
    assert sshd.logins == 2
    await third.session.close()


async def test_a_lost_connection_is_not_handed_out_again(sshd: Sshd, hosts: Hosts) -> None:
    async with relay_to(sshd.port) as relay:
        first = await sleeper(hosts, sshd, port=relay.port)
        relay.cut()
        await first.to_the_end()
        second = await sleeper(hosts, sshd, port=relay.port)
        assert sshd.logins == 2
        await second.session.close()


async def test_a_silent_connection_is_not_waited_for(
    sshd: Sshd, hosts: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("podboard.ssh.hosts._OPENING", 0.5)
    async with relay_to(sshd.port) as relay:
        first = await sleeper(hosts, sshd, port=relay.port)
        relay.freeze()
        second = await sleeper(hosts, sshd, port=relay.port)
        assert sshd.logins == 2
        await second.session.close()
        await first.session.close()


async def test_a_host_that_falls_silent_is_given_up(
    sshd: Sshd, hosts: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("podboard.ssh.connect._ALIVE", 0.1)
    async with relay_to(sshd.port) as relay:
        terminal = await sleeper(hosts, sshd, port=relay.port)
        relay.freeze()
        ending = (await terminal.to_the_end()).ending
        assert "was lost" in ending.sentence
        assert "not responding to keepalive" in ending.sentence


async def test_those_that_wait_share_the_failure(sshd: Sshd, hosts: Hosts, person: Person) -> None:
    closed = write_private(
        sshd.keys.folder / "closed",
        sshd.keys.person.export_private_key(passphrase="correct horse", rounds=50),
    )
    person.answers = [None]
    way = details(sshd, key_file=str(closed))
    results = await asyncio.gather(*(shell(hosts, way) for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [SshLoginError] * 3
    assert len(person.asked) == 1


async def test_one_that_leaves_does_not_take_the_login_from_the_others(sshd: Sshd, hosts: Hosts) -> None:
    leaving = asyncio.create_task(sleeper(hosts, sshd))
    staying = asyncio.create_task(sleeper(hosts, sshd))
    await asyncio.sleep(0)
    leaving.cancel()
    terminal = await staying
    assert sshd.logins == 1
    await terminal.session.close()


async def test_a_login_nobody_waits_for_is_given_up(sshd: Sshd, hosts: Hosts) -> None:
    async with relay_to(sshd.port) as relay:
        relay.freeze()
        leaving = asyncio.create_task(sleeper(hosts, sshd, port=relay.port))
        await until(lambda: relay.carried)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        await until(lambda: not relay.carried)


async def test_closing_gives_up_what_is_under_way(sshd: Sshd, hosts: Hosts) -> None:
    async with relay_to(sshd.port) as relay:
        relay.freeze()
        opening = asyncio.create_task(sleeper(hosts, sshd, port=relay.port))
        await until(lambda: relay.carried)
        await hosts.close()
        with pytest.raises(SshUnreachableError, match="gave the connection up"):
            await opening


async def test_closing_ends_what_is_open(sshd: Sshd, hosts: Hosts) -> None:
    terminal = await shell(hosts, details(sshd))
    await terminal.until("$ ")
    await hosts.close()
    assert (await terminal.to_the_end()).ending.exit_code is None


def command_lines() -> list[bytes]:
    """Of all processes, here and on the host."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(entry.read_bytes())
    return found


async def test_nothing_is_logged_and_no_secret_is_on_a_command_line(
    sshd: Sshd, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    logging.getLogger("asyncssh").setLevel(logging.DEBUG)
    pool = Hosts(home / "known", config=[])
    key = sshd.keys.person.export_private_key().decode()
    terminal = await sleeper(pool, sshd, key_file=None, key_string=key, password="hunter2")
    lines = await asyncio.to_thread(command_lines)
    assert any(b"--namespace=team-a" in line for line in lines)
    assert not any(b"hunter2" in line or b"PRIVATE KEY" in line for line in lines)
    assert "hunter2" not in repr(vars(pool)) + repr(terminal.session)
    await terminal.session.close()
    await pool.close()
    assert caplog.records == []
