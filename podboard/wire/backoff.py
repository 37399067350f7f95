"""How long to wait before the next try: exponential, with jitter, without a clock."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Backoff:
    """Delays that double from one failure to the next.

    Jitter keeps a thousand clients from coming back in the same moment after a server's restart. It
    only ever lengthens, by up to a half: the first try after a failure must not come at once.

    Args:
        first: Seconds before the first retry.
        most: Seconds that no delay exceeds before its jitter.
        chance: A number from 0 to 1, anew at each call.
    """

    def __init__(
        self, first: float = 0.8, most: float = 30.0, chance: Callable[[], float] = random.random
    ) -> None:
        self._first = first
        self._most = most
        self._chance = chance
        self._next = first

    def delay(self) -> float:
        """Return the seconds to wait after one more failure."""
        delay = self._next
        self._next = min(delay * 2, self._most)
        return delay * (1 + self._chance() / 2)

    def reset(self) -> None:
        """Begin anew, after a success."""
        self._next = self._first
