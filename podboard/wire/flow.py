"""How far a server has got with the input it was sent. Counted, without a socket.

A server gives input to the command within the loop that reads the connection, so it answers nothing while
the command takes none: no ping and no change of size gets past input that waits. A ping behind a piece of
input is answered once that piece was taken, and so the pongs tell how much is still on its way.
"""

from __future__ import annotations

from collections import deque
from typing import Final

AHEAD: Final = 256 * 1024
"""Bytes of a paste on their way at most. A change of size waits behind no more than these, and a program that
does not read is sent no more than these; through 50 ms of network it makes 5 MB/s."""


class Flow:
    """Counts what is on its way on one connection."""

    def __init__(self) -> None:
        self._count = 0
        self._waiting: deque[tuple[int, int]] = deque()
        self._bytes = 0

    def sent(self, size: int) -> bytes:
        """Note that ``size`` bytes were sent; returns the payload of the ping to send behind them."""
        self._count += 1
        self._waiting.append((self._count, size))
        self._bytes += size
        return b"%d" % self._count

    def answered(self, payload: bytes) -> None:
        """Note a pong. One may stand for several (RFC 6455, 5.5.3); of other pings it says nothing here."""
        if not payload.isdigit():
            return
        while self._waiting and self._waiting[0][0] <= int(payload):
            self._bytes -= self._waiting.popleft()[1]

    @property
    def is_held(self) -> bool:
        """Whether something is still on its way: no answer comes before the command has taken it."""
        return bool(self._waiting)

    @property
    def is_full(self) -> bool:
        """Whether so much is on its way that no more should be sent."""
        return self._bytes > AHEAD
