"""When a terminal is painted: at once where it can be, never more often than a frame."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen
    from textual.widget import Widget

FRAME: Final = 1 / 60
"""Seconds between two paints."""

_IDLE_PER_PAINT: Final = 3
"""Under a flood painting gets a quarter of the time, reading the rest."""

_LONGEST: Final = 1 / 20
BACKLOG: Final = 4
"""Unsent writes beyond which a frame is skipped: a slow line gets fewer frames, not older ones."""


class Painter:
    """Decides when to call ``paint``.

    The first output after a pause is painted in the very turn of the loop that brought it, which is
    what typing feels like. A frame that nothing was painted in is saved, one at most, for what often
    follows: the prompt behind the output. All else waits for the next frame.
    """

    def __init__(self, paint: Callable[[], None], backlog: Callable[[], int]) -> None:
        self._paint = paint
        self._backlog = backlog
        # When the frame after the last paint ends.
        self._next = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def request(self) -> None:
        """Ask for a paint, now or with the next frame."""
        if self._timer is not None:
            return
        wait = self._next - FRAME - time.monotonic()
        if wait <= 0 and self._backlog() < BACKLOG:
            self._go()
        else:
            self._timer = asyncio.get_running_loop().call_later(max(wait, FRAME / 4), self._due)

    def stop(self) -> None:
        """Forget what was asked for."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _due(self) -> None:
        self._timer = None
        self.request()

    def _go(self) -> None:
        started = time.monotonic()
        self._paint()
        ended = time.monotonic()
        cost = min((ended - started) * (1 + _IDLE_PER_PAINT), _LONGEST)
        self._next = max(self._next, started) + max(FRAME, cost)


def paint_now(screen: Screen[object], widget: Widget) -> None:
    """Bring what ``widget`` marked for a refresh onto the screen in this turn of the loop.

    Textual would do it with its next tick, up to 16 ms later. The call is the one its timer makes;
    it is not public, which is why the version of Textual is bounded and a test watches it.
    """
    screen._dirty_widgets.add(widget)  # noqa: SLF001
    screen._on_timer_update()  # noqa: SLF001
