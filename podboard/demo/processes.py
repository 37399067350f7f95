"""Real processes: a container's commands, on a terminal or on pipes, and how all of them are ended."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import fcntl
import os
import signal
import struct
import subprocess
import sys
import termios
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Protocol

from podboard.demo.streams import Sink, Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_ON_TERMINAL: Final = ("/bin/sh", "-c", 'exec <>"$0" >&0 2>&0; exec "$@"')
"""Opens the terminal named by its first argument and becomes the rest.

A session leader without a terminal gets the first one it opens as its controlling terminal. Doing this
in a shell's millisecond spares the server a fork of itself, which costs more the more memory it has.
"""

_SIGNALLED: Final = 128
"""What a runtime adds to a signal's number to make an exit code of it."""

_LAST_WORDS_SECONDS: Final = 0.1
"""How long a terminal whose command has ended must be silent to count as done with.

As a rule it says itself that nobody holds it any more; a background job that ignores the hang-up may
keep it.
"""

_PR_SET_CHILD_SUBREAPER: Final = 36  # linux/prctl.h

_waited_for: Final[set[int]] = set()
"""The commands that somebody here waits for."""

_KILL_ROUNDS: Final = 20
"""A process may fork while the list is read, so the list is read until it is empty."""


@dataclass(frozen=True, slots=True)
class Command:
    """What is to be run, and where.

    Attributes:
        executable: The file.
        words: Its arguments; the first is only its name.
        folder: Where it starts.
    """

    executable: str
    words: Sequence[str]
    folder: Path
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Streams:
    """What of a command's streams somebody wants; a terminal carries stderr on stdout."""

    terminal: bool
    stdin: bool
    stdout: bool
    stderr: bool


class Listener(Protocol):
    """Who hears a command."""

    def said(self, data: bytes, *, as_error: bool) -> None:
        """Take output; ``as_error`` if it was stderr's."""

    def stdin_drained(self) -> None:
        """Hear that all input given so far has been taken."""


