"""The time between a connection that was dropped and the next shell."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from podboard.wire.backoff import Backoff

if TYPE_CHECKING:
    from podboard.model.ending import Ending

_DROPPED = "dropped: "


class Outage:
    """One drop, and the tries to come back.

    Args:
        ending: How the connection ended.

    Attributes:
        why: The same, as it follows "dropped".
        hint: What may be the reason.
    """

    def __init__(self, ending: Ending, backoff: Backoff | None = None) -> None:
        self.why = ending.sentence.removeprefix(_DROPPED)
        self.hint = ending.hint
        self._since = time.time()
        self._backoff = backoff or Backoff()
        self._next_try: float | None = None
        self._hurry = asyncio.Event()

    @property
    def is_waiting(self) -> bool:
        """Whether the next try is still to come."""
        return self._next_try is not None

    @property
    def next_in(self) -> float:
        """Seconds until the next try; 0 while there is one."""
        return max(self._next_try - time.monotonic(), 0.0) if self._next_try is not None else 0.0

    def hurry(self) -> None:
        """Try at once."""
        self._hurry.set()

    async def wait(self) -> None:
        """Wait until it is time for the next try, longer from one to the next."""
        delay = self._backoff.delay()
        self._next_try = time.monotonic() + delay
        self._hurry.clear()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._hurry.wait()
        finally:
            self._next_try = None

    def told(self, by: str) -> tuple[str, str]:
        """Return what is to be read where the new shell begins: of the drop, and of the return.

        Args:
            by: The way by which it was opened.
        """
        return f"dropped {_clock(self._since)}: {self.why}", f"back {_clock(time.time())} by {by}"


def _clock(at: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(at))
