"""Whose key is it: known, unknown, changed, revoked, vouched for."""

import asyncio
import re
import stat
import subprocess
from pathlib import Path

import asyncssh
import pytest

from podboard.errors import FailureKind, HostKeyError
from podboard.model.question import HostKeyQuestion
from podboard.model.record import SshConnectionDetails
from podboard.ssh.hosts import Hosts
from podboard.ssh.known_hosts import remember
from tests.ssh.conftest import Person, command, details
from tests.support.sshd import Keys, Sshd, running_sshd, write_private
from tests.support.tools import needs


def fingerprint(key: asyncssh.SSHKey) -> str:
    return key.get_fingerprint()


async def works(pool: Hosts, way: SshConnectionDetails) -> bool:
    terminal = await command(pool, way, "true")
    return (await terminal.to_the_end()).ending.exit_code == 0


async def refused(pool: Hosts, way: SshConnectionDetails) -> HostKeyError:
    with pytest.raises(HostKeyError) as caught:
        await command(pool, way, "true")
    assert caught.value.hint
    assert (caught.value.kind, caught.value.reason) == (FailureKind.UNTRUSTED, "host key not trusted")
    return caught.value


def unpinned(server: Sshd, **fields: object) -> SshConnectionDetails:
    return details(server, host_key=None, **fields)


def write_known(home: Path, *lines: str) -> None:
    (home / ".ssh" / "known_hosts").write_text("".join(f"{line}\n" for line in lines), "utf-8")


async def test_an_unknown_key_is_asked_about_once_and_kept(
    sshd: Sshd, hosts: Hosts, person: Person, home: Path, alone: Hosts
) -> None:
    assert await works(hosts, unpinned(sshd))
    question = HostKeyQuestion(
        "127.0.0.1", sshd.port, "ssh-ed25519", fingerprint(sshd.keys.host), sshd.keys.host_line
    )
    assert person.asked == person.accepted == [question]
    # Another login on the same host does not ask again.
    assert await works(hosts, unpinned(sshd, username="root", known_hosts="/nowhere"))
    assert len(person.asked) == 1
    # Nor does one that finds it in podboard's own file, which ssh could read.
    file = home / "podboard_known_hosts"
    remember(file, question)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert await works(alone, unpinned(sshd))
    needs("ssh-keygen")
    found = await asyncio.to_thread(
        subprocess.run,
        ["ssh-keygen", "-F", f"[127.0.0.1]:{sshd.port}", "-f", str(file)],
        check=True, capture_output=True, text=True, timeout=10,
    )  # fmt: skip
    assert sshd.keys.host_line in found.stdout


async def test_an_unknown_key_that_the_person_does_not_accept(
    sshd: Sshd, hosts: Hosts, person: Person
) -> None:
    person.trusting = False
    error = await refused(hosts, unpinned(sshd))
    assert fingerprint(sshd.keys.host) in error.message
    assert (person.accepted, sshd.logins) == ([], 0)


async def test_an_unknown_key_and_nobody_to_ask(sshd: Sshd, alone: Hosts) -> None:
    error = await refused(alone, unpinned(sshd))
    assert error.message == (
        f"the key of 127.0.0.1:{sshd.port} is unknown "
        f"(ssh-ed25519 {fingerprint(sshd.keys.host)}), and nobody can be asked"
    )
    assert sshd.logins == 0


@pytest.mark.parametrize(
    "setting",
    ["UserKnownHostsFile none", "UserKnownHostsFile /dev/null", "StrictHostKeyChecking no"],
)
async def test_ssh_config_turns_no_checking_off(setting: str, sshd: Sshd, home: Path) -> None:
    (home / ".ssh" / "config").write_text(f"Host *\n  {setting}\n  GlobalKnownHostsFile none\n", "utf-8")
    pool = Hosts(home / "known", config=[home / ".ssh" / "config"])
    await refused(pool, unpinned(sshd))
    await pool.close()


@pytest.mark.parametrize(
    ("kind", "where"), [("ssh-ed25519", "file"), ("ecdsa-sha2-nistp256", "file"), ("ssh-ed25519", "record")]
)
async def test_a_changed_key_is_refused_whatever_the_person_would_say(
    kind: str, where: str, sshd: Sshd, hosts: Hosts, person: Person
) -> None:
    old = asyncssh.generate_private_key(kind)
    line = old.export_public_key().decode().strip()
    if where == "file":
        write_known(Path.home(), f"[127.0.0.1]:{sshd.port} {line}")
    error = await refused(hosts, details(sshd, host_key=line if where == "record" else None))
    assert "has changed" in error.message
    assert fingerprint(old) in error.message
    assert fingerprint(sshd.keys.host) in error.message
    assert (person.asked, sshd.logins) == ([], 0)


