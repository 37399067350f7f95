"""Is the other end of an exec connection still there? Decided without a clock of its own.

The server never pings but answers pings, so silence means something only while pings are sent. And only while
somebody reads: with a paused reader, answers wait unseen in the queue, and no conclusion may be drawn.
"""

from __future__ import annotations

from enum import Enum, auto

PING_EVERY = 5.0
"""Seconds between pings, as kubectl's."""

SILENCE_LIMIT = 61.0
"""Seconds without a byte after which the connection counts as dead, as kubectl's. A large paste into
a process that does not read stalls the server's answers, so this must not be short."""


class Verdict(Enum):
    """What to do at a tick."""

    PING = auto()
    WAIT = auto()
    GIVE_UP = auto()


class Liveness:
    """Counts the silence of one connection.

    Args:
        now: Seconds on any steady clock, the same as given to ``tick``.
        limit: Seconds of silence that end the connection.
    """

    def __init__(self, now: float, limit: float = SILENCE_LIMIT) -> None:
        self._limit = limit
        self._since = now

    def tick(self, now: float, *, heard: bool, reading: bool, held: bool = False) -> Verdict:
        """Decide at one tick, about every ``PING_EVERY`` seconds.

        Args:
            now: Seconds on the steady clock.
            heard: Whether anything came since the last tick.
            reading: Whether the reader is waiting for more. If not, silence is not counted.
            held: Whether the other end still has a paste for a command that does not read: until that is
                taken it answers nothing. A network that is gone is then left to TCP to find out.
        """
        if heard or not reading or held:
            self._since = now
        if not reading:
            return Verdict.WAIT
        return Verdict.GIVE_UP if now - self._since >= self._limit else Verdict.PING
