"""A person at podboard, in one process: the app, its driver, a pseudo-terminal and a screen at its end."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import select
import signal
import struct
import sys
import termios
import threading
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from podboard.model.size import Size
from podboard.ui.app import PodboardApp
from podboard.vt.screen import CELL_PIXELS, Screen
from tests.support.ptys import open_pty

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from podboard.ui.app import Connect
    from podboard.ui.screens.board import Board

PATIENCE = 20.0
"""Seconds after which what a person waits for counts as never coming."""

LEADER = "\x1d"
UP, DOWN, ESCAPE, BACKSPACE = "\x1b[A", "\x1b[B", "\x1b[27u", "\x7f"

_MOUSE_IN_PIXELS = 1016
_SIGNALS = (signal.SIGTSTP, signal.SIGCONT, signal.SIGWINCH, signal.SIGTTIN, signal.SIGTTOU)


class Person:
    """Types at a terminal in which podboard runs, and looks at it.

    Attributes:
        app: The app, for what cannot be seen.
        outer: The person's terminal.
    """

    def __init__(self, app: PodboardApp, descriptor: int, size: Size) -> None:
        self.app = app
        self.outer = Screen(size)
        self._descriptor = descriptor
        self._seen = asyncio.Event()

    @property
    def board(self) -> Board:
        """The board, for what cannot be seen."""
        return self.app.board

    def read(self, written: bytes) -> None:
        """Take in what podboard wrote."""
        self.outer.feed(written)
        self._answer()
        self._seen.set()

    def _answer(self) -> None:
        """Send what the terminal itself has to say."""
        if replies := self.outer.take_replies():
            os.write(self._descriptor, replies)

    # -- what a person does -----------------------------------------------------------------

    def type(self, typed: str) -> None:
        """Type, as one piece: letters as they are, keys as a terminal sends them."""
        os.write(self._descriptor, typed.encode())

    def paste(self, text: str) -> None:
        """Paste, as a terminal does that brackets pastes."""
        self.type(f"\x1b[200~{text}\x1b[201~")

    async def pastes_much(self, text: str) -> None:
        """Paste more than the pseudo-terminal holds, while podboard reads."""
        left = memoryview(f"\x1b[200~{text}\x1b[201~".encode())
        while left:
            left = left[await asyncio.to_thread(os.write, self._descriptor, left[: 1 << 16]) :]

    def press_mouse(self, column: int, row: int, button: int = 0, *, release: bool = True) -> None:
        """Click where ``column`` and ``row`` say, which count from 0; 64 and 65 are the wheel."""
        if self.outer._mode(_MOUSE_IN_PIXELS):
            column, row = column * CELL_PIXELS[0], row * CELL_PIXELS[1]
        where = f"\x1b[<{button};{column + 1};{row + 1}"
        self.type(f"{where}M{where}m" if release and button < 64 else f"{where}M")

    def point_at(self, text: str) -> tuple[int, int]:
        """Where a text stands: its first column and its row, which count from 0."""
        for row, line in enumerate(self.lines()):
            if (column := line.find(text)) >= 0:
                return column, row
        pytest.fail(f"nowhere on the screen: {text}")

    def resize(self, columns: int, rows: int) -> None:
        """Make the terminal another size."""
        self.outer.resize(Size(columns, rows))
        _set_size(self._descriptor, self.outer.size)
        self._answer()
        signal.raise_signal(signal.SIGWINCH)

    # -- what a person sees -----------------------------------------------------------------

    def lines(self) -> list[str]:
        """The screen, line by line; a wide character is one."""
        self.outer.update()
        return ["".join(run.text for run in row) for row in self.outer.rows]

    def screen(self) -> str:
        """The screen as one text."""
        return "\n".join(self.lines())

    def line(self, text: str) -> str:
        """The line a text stands in."""
        return next((line for line in self.lines() if text in line), "")

    @property
    def has_left(self) -> bool:
        """Whether podboard is done."""
        return self.app.return_code is not None

    async def until(self, holds: Callable[[], object], what: str = "") -> None:
        """Wait until something holds."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not holds():
                    self._seen.clear()
                    # Not all that a test waits for is seen.
                    try:
                        async with asyncio.timeout(0.01):
                            await self._seen.wait()
                    except TimeoutError:
                        continue
        except TimeoutError:
            shown = "\n".join(line.rstrip() for line in self.lines())
            pytest.fail(f"waited in vain for {what or holds.__qualname__}; the screen shows:\n{shown}")

    async def sees(self, *texts: str) -> str:
        """Wait until all of the texts are on the screen; returns the screen."""
        await self.until(lambda: all(text in self.screen() for text in texts), " and ".join(texts))
        return self.screen()

    async def no_longer_sees(self, text: str) -> str:
        """Wait until a text has gone; returns the screen."""
        await self.until(lambda: text not in self.screen(), f"the going of {text}")
        return self.screen()

    async def leaves(self, code: int = 0) -> None:
        """Wait until podboard is done, with this exit code."""
        await self.until(lambda: self.has_left, "the end")
        assert self.app.return_code == code