@pytest.mark.parametrize("known_by", ["file", "record"])
async def test_a_revoked_key_is_refused(
    known_by: str, sshd: Sshd, home: Path, hosts: Hosts, person: Person
) -> None:
    write_known(home, sshd.known.strip(), f"@revoked * {sshd.keys.host_line}")
    error = await refused(hosts, details(sshd) if known_by == "record" else unpinned(sshd))
    assert "is revoked" in error.message
    assert fingerprint(sshd.keys.host) in error.message
    assert (person.asked, sshd.logins) == ([], 0)


async def test_a_known_host_beside_damaged_lines(sshd: Sshd, home: Path, alone: Hosts) -> None:
    write_known(
        home, "garbage", "@what is this", "|1|broken|hash ssh-ed25519 AAAA", "# note", sshd.known.strip()
    )
    assert await works(alone, unpinned(sshd))


async def test_a_hashed_name(sshd: Sshd, home: Path, alone: Hosts) -> None:
    needs("ssh-keygen")
    write_known(home, sshd.known.strip())
    file = home / ".ssh" / "known_hosts"
    await asyncio.to_thread(
        subprocess.run, ["ssh-keygen", "-H", "-f", str(file)], check=True, capture_output=True, timeout=10
    )
    assert "127.0.0.1" not in file.read_text("utf-8")
    assert await works(alone, unpinned(sshd))


async def test_the_records_own_file(sshd: Sshd, home: Path, alone: Hosts) -> None:
    file = home / "my_hosts"
    file.write_text(sshd.known, "utf-8")
    assert await works(alone, unpinned(sshd, known_hosts="~/my_hosts"))


class Authority:
    """Vouches for a host's key."""

    def __init__(self, keys: Keys) -> None:
        needs("ssh-keygen")
        self.keys = keys
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        self.file = write_private(keys.folder / "host_ca", self.key.export_private_key())
        self.line = " ".join(self.key.export_public_key().decode().split()[:2])

    async def certificate(self, *options: str) -> Path:
        public = self.keys.folder / "host.pub"
        public.write_bytes(self.keys.host.export_public_key())
        sign = ["ssh-keygen", "-q", "-s", str(self.file), "-I", "host", "-h", *options, str(public)]
        await asyncio.to_thread(subprocess.run, sign, check=True, timeout=10)
        return self.keys.folder / "host-cert.pub"


async def test_an_authority_vouches_for_a_host(
    keys: Keys, there: dict[str, str], home: Path, alone: Hosts
) -> None:
    authority = Authority(keys)
    certificate = await authority.certificate("-n", "127.0.0.1")
    write_known(home, f"@cert-authority * {authority.line}")
    async with running_sshd(keys, there, f"HostCertificate {certificate}") as server:
        assert await works(alone, unpinned(server))


async def test_an_authority_that_vouches_for_another_host(
    keys: Keys, there: dict[str, str], home: Path, hosts: Hosts, person: Person
) -> None:
    authority = Authority(keys)
    certificate = await authority.certificate("-n", "another.example")
    write_known(home, f"@cert-authority * {authority.line}")
    async with running_sshd(keys, there, f"HostCertificate {certificate}") as server:
        error = await refused(hosts, unpinned(server))
    assert re.search("is not trusted: .*principal", error.message)
    assert person.asked == []


async def test_a_certificate_that_nobody_knows_is_asked_about_by_its_key(
    keys: Keys, there: dict[str, str], hosts: Hosts, person: Person
) -> None:
    certificate = await Authority(keys).certificate("-n", "127.0.0.1")
    async with running_sshd(keys, there, f"HostCertificate {certificate}") as server:
        assert await works(hosts, unpinned(server))
    assert [type(question) for question in person.asked] == [HostKeyQuestion]


def test_a_file_without_its_last_line_break_is_continued(tmp_path: Path) -> None:
    file = tmp_path / "new" / "known_hosts"
    question = HostKeyQuestion("bastion", 22, "ssh-ed25519", "SHA256:x", "ssh-ed25519 AAAA")
    remember(file, question)
    file.write_text(file.read_text("utf-8").rstrip("\n"), "utf-8")
    remember(file, HostKeyQuestion("fe80::1", 2222, "ssh-ed25519", "SHA256:x", "ssh-ed25519 BBBB"))
    assert file.read_text("utf-8") == "bastion ssh-ed25519 AAAA\n[fe80::1]:2222 ssh-ed25519 BBBB\n"
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
