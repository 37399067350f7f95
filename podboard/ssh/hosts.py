"""Hosts that can run kubectl: one connection each for all terminals that go through it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import asyncssh

from podboard.errors import RecordError, SshUnreachableError
from podboard.model.record import SSH_SECRET
from podboard.paths import expanded
from podboard.ssh.address import address_of
from podboard.ssh.command import exec_line
from podboard.ssh.connect import Connector
from podboard.ssh.failures import session_failure
from podboard.ssh.keys import KeyRing
from podboard.ssh.session import SshSession

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from typing import Any

    from podboard.model.question import Ask, HostKeyQuestion
    from podboard.model.record import SshConnectionDetails
    from podboard.model.size import Size
    from podboard.model.target import Target
    from podboard.ssh.connect import Known, Link
    from podboard.ssh.settings import Settings

CONFIG: Final = (Path("~/.ssh/config"), Path("/etc/ssh/ssh_config"))
"""Where ssh looks for its settings."""

_LINGER: Final = 10.0
"""Seconds that a connection nobody uses is kept, for the next terminal."""

_OPENING: Final = 10.0
"""Seconds for a further session on a connection; a dead one says nothing."""

_NO_ROOM: Final = (asyncssh.OPEN_CONNECT_FAILED, asyncssh.OPEN_RESOURCE_SHORTAGE)

_LOGIN_FIELDS: Final = ("host", "port", "username", "key_file", "host_key", "known_hosts", "jump_host")


def _quiet(progress: str) -> None:
    """Tell nobody."""


class Hosts:
    """All connections to hosts. ``close`` it in the end.

    Args:
        known_hosts: podboard's own file of host keys, which is read beside those of ssh.
        ask: Who can be asked for passphrases, passwords, codes and about unknown host keys; None where
            nobody can.
        accepted: Called with every host key that a person accepts, to be kept: in the record as
            ``host_key``, or by ``known_hosts.remember``. Until the end it is known without.
        config: The files of ssh_config.
        linger: Seconds that a connection nobody uses is kept.

    Attributes:
        may_ask: Whether a person may be asked, and takes the time that a person takes.
    """

    def __init__(
        self,
        known_hosts: Path,
        ask: Ask | None = None,
        accepted: Callable[[HostKeyQuestion], None] | None = None,
        *,
        config: Sequence[Path] = CONFIG,
        linger: float = _LINGER,
    ) -> None:
        # What fails is told by errors; its log would hold names of hosts and whole commands.
        self.may_ask = ask is not None
        asyncssh.set_log_level(logging.CRITICAL)
        files = [expanded(file) for file in config]
        self._connector = Connector(files, known_hosts, KeyRing(ask), ask, accepted)
        self._linger = linger
        self._circles: dict[str, _Circle] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def reach(
        self,
        details: SshConnectionDetails,
        say: Callable[[str], None] = _quiet,
        known: Known | None = None,
    ) -> Link:
        """Connect to a host and log in; what is opened next finds it done.

        Args:
            details: The host.
            say: Told how far it has come, in a few words.
            known: Called with the host's key when the login begins, if there is one now.

        Raises:
            SshError: It did not work; its leaf says how far it went.
            RecordError: The details cannot be used.
        """
        circle = self._circle(details)
        return circle.with_room() or await circle.connect(
            partial(self._connector.connect, details, say, known)
        )

    async def first_hop(self, details: SshConnectionDetails) -> Settings:
        """Return the host that is connected to first: the host itself, or one before it.

        Raises:
            SshLoginError: ssh_config or a jump host in it is wrong.
            RecordError: The details cannot be used.
        """
        self._circle(details)
        return await self._connector.first_hop(details)

    async def run(self, details: SshConnectionDetails, line: str) -> asyncssh.SSHCompletedProcess:
        """Run a line on a host, without an input; return what it wrote, as bytes.

        Raises:
            SshError: It could not be run.
            RecordError: The details cannot be used.
        """
        circle = self._circle(details)
        link = await self.reach(details)
        circle.take(link)
        try:
            return await link.connection.run(line, check=False, encoding=None, stdin=asyncssh.DEVNULL)
        except (asyncssh.Error, OSError) as error:
            raise session_failure(str(address_of(details)), error) from error
        finally:
            circle.release(link)

    async def open_exec(
        self,
        details: SshConnectionDetails,
        target: Target,
        command: Sequence[str],
        *,
        tty: bool,
        size: Size | None = None,
        stdin: bool = True,
        attaches: bool = False,
    ) -> SshSession:
        """Start a command in a container through a host, or attach to the container's own process.

        With a terminal, what kubectl complains of at once is raised; otherwise, and later, the session's
        end tells it.

        Args:
            details: The host, and what is to be known about kubectl there.
            target: The container.
            command: Program and arguments; no shell takes them apart.
            tty: Whether the command gets a terminal; its stderr then comes as stdout.
            size: The terminal's.
            stdin: Whether the command has an input at all.
            attaches: Whether to attach, and start no command.

        Raises:
            SshError: It did not work; its leaf says how far it went.
            RecordError: The details cannot be used.
            UsageError: The target's names are no names.
        """
        line = exec_line(details, target, None if attaches else command, tty=tty, stdin=stdin)
        session = await self._start(details, line, size, tty=tty)
        try:
            if not stdin:
                await session.end_input()
            await session.wait_open()
        except BaseException:
            await session.close()
            raise
        return session

    async def close(self) -> None:
        """Close every connection, whatever runs on it."""
        circles, self._circles = list(self._circles.values()), {}
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(circle.close() for circle in circles))

    async def _start(
        self, details: SshConnectionDetails, line: str, size: Size | None, *, tty: bool
    ) -> SshSession:
        """Start a session on a connection that has room, made now if there is none."""
        circle = self._circle(details)
        while True:
            link = circle.with_room() or await circle.connect(
                partial(self._connector.connect, details, _quiet)
            )
            circle.take(link)
            session = SshSession(
                str(address_of(details)), details.text("kubectl"), partial(circle.run, link), tty=tty
            )
            try:
                async with asyncio.timeout(_OPENING):
                    await session.start(link.connection, line, size)
            except BaseException as error:
                # Before the next turn: a connection that takes no more, or none at all, is not asked again.
                link.is_full = link.is_full or isinstance(error, Exception)
                is_last = _is_final(error) or not (link.is_proven or link.sessions > 1)
                circle.release(link)
                self._spawn(session.close())
                if not isinstance(error, asyncssh.Error | OSError):
                    raise
                if is_last:
                    raise session_failure(session.host, error) from error
                continue
            link.is_proven = True
            self._spawn(_release_in_the_end(circle, link, session))
            return session

    def _circle(self, details: SshConnectionDetails) -> _Circle:
        if problem := next(details.problems(), ""):
            raise RecordError(problem, "correct it in the record")
        return self._circles.setdefault(_key(details), _Circle(self._linger))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Circle:
    """The connections to one host with one login: one, unless the host allows it too few sessions.

    Args:
        linger: Seconds that a connection nobody uses is kept.
    """

    def __init__(self, linger: float) -> None:
        self._linger = linger
        self._links: list[Link] = []
        self._connecting: asyncio.Task[Link] | None = None
        self._waiting = 0
        self._closing: set[asyncio.Task[None]] = set()
        self._timers: dict[Link, asyncio.TimerHandle] = {}

    def with_room(self) -> Link | None:
        """Return a connection that takes one more session, None where there is none."""
        return next((link for link in self._links if not (link.is_full or link.is_lost)), None)

    async def connect(self, make: Callable[[], Coroutine[Any, Any, Link]]) -> Link:
        """Make a further connection; who comes meanwhile waits for the same one, and shares its failure."""
        if self._connecting is None:
            self._connecting = asyncio.create_task(make())
            self._connecting.add_done_callback(self._note_connected)
        task = self._connecting
        self._waiting += 1
        try:
            await asyncio.wait([task])
        finally:
            self._waiting -= 1
            if self._waiting == 0:
                task.cancel()
        if task.cancelled():
            raise SshUnreachableError("podboard gave the connection up", "open it again")
        return task.result()

    async def run(self, own: Link, line: str) -> bool:
        """Run a line on the host, by a connection that has room; whether there was one."""
        for link in (own, *self._links):
            try:
                await link.connection.run(line, check=False)
            except (asyncssh.Error, OSError):
                continue
            return True
        return False

    def take(self, link: Link) -> None:
        """Count one more session."""
        link.sessions += 1
        if timer := self._timers.pop(link, None):
            timer.cancel()

    def release(self, link: Link) -> None:
        """Count one session less; with the last one the connection goes, after a while if it is good."""
        link.sessions -= 1
        if link.sessions == 0:
            self._plan_end(link, 0 if link.is_full or link.is_lost else self._linger)

    async def close(self) -> None:
        """Close all connections, and give up the one that is being made."""
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.wait([self._connecting])
        for link in tuple(self._links):
            self._end(link)
        await asyncio.gather(*self._closing)

    def _note_connected(self, task: asyncio.Task[Link]) -> None:
        self._connecting = None
        if not task.cancelled() and task.exception() is None:
            link = task.result()
            self._links.append(link)
            self._plan_end(link, self._linger)

    def _plan_end(self, link: Link, after: float) -> None:
        self._timers[link] = asyncio.get_running_loop().call_later(after, self._end, link)

    def _end(self, link: Link) -> None:
        self._links.remove(link)
        if timer := self._timers.pop(link, None):
            timer.cancel()
        task = asyncio.create_task(link.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _release_in_the_end(circle: _Circle, link: Link, session: SshSession) -> None:
    await session.gone.wait()
    link.is_full = False
    circle.release(link)


def _is_final(error: BaseException) -> bool:
    """Whether another connection would say the same."""
    return isinstance(error, asyncssh.ChannelOpenError) and error.code not in _NO_ROOM


def _key(details: SshConnectionDetails) -> str:
    """Return what tells two logins apart, without saying what is in them."""
    plain = [details.text(name) for name in _LOGIN_FIELDS]
    secrets = [str(secret.reveal()) if (secret := details.secret(name)) else "" for name in SSH_SECRET]
    return hashlib.sha256(json.dumps(plain + secrets).encode()).hexdigest()
