"""Recordings of terminals: asciicast files, written beside the event loop and never in its way."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import re
import secrets
import threading
import time
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec import Struct

from podboard.model.text import one_line
from podboard.wire.asciicast import Code, Encoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from podboard.model.size import Size
    from podboard.model.target import Target

log = logging.getLogger(__name__)

GATHERING: Final = 0.1
"""Seconds that events gather before they are written: to wake a thread for each would be felt in typing."""

ROOM: Final = 16 << 20
"""Bytes that may wait for the disk."""

CLOSING: Final = 2.0
"""Seconds the last events may take."""

_PIECE: Final = 64 * 1024
"""Bytes of an event at most, and after how many written ones the thread rests."""

_REST: Final = 0.001
"""Seconds for the loop: Python would let it wait for five times as long."""

_LONGEST_PART: Final = 60
_NO_PART: Final = re.compile(r"[^A-Za-z0-9.-]+")
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


class _Event(NamedTuple):
    at: float
    code: Code
    data: bytes


class Recordings(Struct, frozen=True):
    """Where the terminals of a cluster are recorded, and which.

    Attributes:
        context: The kubeconfig's.
        automatic: Whether each terminal is, without being asked for.
        with_input: Whether what is typed is recorded, too.
    """

    folder: Path
    context: str
    automatic: bool = False
    with_input: bool = False

    def start(self, target: Target, size: Size, failed: Callable[[str], None]) -> Recorder:
        """Record a terminal from now on.

        Args:
            failed: Is told in a sentence why the recording has stopped.
        """
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        parts = (stamp, self.context, target.namespace, target.pod, secrets.token_hex(3))
        name = "_".join(_NO_PART.sub("-", part)[:_LONGEST_PART] for part in parts if part)
        title = one_line(f"{target} · {self.context}" if self.context else str(target))
        return Recorder(self.folder / f"{name}.cast", size, title, failed, with_input=self.with_input)


class Recorder:
    """Writes one recording. Nothing here waits for the disk but ``written``, and that not for long.

    What cannot be written in time is not left out but ends the recording: one with a hole would lie.

    Args:
        path: A file that is not there yet; it is made, and its folder, for the person alone.
        size: Of the screen.
        failed: Is told in a sentence why the recording has stopped.
        with_input: Whether what is typed is recorded, too.
    """

    def __init__(
        self, path: Path, size: Size, title: str, failed: Callable[[str], None], *, with_input: bool = False
    ) -> None:
        self.path = path
        self.with_input = with_input
        self._encoder = Encoder(size, time.time(), time.monotonic(), title)
        self._failed = failed
        self._loop = asyncio.get_running_loop()
        self._gathered: list[_Event] = []
        self._timer: asyncio.TimerHandle | None = None
        self._is_closed = False
        # Each is changed by one thread alone.
        self._taken = 0
        self._written = 0
        self._batches: SimpleQueue[Sequence[_Event] | None] = SimpleQueue()
        self._done = asyncio.Event()
        # A disk that hangs must not keep podboard from ending.
        threading.Thread(target=self._run, name="recorder", daemon=True).start()

    def output(self, data: bytes) -> None:
        """Note what the terminal received."""
        self._note(Code.OUTPUT, data)

    def input(self, data: bytes) -> None:
        """Note what was typed, if that is recorded."""
        if self.with_input:
            self._note(Code.INPUT, data)

    def resize(self, size: Size) -> None:
        """Note that the screen has another size."""
        self._note(Code.RESIZE, f"{size.columns}x{size.rows}".encode())

    def end(self, exit_code: int | None = None) -> None:
        """Record nothing more.

        Args:
            exit_code: Of the shell, if that has ended.
        """
        if exit_code is not None:
            self._note(Code.EXIT, str(exit_code).encode())
        self._hand_over()
        if not self._is_closed:
            self._is_closed = True
            self._batches.put(None)

    async def written(self) -> None:
        """Wait, but not for long, until all that was recorded before the end is in the file."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING):
                await self._done.wait()

    # -- in the loop ------------------------------------------------------------------------

    def _note(self, code: Code, data: bytes) -> None:
        if self._is_closed:
            return
        self._taken += len(data)
        if self._taken - self._written > ROOM:
            self._stop("the disk does not keep up")
            return
        self._gathered.append(_Event(time.monotonic(), code, data))
        if self._timer is None:
            self._timer = self._loop.call_later(GATHERING, self._hand_over)

    def _hand_over(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._gathered:
            self._batches.put(self._gathered)
            self._gathered = []

    def _stop(self, why: str) -> None:
        if not self._is_closed:
            self.end()
            self._failed(f"the recording stopped: {why}")

    # -- in the thread ----------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._write()
        except OSError as error:
            why = "the disk is full" if error.errno in _FULL else error.strerror or "it cannot be written"
            self._tell(self._stop, f"{why}: {one_line(str(self.path))}")
        except Exception:
            log.exception("the recorder failed")
            self._tell(self._stop, "podboard itself failed here")
        self._tell(self._done.set)

    def _tell(self, what: Callable[..., None], *arguments: str) -> None:
        # Once the loop is closed, nobody is left to be told.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(what, *arguments)

    def _write(self) -> None:
        # The folder above holds the database, too.
        self.path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        file = os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            whole = _append(file, self._encoder.header(), 0)
            rested = whole
            for batch in iter(self._batches.get, None):
                for at, code, data in _pieces(batch):
                    whole = _append(file, self._encoder.event(at, code, data), whole)
                    self._written += len(data)
                    if whole - rested > _PIECE:
                        time.sleep(_REST)
                        rested = whole
            _append(file, self._encoder.rest(time.monotonic()), whole)
        finally:
            os.close(file)


def _pieces(batch: Iterable[_Event]) -> Iterator[_Event]:
    """Split what is long; a resize or an exit never is."""
    for event in batch:
        for start in range(0, len(event.data), _PIECE):
            yield event._replace(data=event.data[start : start + _PIECE])


def _append(file: int, data: bytes, whole: int) -> int:
    """Write whole lines or nothing; returns how long the file is, which was ``whole`` bytes."""
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(file, left) :]
    except OSError:
        os.ftruncate(file, whole)
        raise
    return whole + len(data)
