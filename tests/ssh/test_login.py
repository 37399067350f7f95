"""Getting into a host: keys, passphrases, passwords, codes, ssh_config, jump hosts."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import asyncssh
import pytest

from podboard.errors import FailureKind, RecordError, SshLoginError, SshUnreachableError
from podboard.model.question import PassphraseQuestion, PasswordQuestion, Prompt, ServerQuestion
from podboard.model.record import SshConnectionDetails
from podboard.ssh import connect as connect_module
from podboard.ssh.hosts import Hosts
from tests.ssh.conftest import Person, command, details, shell
from tests.support.sshd import USER, Keys, Sshd, free_port, running_sshd, write_private
from tests.support.tools import needs


async def works(pool: Hosts, way: SshConnectionDetails) -> bool:
    terminal = await command(pool, way, "sh", "-c", "echo in; exit 5")
    ended = await terminal.to_the_end()
    return (bytes(terminal.out), ended.ending.exit_code) == (b"in\n", 5)


async def refused(pool: Hosts, way: SshConnectionDetails) -> SshLoginError:
    with pytest.raises(SshLoginError) as caught:
        await command(pool, way, "true")
    assert caught.value.hint
    assert (caught.value.reason, caught.value.kind) == ("login refused", FailureKind.LOGIN)
    return caught.value


def encrypted_key(keys: Keys, passphrase: str, name: str = "id_closed") -> Path:
    # The fewest that bcrypt does not warn of: what it costs to try a passphrase is not the matter here.
    key = keys.person.export_private_key(passphrase=passphrase, rounds=50)
    return write_private(keys.folder / name, key)


# -- keys ---------------------------------------------------------------------------------------


async def test_a_key_in_the_record_itself(sshd: Sshd, alone: Hosts) -> None:
    key = sshd.keys.person.export_private_key().decode()
    assert await works(alone, details(sshd, key_file=None, key_string=key))


async def test_a_wrong_key(sshd: Sshd, alone: Hosts) -> None:
    stranger = write_private(
        sshd.keys.folder / "stranger", asyncssh.generate_private_key("ssh-ed25519").export_private_key()
    )
    error = await refused(alone, details(sshd, key_file=str(stranger)))
    assert error.message == f"127.0.0.1:{sshd.port} lets nobody in with the keys and passwords there are"


@pytest.mark.parametrize("content", ["no key at all", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n"])
async def test_a_key_that_is_none(content: str, sshd: Sshd, alone: Hosts) -> None:
    error = await refused(alone, details(sshd, key_file=None, key_string=content))
    assert error.message.startswith("the record's key is no private key that ssh could use")


async def test_a_key_that_is_not_there(sshd: Sshd, alone: Hosts) -> None:
    error = await refused(alone, details(sshd, key_file="/nowhere/id"))
    assert error.message == "the key /nowhere/id cannot be read: No such file or directory"


async def test_the_record_opens_its_own_key(sshd: Sshd, alone: Hosts) -> None:
    file = encrypted_key(sshd.keys, "correct horse")
    assert await works(alone, details(sshd, key_file=str(file), key_passphrase="correct horse"))


async def test_the_person_opens_a_key_once(sshd: Sshd, hosts: Hosts, person: Person) -> None:
    file = encrypted_key(sshd.keys, "correct horse")
    person.answers = [("wrong",), ("correct horse",)]
    assert await works(hosts, details(sshd, key_file=str(file)))
    host = f"127.0.0.1:{sshd.port}"
    assert person.asked == [
        PassphraseQuestion(host, str(file)),
        PassphraseQuestion(host, str(file), again=True),
    ]
    assert PassphraseQuestion(host, str(file)).prompts == (Prompt(f"passphrase of {file}"),)
    # Another connection needs the key again, but nobody to open it.
    assert await works(hosts, details(sshd, key_file=str(file), username=USER))
    assert len(person.asked) == 2


async def test_nobody_opens_a_key(sshd: Sshd, alone: Hosts) -> None:
    file = encrypted_key(sshd.keys, "correct horse")
    error = await refused(alone, details(sshd, key_file=str(file), key_passphrase="wrong"))
    assert error.message == f"{file} is encrypted, nothing here opens it, and nobody can be asked"


async def test_a_person_may_give_up(sshd: Sshd, hosts: Hosts, person: Person) -> None:
    file = encrypted_key(sshd.keys, "correct horse")
    person.answers = [None]
    error = await refused(hosts, details(sshd, key_file=str(file)))
    assert error.message == f"{file} stays closed: no passphrase was given"


async def test_a_certificate_beside_the_key(keys: Keys, there: dict[str, str], alone: Hosts) -> None:
    needs("ssh-keygen")
    authority = asyncssh.generate_private_key("ssh-ed25519")
    ca_file = write_private(keys.folder / "ca", authority.export_private_key())
    trusted = keys.folder / "ca.pub"
    trusted.write_bytes(authority.export_public_key())
    public = keys.file.with_suffix(".pub")
    public.write_bytes(keys.person.export_public_key())
    sign = ["ssh-keygen", "-q", "-s", str(ca_file), "-I", "tester", "-n", USER, str(public)]
    await asyncio.to_thread(subprocess.run, sign, check=True, timeout=10)
    assert keys.file.with_name(f"{keys.file.name}-cert.pub").exists()
    options = (f"TrustedUserCAKeys {trusted}", "AuthorizedKeysFile none")
    async with running_sshd(keys, there, *options) as server:
        assert await works(alone, details(server))
        assert any("Accepted publickey" in line and "ED25519-CERT" in line for line in server.log)


# -- ssh_config ---------------------------------------------------------------------------------


def configure(home: Path, text: str) -> None:
    (home / ".ssh" / "config").write_text(text, "utf-8")


async def test_an_alias_of_ssh_config(sshd: Sshd, home: Path, keys: Keys) -> None:
    (home / ".ssh" / "known_hosts").write_text(sshd.known, "utf-8")
    (home / ".ssh" / "hosts").write_text(
        f"Host bastion\n  HostName 127.0.0.1\n  Port {sshd.port}\n  User {USER}\n"
        f"  IdentityFile ~/.ssh/not-there\n  IdentityFile {keys.file}\n",
        "utf-8",
    )
    configure(home, "Include hosts\n")
    pool = Hosts(home / "known", config=[home / ".ssh" / "config"])
    assert await works(pool, SshConnectionDetails.of({"host": "bastion"}))
    await pool.close()


async def test_the_records_own_words_win(sshd: Sshd, home: Path) -> None:
    configure(home, "Host *\n  Port 1\n  User nobody-at-all\n  IdentityFile /nowhere\n  HostKeyAlias other\n")
    pool = Hosts(home / "known", config=[home / ".ssh" / "config"])
    assert await works(pool, details(sshd, username=USER))
    await pool.close()


async def test_an_encrypted_identity_file_is_asked_for_last(
    sshd: Sshd, home: Path, keys: Keys, person: Person
) -> None:
    file = encrypted_key(keys, "correct horse")
    configure(home, f"Host *\n  IdentityFile {file}\n")
    pool = Hosts(home / "known", person, config=[home / ".ssh" / "config"])
    person.answers = [("correct horse",)]
    assert await works(pool, details(sshd, key_file=None))
    question = PassphraseQuestion(f"127.0.0.1:{sshd.port}", str(file))
    assert person.asked == [question]
    await pool.close()
    other = Hosts(home / "known", person, config=[home / ".ssh" / "config"])
    person.answers = [None]
    error = await refused(other, details(sshd, key_file=None))
    assert error.message == f"{file} stays closed: no passphrase was given"
    await other.close()
    lonely = Hosts(home / "known", config=[home / ".ssh" / "config"])
    error = await refused(lonely, details(sshd, key_file=None))
    assert error.message.endswith(f"wants the passphrase of {file}, and nobody can be asked")
    await lonely.close()


async def test_an_agent(sshd: Sshd, home: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    needs("ssh-agent", "ssh-add")
    socket = home / "agent"
    agent = await asyncio.create_subprocess_exec(
        "ssh-agent", "-D", "-a", str(socket), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert agent.stdout is not None
        await agent.stdout.readline()
        environment = {**os.environ, "SSH_AUTH_SOCK": str(socket)}
        await asyncio.to_thread(
            subprocess.run, ["ssh-add", "-q", str(keys.file)], env=environment, check=True, timeout=10
        )
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        pool = Hosts(home / "known", config=[])
        assert await works(pool, details(sshd, key_file=None))
        await pool.close()
    finally:
        agent.terminate()
        await agent.wait()


async def test_a_proxy_command_is_a_shells(sshd: Sshd, home: Path) -> None:
    script = home / "through"
    script.write_text(
        "import os, socket, sys, threading\n"
        "s = socket.create_connection((sys.argv[1], int(sys.argv[2])))\n"
        "def back():\n"
        "    while data := s.recv(65536): os.write(1, data)\n"
        "threading.Thread(target=back, daemon=True).start()\n"
        "while data := os.read(0, 65536): s.sendall(data)\n",
        "utf-8",
    )
    configure(home, f"Host *\n  ProxyCommand echo noise >&2; exec python3 {script} %h %p\n")
    pool = Hosts(home / "known", config=[home / ".ssh" / "config"])
    assert await works(pool, details(sshd))
    await pool.close()


async def test_an_ssh_config_that_cannot_be_read(sshd: Sshd, home: Path) -> None:
    configure(home, "Host *\n  Port many\n")
    pool = Hosts(home / "known", config=[home / ".ssh" / "config"])
    error = await refused(pool, details(sshd, port=None))
    assert "config line 2" in error.message
    await pool.close()


# -- jump hosts ---------------------------------------------------------------------------------


@asynccontextmanager
async def jump_host(keys: Keys, there: dict[str, str], home: Path) -> AsyncIterator[Sshd]:
    key = asyncssh.generate_private_key("ssh-ed25519")
    async with running_sshd(keys, there, host_key=key) as server:
        line = key.export_public_key().decode()
        (home / ".ssh" / "known_hosts").write_text(f"[127.0.0.1]:{server.port} {line}", "utf-8")
        yield server


async def test_through_a_jump_host(
    sshd: Sshd, keys: Keys, there: dict[str, str], home: Path, alone: Hosts
) -> None:
    async with jump_host(keys, there, home) as jump:
        way = details(sshd, jump_host=f"{USER}@127.0.0.1:{jump.port}")
        terminal = await shell(alone, way)
        await terminal.until("$ ")
        assert (jump.logins, sshd.logins) == (1, 1)
        await terminal.session.close()


async def test_a_jump_host_of_ssh_config_that_is_its_own(
    sshd: Sshd, keys: Keys, there: dict[str, str], home: Path
) -> None:
    async with jump_host(keys, there, home) as jump:
        configure(
            home,
            f"Host gate\n  HostName 127.0.0.1\n  Port {jump.port}\n  IdentityFile {keys.file}\n"
            "Host *\n  ProxyJump gate\n  StrictHostKeyChecking no\n",
        )
        pool = Hosts(home / "known", config=[home / ".ssh" / "config"])
        assert await works(pool, details(sshd))
        assert jump.logins == 1
        await pool.close()


async def test_a_host_behind_a_jump_host_that_is_down(
    sshd: Sshd, keys: Keys, there: dict[str, str], home: Path, alone: Hosts
) -> None:
    async with jump_host(keys, there, home) as jump:
        way = details(sshd, port=free_port(), jump_host=f"127.0.0.1:{jump.port}")
        with pytest.raises(SshUnreachableError) as caught:
            await command(alone, way, "true")
        assert "cannot be reached from its jump host: Connection refused" in caught.value.message


async def test_jump_hosts_in_a_circle(sshd: Sshd, home: Path) -> None:
    configure(
        home,
        "Host a\n  HostName 127.0.0.2\n  ProxyJump b\nHost b\n  HostName 127.0.0.3\n  ProxyJump a\n",
    )
    pool = Hosts(home / "known", config=[home / ".ssh" / "config"])
    with pytest.raises(SshUnreachableError, match="lead in a circle"):
        await command(pool, details(sshd, jump_host="a"), "true")
    await pool.close()


async def test_a_jump_host_that_is_none(sshd: Sshd, alone: Hosts) -> None:
    error = await refused(alone, details(sshd, jump_host="a:b:c"))
    assert error.message == "'a:b:c' is no jump host"


# -- passwords and codes, which sshd asks for through PAM only ---------------------------------------


class Questioner(asyncssh.SSHServer):
    """A server that lets in by password, or by answers."""

    def __init__(self, password: str = "", prompts: Sequence[tuple[str, bool]] = ()) -> None:
        self.password = password
        self.prompts = prompts
        self.heard: list[Sequence[str]] = []

    def begin_auth(self, _username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return False

    def password_auth_supported(self) -> bool:
        return bool(self.password)

    def validate_password(self, _username: str, password: str) -> bool:
        self.heard.append((password,))
        return password == self.password

    def kbdint_auth_supported(self) -> bool:
        return bool(self.prompts)

    def get_kbdint_challenge(
        self, _username: str, _lang: str, _submethods: str
    ) -> tuple[str, str, str, Sequence[tuple[str, bool]]]:
        return "Second \x1b[31mfactor", "Look at\nyour\x07 phone", "", self.prompts

    def validate_kbdint_response(self, _username: str, responses: Sequence[str]) -> bool:
        self.heard.append(responses)
        return list(responses) == ["hunter2", "123456"][: len(self.prompts)]


async def run_locally(process: asyncssh.SSHServerProcess[bytes]) -> None:
    assert process.command is not None
    child = await asyncio.create_subprocess_shell(
        process.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, err = await child.communicate()
    process.stdout.write(out)
    process.stderr.write(err)
    process.exit(child.returncode or 0)


@asynccontextmanager
async def questioning(server: Questioner, keys: Keys) -> AsyncIterator[Sshd]:
    acceptor = await asyncssh.listen(
        "127.0.0.1", 0, server_factory=lambda: server, server_host_keys=[keys.host],
        process_factory=run_locally, encoding=None,
    )  # fmt: skip
    async with acceptor:
        yield Sshd(acceptor.get_port(), keys)


@pytest.fixture
def _locally(there: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a session on the host, in this very process."""
    for name, value in there.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("_locally")
