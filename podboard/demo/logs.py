"""What containers have said: one file per run of a container, in the form the kubelet keeps logs in."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from podboard.demo.times import parse_rfc3339, rfc3339_nano

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

_MICROS_A_SECOND: Final = 1_000_000  # finer, a float of this size is not
_STREAM: Final = b" stdout F "
"""Between a log file's moment and its line: the stream, and that the line is whole (F, not P)."""


@dataclass(frozen=True, slots=True)
class LogQuery:
    """What of a log is wanted.

    Attributes:
        tail: How many of the last lines; None for all.
        since: Lines from this moment on, in seconds since the epoch; None for all.
        limit: Bytes, at most; None for all.
    """

    follow: bool = False
    timestamps: bool = False
    tail: int | None = None
    since: float | None = None
    limit: int | None = None


class Log:
    """What one run of a container says.

    Args:
        path: Made with the first line.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last = 0
        self._grown = asyncio.Event()
        self.ended = False

    def write(self, line: str, moment: float) -> None:
        """Add a line."""
        self._last = max(self._last + 1, round(moment * _MICROS_A_SECOND) * 1000)
        if not self._path.exists():
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._path.open("ab") as file:
            file.write(b"%b%b%b\n" % (rfc3339_nano(self._last).encode(), _STREAM, line.encode()))
        self._wake()

    def end(self) -> None:
        """Say that no more lines will come."""
        self.ended = True
        self._wake()

    def remove(self) -> None:
        """Take the file away."""
        self._path.unlink(missing_ok=True)

    @property
    def size(self) -> int:
        """Return how many bytes it has so far."""
        return self._path.stat().st_size if self._path.exists() else 0

    async def read(self, query: LogQuery, position: int = 0) -> AsyncIterator[bytes]:
        """Yield what is there in pieces, and what comes later if the query follows the log.

        Args:
            position: How many of its bytes are passed over.
        """
        left = query.limit
        tail = query.tail
        while True:
            grown, ended = self._grown, self.ended
            lines, position = self._lines(position)
            wanted: Iterator[bytes] = (
                line for line in lines if query.since is None or _moment(line) >= query.since
            )
            if tail is not None:
                wanted, tail = iter(deque(wanted, maxlen=tail)), None
            text = b"".join(_shown(line, timestamps=query.timestamps) for line in wanted)
            if left is not None:
                text = text[:left]
                left -= len(text)
            if text:
                yield text
            if ended or not query.follow or left == 0:
                return
            await grown.wait()

    def _lines(self, position: int) -> tuple[list[bytes], int]:
        if not self._path.exists():
            return [], position
        with self._path.open("rb") as file:
            file.seek(position)
            text = file.read()
        return text.splitlines(keepends=True), position + len(text)

    def _wake(self) -> None:
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()


class Logs:
    """The logs of all containers, by the id of the run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._logs: dict[str, Log] = {}
        self._count = itertools.count()

    def of(self, container_id: str) -> Log:
        """Return the log of a run."""
        if container_id not in self._logs:
            self._logs[container_id] = Log(self._folder / f"{next(self._count)}.log")
        return self._logs[container_id]

    def forget(self, container_id: str) -> None:
        """Remove the log of a run that nobody can ask for any more."""
        log = self._logs.pop(container_id, None)
        if log is not None:
            log.end()
            log.remove()


def _moment(line: bytes) -> float:
    return parse_rfc3339(line.partition(b" ")[0].decode())


def _shown(line: bytes, *, timestamps: bool) -> bytes:
    moment, _, rest = line.partition(_STREAM)
    return moment + b" " + rest if timestamps else rest
