"""What a person has decided of typing into many terminals at once."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Final

from msgspec import Struct

DISARM_AFTER: Final = 60
"""Seconds without typing after which a set of terminals is disarmed, unless told otherwise."""

LEAST_DISARM_AFTER: Final = 5
MOST_DISARM_AFTER: Final = 3600


class BroadcastRules(Struct, frozen=True):
    """How a broadcast is armed, and how long it stays so.

    Attributes:
        disarm_after: Seconds without typing after which it is disarmed.
        protected: Globs of the contexts whose name has to be typed before one is armed there.
    """

    disarm_after: int = DISARM_AFTER
    protected: tuple[str, ...] = ()

    def protects(self, context: str) -> bool:
        """Whether a context's name has to be typed."""
        return any(fnmatchcase(context, pattern) for pattern in self.protected)
