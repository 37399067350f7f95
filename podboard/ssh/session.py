"""A kubectl on a host as a stream into a container."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import TYPE_CHECKING, Final

import asyncssh

from podboard.errors import SshUnreachableError
from podboard.model.ending import CLOSED_BY_US, dropped, exited, failed
from podboard.model.text import one_line
from podboard.ssh.command import find_header, hang_up_line
from podboard.ssh.failures import no_commands, no_kubectl
from podboard.ssh.verdict import (
    LONGEST_FAREWELL,
    exit_code,
    failure,
    farewell_length,
    may_be_kubectl,
    without_farewell,
)
from podboard.wire.exec_channel import Ended, Stderr, Stdout

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from podboard.errors import SshError
    from podboard.model.ending import Ending
    from podboard.model.size import Size
    from podboard.ssh.command import Header

Output = Stdout | Stderr | Ended

_TERM: Final = "xterm-256color"

_WINDOW: Final = 512 * 1024
"""Bytes the host may send ahead of what is read here."""

_READ_AHEAD: Final = 64 * 1024
"""Bytes that wait here before the window closes."""

_LITTLE: Final = 1024
"""Bytes of input that are typed, not pasted."""

_CHUNK: Final = 32 * 1024
"""Bytes of a paste that go at a time, so that a resize gets in between."""

_KEPT: Final = 4096
"""Bytes of the first output, and of the last, that are kept to be understood."""

_STARTING: Final = 30.0
"""Seconds for a login shell on a slow host."""

_SPEAKING: Final = 4.0
"""Seconds in which a terminal's first output comes, or kubectl's complaint; silence is no failure."""

_CLOSING: Final = 1.0
"""Seconds for the farewell: a host that is gone does not keep a person from leaving."""


class SshSession(asyncssh.SSHClientSession[bytes]):
    """One running command; ``podboard.ssh.hosts`` makes it, and ``close`` it in the end.

    Little is read ahead of ``receive``: then the channel's window closes, and kubectl and the command wait,
    while other terminals on the same connection go on.

    Args:
        host: Where it runs, for sentences.
        wanted: The kubectl that was named; empty for any.
        run: Runs another line on the host; whether it could.
        tty: Whether it has a terminal.

    Attributes:
        host: Where it runs.
        kubectl: The path of kubectl there, once it runs.
        failure: Why there is no command; None while and where there is one.
        gone: Set when nothing of it is left on the connection.
    """

    def __init__(self, host: str, wanted: str, run: Callable[[str], Awaitable[bool]], *, tty: bool) -> None:
        self.kubectl = ""
        self.failure: SshError | None = None
        self.host = host
        self._wanted = wanted
        self._run = run
        self._tty = tty
        self._loop = asyncio.get_running_loop()
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None
        self._header: Header | None = None
        self._output: deque[Stdout | Stderr] = deque()
        self._waiting = 0
        self._paused = False
        self._first = b""
        self._last = b""
        self._held = b""
        self._heard = False
        self._status: int | None = None
        self._signal = ""
        self._ended: Ended | None = None
        self._reader: asyncio.Future[None] | None = None
        self._arrived: Callable[[], None] | None = None
        self._writing = asyncio.Lock()
        self._writable = asyncio.Event()
        self._writable.set()
        self._runs: asyncio.Future[None] = self._loop.create_future()
        self._settled: asyncio.Future[None] = self._loop.create_future()
        self.gone = asyncio.Event()

    # -- the stream ---------------------------------------------------------------------------

    async def receive(self) -> Output:
        """Wait for the command's next output or its end; after the end, the end again.

        Only one task at a time may wait. Cancelling it loses nothing.
        """
        while (event := self.receive_nowait()) is None:
            self._reader = self._loop.create_future()
            try:
                await self._reader
            finally:
                self._reader = None
        return event

    def attend(self, arrived: Callable[[], None]) -> None:
        """Call ``arrived`` whenever something has come after ``receive_nowait`` had nothing."""
        self._arrived = arrived

    def receive_nowait(self) -> Output | None:
        """Return output that is already here, None where there is none."""
        if not self._output:
            return self._ended
        event = self._output.popleft()
        self._waiting -= len(event.data)
        if self._paused and self._waiting <= _READ_AHEAD // 2 and self._channel is not None:
            self._paused = False
            self._channel.resume_reading()
        return event

    async def write(self, data: bytes) -> None:
        """Send input, in order, waiting while the host is behind. After the end it is dropped."""
        async with self._writing:
            for start in range(0, len(data), _CHUNK):
                await self._writable.wait()
                if not self._send(data[start : start + _CHUNK]):
                    return

    async def paste(self, piece: bytes) -> None:
        """Send a piece of a paste. The window holds back no changes of size, and no keepalives."""
        await self.write(piece)

    def write_nowait(self, data: bytes) -> bool:
        """Send a little input at once; False where other input goes before it, or it is not little."""
        if self._writing.locked() or len(data) > _LITTLE or not self._writable.is_set():
            return False
        self._send(data)
        return True

    async def end_input(self) -> None:
        """Tell the command that no more input comes."""
        async with self._writing:
            if self._channel is not None:
                self._channel.write_eof()

    async def resize(self, size: Size) -> None:
        """Tell the command's terminal its size."""
        if self._channel is not None and not self._channel.is_closing():
            self._channel.change_terminal_size(*size)

    async def close(self) -> None:
        """End the session from our side and let go of everything; harmless when done twice.

        kubectl on the host ends with it: the kernel there hangs up a terminal's, and one without a terminal
        is told to. As with every way in, a shell stays in the container until its own terminal is hung up.
        """
        channel = self._channel
        if channel is None or self.gone.is_set():
            self._end(CLOSED_BY_US)
            return
        is_running = self._ended is None
        self._output.clear()
        # First: what is told to end below would otherwise be said to have been killed.
        self._end(CLOSED_BY_US)
        if is_running and self._header is not None and self.kubectl and not self._tty:
            await self._hang_up(channel, self._header.pid)
        channel.abort()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSING):
                await self.gone.wait()
        self.gone.set()

    async def start(self, connection: asyncssh.SSHClientConnection, line: str, size: Size | None) -> None:
        """Start it.

        Args:
            connection: To the host.
            line: What its login shell is to run.
            size: The terminal's, where there is one.

        Raises:
            asyncssh.Error: The host refuses, or the connection is lost; as OSError.
        """
        await connection.create_session(
            lambda: self,
            line,
            request_pty="force" if self._tty else False,
            term_type=_TERM if self._tty else None,
            term_size=size if self._tty else None,
            encoding=None,
            window=_WINDOW,
        )

    async def wait_open(self) -> None:
        """Wait until kubectl runs, and with a terminal until the container or kubectl has spoken.

        Raises:
            SshError: The command did not start, as far as is known by then. What a silent kubectl says
                later is told by the session's end.
        """
        # Not awaited themselves: to be cancelled here ends the waiting and nothing else.
        await asyncio.wait([self._runs], timeout=_STARTING)
        if not self._runs.done():
            raise SshUnreachableError(
                f"{self.host} started no command within {_STARTING:.0f} s", "does a login there work by hand?"
            )
        await asyncio.wait([self._settled], timeout=_SPEAKING)
        if self.failure is not None:
            raise self.failure

    # -- what asyncssh calls ------------------------------------------------------------------

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        """Note the channel."""
        self._channel = chan

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        """Take what the host sends."""
        if self._ended is not None:
            return
        if self._header is None:
            self._seek_header(data)
        elif datatype == asyncssh.EXTENDED_DATA_STDERR:
            self._take_stderr(data)
        else:
            self._take_stdout(data)

    def exit_status_received(self, status: int) -> None:
        """Note kubectl's exit code."""
        self._status = status

    def exit_signal_received(self, signal: str, core_dumped: bool, msg: str, lang: str) -> None:  # noqa: FBT001 (asyncssh's)
        """Note what killed kubectl."""
        del core_dumped, msg, lang
        self._signal = one_line(signal, 20)

    def pause_writing(self) -> None:
        """Take no more input: the host is behind."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Take input again."""
        self._writable.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Understand the end."""
        if self._ended is None:
            self._end(self._how_it_ended(exc))
        self.gone.set()

    # -- how it goes --------------------------------------------------------------------------

    def _seek_header(self, data: bytes) -> None:
        """Pass over what a login shell says until the line comes that tells that kubectl is next."""
        seen = self._first + data
        header = find_header(seen)
        if header is None:
            self._first = seen[-_KEPT:]
            return
        self._header, self._first, self.kubectl = header, b"", one_line(header.kubectl)
        if not header.kubectl:
            self.failure = no_kubectl(self.host, self._wanted)
        self._settle(self._runs)
        if self.failure is not None or not self._tty:
            self._settle(self._settled)
        if rest := seen[header.end :]:
            self._take_stdout(rest)

    def _take_stdout(self, data: bytes) -> None:
        if not self._heard:
            self._first += data[: _KEPT - len(self._first)]
            if not self._tty or not may_be_kubectl(self._first):
                self._heard = True
                self._settle(self._settled)
        if self._tty:
            self._last = (self._last + data[-_KEPT:])[-_KEPT:]
        self._put(Stdout(data))

    def _take_stderr(self, data: bytes) -> None:
        self._last = (self._last + data[-_KEPT:])[-_KEPT:]
        data = self._held + data
        end = len(data) - farewell_length(data)
        self._held = data[end:]
        if end:
            self._put(Stderr(data[:end]))

    def _put(self, event: Stdout | Stderr) -> None:
        self._output.append(event)
        self._waiting += len(event.data)
        if self._waiting >= _READ_AHEAD and not self._paused and self._channel is not None:
            self._paused = True
            self._channel.pause_reading()
        self._wake_reader()

    def _how_it_ended(self, exc: Exception | None) -> Ending:
        if rest := without_farewell(self._held):
            self._output.append(Stderr(rest))
        if self._signal:
            return dropped(
                f"kubectl on {self.host} was killed by SIG{self._signal}", "was the host restarted?"
            )
        if self._header is None:
            return self._fail(self._no_header(exc))
        if self.failure is not None:
            return self._fail(self.failure)
        if self._status is None:
            why = f": {one_line(str(exc))}" if exc is not None else ""
            return dropped(f"the connection to {self.host} was lost{why}", "is the host up, and the network?")
        if self._status == 0 or exit_code(self._last[-LONGEST_FAREWELL:]) == self._status:
            return exited(self._status)
        trouble = failure(self._last.decode("utf-8", "replace"), self.host)
        return dropped(trouble.message, trouble.hint) if self._heard else self._fail(trouble)

    def _no_header(self, exc: Exception | None) -> SshError:
        if self._status is None:
            why = f": {one_line(str(exc))}" if exc is not None else ""
            return SshUnreachableError(
                f"{self.host} ended the session before kubectl started{why}", "try again"
            )
        said = one_line(self._first.decode("utf-8", "replace"))
        words = f": {said}" if said else f" (exit code {self._status})"
        return no_commands(self.host, words)

    def _fail(self, error: SshError) -> Ending:
        self.failure = error
        return failed(error.message, error.hint)

    def _end(self, ending: Ending) -> None:
        """Note the first end there is, and wake whoever waits for anything."""
        if self._ended is None:
            self._ended = Ended(ending)
            self._writable.set()
            self._settle(self._runs)
            self._settle(self._settled)
            self._wake_reader()

    @staticmethod
    def _settle(future: asyncio.Future[None]) -> None:
        if not future.done():
            future.set_result(None)

    def _wake_reader(self) -> None:
        if self._arrived is not None:
            self._arrived()
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def _send(self, data: bytes) -> bool:
        """Send input; False where the channel is gone, which the reader will learn by itself."""
        if self._channel is None or self._channel.is_closing():
            return False
        self._channel.write(data)
        return True

    async def _hang_up(self, channel: asyncssh.SSHClientChannel[bytes], pid: int) -> None:
        """End a kubectl that no terminal ends."""
        # OpenSSH passes signals on only where it runs unprivileged beside the session, never to root's.
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(_CLOSING):
                if not await self._run(hang_up_line(pid)):
                    channel.send_signal("HUP")