async def test_a_password_of_the_record(keys: Keys, alone: Hosts) -> None:
    async with questioning(Questioner("hunter2"), keys) as server:
        assert await works(alone, details(server, key_file=None, password="hunter2"))


@pytest.mark.usefixtures("_locally")
async def test_a_password_of_the_person(keys: Keys, hosts: Hosts, person: Person) -> None:
    person.answers = [("wrong",), ("hunter2",)]
    async with questioning(Questioner("hunter2"), keys) as server:
        assert await works(hosts, details(server, key_file=None, password="old one", username="ops"))
        host = f"ops@127.0.0.1:{server.port}"
    assert person.asked == [PasswordQuestion(host, again=True)] * 2
    assert PasswordQuestion(host).prompts == (Prompt(f"password of {host}"),)


@pytest.mark.usefixtures("_locally")
async def test_a_password_that_nobody_knows(keys: Keys, alone: Hosts) -> None:
    async with questioning(Questioner("hunter2"), keys) as server:
        error = await refused(alone, details(server, key_file=None))
        assert error.message == f"127.0.0.1:{server.port} wants a password, and nobody can be asked"
        again = await refused(alone, details(server, key_file=None, password="wrong-secret"))
    assert again.message.endswith("wants another password, and nobody can be asked")
    assert "wrong-secret" not in f"{again!r}{again.__cause__!r}"