class _Failures(logging.Handler):
    """Notes what podboard logged as a failure of its own."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            self.records.append(f"{record.getMessage()}: {record.exc_info[1]!r}")


@asynccontextmanager
async def at_the_board(
    connect: Connect,
    columns: int = 120,
    rows: int = 40,
    *,
    fails: bool = False,
    colors: bool = True,
    place: str = "kubeconfig",
    **more: Any,
) -> AsyncIterator[Person]:
    """The board in a pseudo-terminal; in the end it is gone, and nothing in it has failed.

    Args:
        connect: Reaches the cluster.
        fails: Whether podboard itself is expected to fail.
        colors: Whether the person wants any.
        place: What is being connected to.
        more: Other arguments of the app.
    """

    def make() -> PodboardApp:
        return PodboardApp(connect, place, **more)

    async with at_a_terminal(make, columns, rows, fails=fails, colors=colors) as person:
        yield person


@asynccontextmanager
async def at_a_terminal(
    make: Callable[[], Any], columns: int, rows: int, *, fails: bool = False, colors: bool = True
) -> AsyncIterator[Person]:
    """An app in a pseudo-terminal, as ``at_the_board`` has it.

    Args:
        make: Makes the app.
    """
    failures = _Failures()
    logger = logging.getLogger("podboard")
    logger.addHandler(failures)
    handlers = [(number, signal.getsignal(number)) for number in _SIGNALS]
    with open_pty(raw=False) as pty, pytest.MonkeyPatch.context() as monkeypatch:
        size = Size(columns, rows)
        _set_size(pty.person, size)
        for name, mode in (("__stdin__", "r"), ("__stdout__", "w"), ("__stderr__", "w")):
            monkeypatch.setattr(sys, name, os.fdopen(os.dup(pty.program), mode))
        for name in ("COLUMNS", "LINES", "NO_COLOR"):
            monkeypatch.delenv(name, raising=False)
        if not colors:
            monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.setenv("TERM", "xterm-256color")
        monkeypatch.setenv("COLORTERM", "truecolor")
        app = make()
        person = Person(app, pty.person, size)
        try:
            with _reading(pty.person, person.read):
                async with app.run_test(headless=False):
                    yield person
        finally:
            for stream in (sys.__stdin__, sys.__stdout__, sys.__stderr__):
                assert stream is not None
                stream.close()
            for number, handler in handlers:
                signal.signal(number, handler)
            logger.removeHandler(failures)
    if not fails:
        assert failures.records == []
        assert app.failure is None


@contextmanager
def _reading(descriptor: int, read: Callable[[bytes], None]) -> Iterator[None]:
    """Read what is written, and hand it on to the loop.

    A thread does it: podboard ends on the loop, and waits there until its last words are read.
    """
    loop = asyncio.get_running_loop()
    ended, end = os.pipe()

    def listen() -> None:
        while ended not in select.select([descriptor, ended], [], [])[0]:
            loop.call_soon_threadsafe(read, os.read(descriptor, 1 << 16))

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield
    finally:
        os.write(end, b"!")
        thread.join()
        os.close(ended)
        os.close(end)


def _set_size(descriptor: int, size: Size) -> None:
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", size.rows, size.columns, 0, 0))
