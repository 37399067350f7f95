"""A real sshd on loopback, with keys and a configuration that are thrown away."""

import asyncio
import os
import pwd
import socket
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import asyncssh

from tests.support.tools import needs
from tests.support.waiting import until

SSHD = "/usr/sbin/sshd"
USER = pwd.getpwuid(os.getuid()).pw_name


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def write_private(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(0o600)
    return path


class Keys:
    """A person's key, and the host's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.person = asyncssh.generate_private_key("ssh-ed25519")
        self.file = write_private(folder / "id_test", self.person.export_private_key())
        self.host = asyncssh.generate_private_key("ssh-ed25519")
        write_private(folder / "authorized_keys", self.person.export_public_key())

    @property
    def host_line(self) -> str:
        """The host's public key, as known_hosts and a record's ``host_key`` have it."""
        return " ".join(self.host.export_public_key().decode().split()[:2])


class Sshd:
    """A running SSH server."""

    def __init__(self, port: int, keys: Keys, log: Path = Path(os.devnull)) -> None:
        self.port = port
        self.keys = keys
        self._log = log

    @property
    def log(self) -> list[str]:
        """What it told so far."""
        return self._log.read_text("utf-8", "replace").splitlines()

    @property
    def known(self) -> str:
        """Its line for a known_hosts file."""
        return f"[127.0.0.1]:{self.port} {self.keys.host_line}\n"

    @property
    def logins(self) -> int:
        """How many logins it accepted."""
        return sum(line.startswith("Accepted publickey for ") for line in self.log)


@asynccontextmanager
async def running_sshd(
    keys: Keys, environment: Mapping[str, str], *options: str, host_key: asyncssh.SSHKey | None = None
) -> AsyncIterator[Sshd]:
    """Run sshd as the user of the tests.

    Args:
        keys: Who may log in; and its own, unless ``host_key`` is another.
        environment: What its sessions find.
        options: Further lines of its configuration.
    """
    needs(SSHD)
    port = free_port()
    config = _prepare(keys, port, environment, options, host_key or keys.host)
    log = config.with_name("log")
    # Its children keep what they inherit open, so it gets no pipe that somebody would wait for.
    process = _start([SSHD, "-D", "-f", config, "-E", log])
    server = Sshd(port, keys, log)
    try:
        await until(lambda: process.poll() is not None or "Server listening" in "".join(server.log))
        assert process.poll() is None, server.log
        yield server
    finally:
        process.terminate()
        process.wait(10)


def _start(arguments: Sequence[str | Path]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _prepare(
    keys: Keys, port: int, environment: Mapping[str, str], options: Sequence[str], host_key: asyncssh.SSHKey
) -> Path:
    """Write the configuration, and return where it is."""
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    folder = keys.folder / f"sshd-{port}"
    folder.mkdir()
    key = write_private(folder / "host_key", host_key.export_private_key())
    # The first of several values counts.
    lines = [
        *options,
        f"Port {port}",
        "ListenAddress 127.0.0.1",
        f"HostKey {key}",
        f"PidFile {folder / 'pid'}",
        f"AuthorizedKeysFile {keys.folder / 'authorized_keys'}",
        "StrictModes no",
        "UsePAM no",
        "PermitRootLogin yes",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "PrintMotd no",
        "LogLevel VERBOSE",
        "SetEnv " + " ".join(f'"{name}={value}"' for name, value in environment.items()),
    ]
    (folder / "log").touch()
    return write_private(folder / "config", "\n".join(lines) + "\n")


class Relay:
    """A way to a server that can be cut, or fall silent.

    Attributes:
        carried: How many connections it carries.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._writers: set[asyncio.StreamWriter] = set()
        self._frozen: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.carried = 0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.carried += 1
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers |= {writer, back}
        await asyncio.gather(self._copy(reader, back), self._copy(there, writer))
        self.carried -= 1

    async def _copy(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                if sink not in self._frozen:
                    sink.write(data)
                    await sink.drain()
        except ConnectionError:
            return
        finally:
            sink.close()

    def cut(self) -> None:
        """End all connections, without a farewell."""
        for writer in self._writers:
            writer.transport.abort()

    def freeze(self) -> None:
        """Pass nothing on any more of what the connections carry that there are."""
        self._frozen |= self._writers


@asynccontextmanager
async def relay_to(port: int) -> AsyncIterator[Relay]:
    relay = Relay(port)
    server = await asyncio.start_server(relay.carry, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    async with server:
        yield relay
        relay.cut()