@pytest.mark.usefixtures("_locally")
async def test_a_second_factor(keys: Keys, hosts: Hosts, person: Person) -> None:
    questioner = Questioner(prompts=(("Password:\x1b]0;x\x07 ", False), ("Code: ", True)))
    person.answers = [("hunter2", "000000"), ("hunter2", "123456")]
    async with questioning(questioner, keys) as server:
        assert await works(hosts, details(server, key_file=None, password="not for two prompts"))
        first, second = person.asked
        assert first == ServerQuestion(
            f"127.0.0.1:{server.port}",
            r"Second \x1b[31mfactor",
            "Look at\nyour\\x07 phone",
            (Prompt(r"Password:\x1b]0;x\x07", echo=False), Prompt("Code:", echo=True)),
        )
        assert isinstance(second, ServerQuestion)
        assert second.again


@pytest.mark.usefixtures("_locally")
async def test_a_password_asked_for_as_a_prompt(keys: Keys, alone: Hosts) -> None:
    async with questioning(Questioner(prompts=(("Password: ", False),)), keys) as server:
        assert await works(alone, details(server, key_file=None, password="hunter2"))


@pytest.mark.usefixtures("_locally")
async def test_a_code_nobody_can_be_asked_for(keys: Keys, alone: Hosts) -> None:
    async with questioning(Questioner(prompts=(("Code: ", False),)), keys) as server:
        error = await refused(alone, details(server, key_file=None, password="hunter2"))
    assert error.message.endswith('wants an answer to "Code:", and nobody can be asked')


