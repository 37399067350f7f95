"""What is to be sent to a shell, in order: what was typed, and pastes piece by piece."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

from podboard.vt.paste import END, START

if TYPE_CHECKING:
    from collections.abc import Iterator


class Paste:
    """A paste on its way.

    Args:
        pieces: What is to be sent, marks included.
        size: Bytes of all pieces, more or less.

    Attributes:
        began: When it was asked for, in seconds of ``time.monotonic``.
        sent: Bytes the server has been given.
        moved: When more of it was last taken.
        is_given_up: Whether no more of it is sent; what was sent may still wait for the program to read.
    """

    def __init__(self, pieces: Iterator[bytes], size: int) -> None:
        self.size = size
        self.sent = 0
        self.began = self.moved = time.monotonic()
        self.is_given_up = False
        self._pieces = pieces
        self._is_marked = False

    def note_sent(self, size: int) -> None:
        """Note that a piece was taken."""
        self.sent += size
        self.moved = time.monotonic()

    def take(self) -> bytes:
        """The next piece; none at the end."""
        piece = next(self._pieces, b"")
        if piece in (START, END):
            self._is_marked = piece == START
        return piece

    def cancel(self) -> None:
        """Send no more of it than its end mark: the program would take all that follows for pasted."""
        self.is_given_up = True
        self._pieces = iter((END,) if self._is_marked else ())


class Outbox:
    """Input that waits to be sent."""

    def __init__(self) -> None:
        self._waiting: deque[bytearray | Paste] = deque()
        self._typed = 0

    def __bool__(self) -> bool:
        return bool(self._waiting)

    @property
    def typed(self) -> int:
        """Bytes that wait and are no paste's."""
        return self._typed

    @property
    def paste(self) -> Paste | None:
        """The paste that is being sent, or is the next to be."""
        return next((item for item in self._waiting if isinstance(item, Paste)), None)

    def put(self, data: bytes) -> None:
        """Send something behind all else."""
        self._typed += len(data)
        if self._waiting and isinstance(last := self._waiting[-1], bytearray):
            last += data
        else:
            self._waiting.append(bytearray(data))

    def put_paste(self, paste: Paste) -> None:
        """Send a paste behind all else."""
        self._waiting.append(paste)

    def take(self) -> tuple[bytes, Paste | None]:
        """What is to be sent next, and the paste it is a piece of; no bytes where nothing waits.

        A paste stays the first until there are no more pieces of it.
        """
        while self._waiting:
            first = self._waiting[0]
            if isinstance(first, bytearray):
                self._waiting.popleft()
                self._typed -= len(first)
                return bytes(first), None
            if piece := first.take():
                return piece, first
            self._waiting.popleft()
        return b"", None

    def clear(self) -> None:
        """Send nothing of it."""
        self._waiting.clear()
        self._typed = 0
