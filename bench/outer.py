"""A terminal around a program: what the person's own terminal would be, with a clock."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from typing import TYPE_CHECKING, Self

from podboard.model.size import Size
from podboard.vt.screen import Screen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SIZE = Size(200, 50)

PATIENCE = 60.0
"""Seconds after which something awaited counts as never coming."""

QUIET = 0.05
"""Seconds without output after which a program counts as having painted all it had to paint."""


class Outer:
    """Runs ``argv`` in a terminal of its own, and reads its screen.

    Attributes:
        started: When the process was started, on the clock of ``time.perf_counter``.
        received: Bytes the program wrote so far.
    """

    def __init__(self, argv: Sequence[str], environ: Mapping[str, str], size: Size = SIZE) -> None:
        self.screen = Screen(size)
        self.received = 0
        self._recent = b""
        self.started = time.perf_counter()
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            os.execvpe(argv[0], list(argv), {**environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"})  # noqa: S606 - no shell is wanted
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", size.rows, size.columns, 0, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._master)

    def write(self, data: bytes | str) -> None:
        """Type."""
        os.write(self._master, data.encode() if isinstance(data, str) else data)

    def press(self, key: str) -> float:
        """Type, and return when, on the clock of ``time.perf_counter``."""
        pressed = time.perf_counter()
        self.write(key)
        return pressed

    def pump(self, seconds: float) -> bool:
        """Read what the program writes next; False where nothing comes within ``seconds``."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._master, 1 << 17)
        except OSError:  # the program has ended
            return False
        self.received += len(data)
        self.taken(data)
        self._recent = self._recent[-64:] + data
        self.screen.feed(data)
        if replies := self.screen.take_replies():
            os.write(self._master, replies)
        return True

    def taken(self, data: bytes) -> None:
        """Be told of what the program wrote."""

    def text(self) -> str:
        """What stands on the screen."""
        return text_of(self.screen)

    def until(self, holds: Callable[[], bool]) -> float:
        """Read until ``holds`` does; returns when that was, on the clock of ``time.perf_counter``."""
        limit = time.monotonic() + PATIENCE
        while not holds():
            self.pump(0.5)
            if time.monotonic() > limit:
                msg = f"waited in vain; the screen shows:\n{self.text()}"
                raise TimeoutError(msg)
        return time.perf_counter()

    def until_shown(self, text: str) -> float:
        """Read until ``text`` stands on the screen."""
        return self.until(lambda: text in self.text())

    def until_written(self, text: str) -> float:
        """Read until ``text`` comes in one piece: for floods, where to look at the screen costs too much."""
        wanted = text.encode()
        return self.until(lambda: wanted in self._recent)

    def settle(self, quiet: float = QUIET) -> None:
        """Read until nothing has come for ``quiet`` seconds, or for four times as long."""
        limit = time.monotonic() + 4 * quiet
        while time.monotonic() < limit and self.pump(quiet):
            pass

    def until_passed(self, seconds: float) -> None:
        """Read for so many seconds, whatever comes."""
        limit = time.monotonic() + seconds
        while (left := limit - time.monotonic()) > 0:
            self.pump(left)

    def type_one(self, key: str) -> float:
        """Type one character where the program echoes it; returns seconds until its cell is painted."""
        self.screen.update()
        before = self.screen.cursor
        started = time.perf_counter()
        self.write(key)

        def echoed() -> bool:
            self.screen.update()
            return self._cell(before.column, before.row) == key

        return self.until(echoed) - started

    def _cell(self, column: int, row: int) -> str:
        at = 0
        for run in self.screen.rows[row]:
            if at + run.width > column:
                return run.text[column - at] if len(run.text) == run.width else ""
            at += run.width
        return ""


def text_of(screen: Screen) -> str:
    """What stands on a screen."""
    screen.update()
    return "\n".join("".join(run.text for run in row) for row in screen.rows)