class Process:
    """A running command and this side of its streams.

    Args:
        listener: Who hears it.
        size: Of its terminal, if it has one: columns and rows.

    Attributes:
        exited: Becomes the exit code, 128 + n for a death by signal n.
        finished: Becomes the exit code, too, once all output has been heard.

    Raises:
        OSError: The command cannot be started.
    """

    def __init__(
        self, command: Command, streams: Streams, listener: Listener, size: tuple[int, int] = (0, 0)
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self.exited: asyncio.Future[int] = self._loop.create_future()
        self.finished: asyncio.Future[int] = self._loop.create_future()
        self._listener: Listener | None = listener
        self._paused = False
        self._heard = 0
        self._sources: list[Source] = []
        self._sink: Sink | None = None
        self._terminal: int | None = None
        self._other_side: int | None = None
        if streams.terminal:
            self._popen = self._on_terminal(command, size)
        else:
            self._popen = self._on_pipes(command, streams)
        _waited_for.add(self._popen.pid)
        self._wait()

    @property
    def stdin_full(self) -> bool:
        """Return whether input is waiting for the command to take it."""
        return self._sink is not None and self._sink.full

    def write(self, data: bytes) -> None:
        """Give the command input."""
        if self._sink is not None:
            self._sink.write(data)

    def end_stdin(self) -> None:
        """Tell the command that there is no more input; a terminal has no such thing."""
        if self._sink is not None and self._terminal is None:
            self._sink.finish()

    def resize(self, columns: int, rows: int) -> None:
        """Tell the terminal its size, in cells; its foreground job hears of it by SIGWINCH."""
        if self._terminal is not None and self._sources:
            with contextlib.suppress(OSError):  # it may be closing down
                _set_size(self._terminal, columns, rows)

    def pause(self) -> None:
        """Hear nothing for now; the command blocks once its buffers are full."""
        self._paused = True
        for source in self._sources:
            source.pause()

    def resume(self) -> None:
        """Hear it again."""
        self._paused = False
        for source in self._sources:
            source.resume()

    def detach(self) -> None:
        """Let the command go on with nobody listening: what it says is read and forgotten."""
        self._listener = None
        self.end_stdin()
        self.resume()

    def kill(self) -> None:
        """Kill the command and the jobs in its process group, if it still runs."""
        if not self.exited.done():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._popen.pid, signal.SIGKILL)

    def close(self) -> None:
        """Close this side of the streams of a command that has ended, whoever still holds the other."""
        for source in self._sources:
            source.drain()
            source.close()
        self._finish()

    def _on_terminal(self, command: Command, size: tuple[int, int]) -> subprocess.Popen[bytes]:
        """Start the command as the leader of a session on a new terminal.

        The terminal's other side stays open here until the command ends: one that nobody has opened
        yet looks like one that everybody has left.
        """
        terminal, other_side = os.openpty()
        try:
            _set_size(terminal, *size)
            popen = subprocess.Popen(  # noqa: S603 (running what is asked for is the point)
                [*_ON_TERMINAL, os.ttyname(other_side), *command.words],
                cwd=command.folder,
                env=dict(command.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError:
            os.close(terminal)
            os.close(other_side)
            raise
        os.set_blocking(terminal, False)
        self._terminal, self._other_side = terminal, other_side
        self._sink = Sink(self._loop, terminal, self._stdin_drained, owned=False)
        self._sources.append(Source(self._loop, terminal, self._said, self._source_ended))
        return popen

    def _on_pipes(self, command: Command, streams: Streams) -> subprocess.Popen[bytes]:
        popen = subprocess.Popen(  # noqa: S603 (running what is asked for is the point)
            list(command.words),
            executable=command.executable,
            cwd=command.folder,
            env=dict(command.environment),
            stdin=_pipe(wanted=streams.stdin),
            stdout=_pipe(wanted=streams.stdout),
            stderr=_pipe(wanted=streams.stderr),
            start_new_session=True,
        )
        if popen.stdin is not None:
            self._sink = Sink(self._loop, _take(popen.stdin), self._stdin_drained, owned=True)
        if popen.stdout is not None:
            self._sources.append(Source(self._loop, _take(popen.stdout), self._said, self._source_ended))
        if popen.stderr is not None:
            self._sources.append(
                Source(self._loop, _take(popen.stderr), self._said_as_error, self._source_ended)
            )
        return popen

    def _said(self, data: bytes) -> None:
        self._heard += 1
        if self._listener is not None:
            self._listener.said(data, as_error=False)

    def _said_as_error(self, data: bytes) -> None:
        if self._listener is not None:
            self._listener.said(data, as_error=True)

    def _stdin_drained(self) -> None:
        if self._listener is not None:
            self._listener.stdin_drained()

    def _wait(self) -> None:
        if not hasattr(os, "pidfd_open"):  # macOS
            threading.Thread(target=self._wait_in_thread, daemon=True).start()
            return
        handle = os.pidfd_open(self._popen.pid)

        def ended() -> None:
            self._loop.remove_reader(handle)
            os.close(handle)
            self._ended(self._popen.wait())

        self._loop.add_reader(handle, ended)

    def _wait_in_thread(self) -> None:
        code = self._popen.wait()
        self._loop.call_soon_threadsafe(self._ended, code)

    def _ended(self, code: int) -> None:
        _waited_for.discard(self._popen.pid)
        self.exited.set_result(code if code >= 0 else _SIGNALLED - code)
        if self._other_side is not None:
            os.close(self._other_side)
            self._loop.call_later(_LAST_WORDS_SECONDS, self._last_words, self._heard)
        self._source_ended()

    def _last_words(self, heard: int) -> None:
        if self._paused or heard != self._heard:
            self._loop.call_later(_LAST_WORDS_SECONDS, self._last_words, self._heard)
        else:
            self.close()

    def _source_ended(self) -> None:
        if self.exited.done() and not any(source.open for source in self._sources):
            self._finish()

    def _finish(self) -> None:
        if self._sink is not None:
            self._sink.close()
        self._sources.clear()
        if not self.finished.done():
            self.finished.set_result(self.exited.result())


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends (Linux), so that none gets away."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap_orphans() -> None:
    """Let adopted children that have ended go; a container's commands are waited for elsewhere."""
    for pid in _children():
        if pid not in _waited_for:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def kill_everything_at_home(home: Path) -> None:
    """Kill every process whose ``HOME`` is this folder or lies in it.

    That finds what a process-group kill does not: daemons of a demo shell that went into sessions of
    their own. Only Linux tells another process' environment.
    """
    for _ in range(_KILL_ROUNDS):
        found = list(_at_home(os.fsencode(home)))
        if not found:
            return
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def kill_children() -> None:
    """Kill every child of this process, and theirs as they are handed down, until none is left.

    For a process that is its descendants' subreaper and waits for none of them any more (Linux).
    """
    for _ in range(_KILL_ROUNDS):
        children = _children()
        if not children:
            return
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _set_size(terminal: int, columns: int, rows: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def _pipe(*, wanted: bool) -> int:
    return subprocess.PIPE if wanted else subprocess.DEVNULL


def _take(stream: IO[bytes]) -> int:
    """Take a pipe's descriptor, non-blocking, out of the file object Popen wrapped it in."""
    handle = os.dup(stream.fileno())
    stream.close()
    os.set_blocking(handle, False)
    return handle


def _at_home(home: bytes) -> Iterator[int]:
    if not sys.platform.startswith("linux"):
        return
    wanted, below = b"HOME=" + home, b"HOME=" + home + b"/"
    for entry in os.scandir("/proc"):
        if not entry.name.isdecimal():
            continue
        try:
            environment = Path(entry.path, "environ").read_bytes().split(b"\0")
        except OSError:  # gone meanwhile, or somebody else's
            continue
        if any(item == wanted or item.startswith(below) for item in environment):
            yield int(entry.name)


def _children() -> list[int]:
    try:
        text = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(pid) for pid in text.split()]