@pytest.mark.usefixtures("_locally")
async def test_a_login_given_up(keys: Keys, hosts: Hosts, person: Person) -> None:
    questioner = Questioner("hunter2", prompts=(("Code: ", False),))
    person.answers = [None]
    async with questioning(questioner, keys) as server:
        error = await refused(hosts, details(server, key_file=None))
    assert error.message == f"the login on 127.0.0.1:{server.port} was given up"
    assert questioner.heard == []


# -- hosts that are none -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"host": "no-such-host.invalid"}, "the name no-such-host.invalid cannot be resolved"),
        ({"port": 1}, "127.0.0.1:1 cannot be reached: connection refused"),
    ],
)
async def test_a_host_that_is_not_there(
    fields: dict[str, object], sentence: str, keys: Keys, alone: Hosts
) -> None:
    way = details(Sshd(1, keys), **fields)
    with pytest.raises(SshUnreachableError) as caught:
        await command(alone, way, "true")
    assert caught.value.message == sentence
    assert caught.value.hint
    assert (caught.value.reason, caught.value.kind) == ("unreachable", FailureKind.UNREACHABLE)


@pytest.mark.parametrize(
    ("says", "sentence"),
    [
        (b"SSH-1.5-old\r\n", "does not speak SSH: Unsupported SSH version"),
        (b"", "closed the connection"),
        (None, "does not answer"),
    ],
    ids=["old", "nothing", "silence"],
)
async def test_what_is_no_ssh_server(
    says: bytes | None, sentence: str, keys: Keys, alone: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect_module, "_CONNECTING", 0.5)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if says is None:
            await reader.read()
        else:
            await reader.readline()
            writer.write(says)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        way = details(Sshd(server.sockets[0].getsockname()[1], keys))
        with pytest.raises(SshUnreachableError) as caught:
            await command(alone, way, "true")
        assert sentence in caught.value.message


async def test_details_that_say_nothing(alone: Hosts, keys: Keys) -> None:
    for fields in (
        {"host": ""},
        {"port": "many"},
        {"host": "-oProxyCommand=id"},
        {"host_key": "ssh-ed25519 x"},
    ):
        with pytest.raises(RecordError):
            await command(alone, details(Sshd(1, keys), **fields), "true")
