"""Moves what a terminal receives onto its screen, in turns that leave time for everybody else."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING, Final, Protocol

from podboard.wire.exec_channel import Ended, Stderr, Stdout

if TYPE_CHECKING:
    from collections.abc import Callable

    from podboard.model.ending import Ending
    from podboard.wire.exec_channel import Event

SHOWN_BUDGET: Final = 0.006
HIDDEN_BUDGET: Final = 0.0015
"""Seconds of a turn, for a terminal on the screen and for one that is not."""

GATHERING: Final = 0.03
"""Seconds that output nobody sees gathers before it is read: few turns with much to do cost less."""

GAP: Final = 0.002
"""Seconds between the turns of two hidden terminals, in which a key may come and go."""

JOINED: Final = 0.0003
"""Seconds of turns behind which none begins before a gap: those with little to do go together."""


class Source(Protocol):
    """Where the output comes from."""

    def attend(self, arrived: Callable[[], None]) -> None:
        """Call ``arrived`` whenever something has come after ``receive_nowait`` had nothing."""
        ...

    def receive_nowait(self) -> Event | None:
        """Return an event that is already here."""
        ...


class Turns:
    """The turns of the terminals nobody looks at: one after another, never two long ones at a time.

    Twenty of them that each took a little when it suited them would together hold the event loop for
    as long as a person can feel in typing. Yet a hundred that have a line each to read are no reason to
    wake the process a hundred times.
    """

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def ask(self, turn: Callable[[], None]) -> None:
        """Call ``turn`` when it is its turn."""
        self._waiting.append(turn)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(GATHERING, self._next)

    def _next(self) -> None:
        limit, due = time.monotonic() + JOINED, len(self._waiting)
        try:
            while due:
                due -= 1
                self._waiting.popleft()()
                if time.monotonic() >= limit:
                    break
        finally:
            # Who asks again meanwhile has more, and gathers where nobody else was left waiting.
            wait = GAP if due else GATHERING
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(wait, self._next) if self._waiting else None


class Pump:
    """Reads one channel for as long as it lasts, no further than it feeds.

    No task waits for output: it is fed in the very callback that brings it, for a switch of tasks costs
    as much time as feeding a typed character's echo.

    Args:
        source: The channel.
        feed: Takes a piece of output.
        turned: Called at the end of each turn in which something was fed.
        turns: Shared with all terminals of the board.
        is_shown: Whether somebody looks at the terminal now.
    """

    def __init__(
        self,
        source: Source,
        feed: Callable[[bytes], None],
        turned: Callable[[], None],
        turns: Turns,
        *,
        is_shown: bool,
    ) -> None:
        self._source = source
        self._feed = feed
        self._turned = turned
        self._is_shown = is_shown
        self._turns = turns
        self._is_due = False
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[Ending] = self._loop.create_future()

    async def run(self) -> Ending:
        """Feed what comes until the end does, and return that."""
        self._source.attend(self._plan)
        self._turn()
        try:
            return await self._ended
        finally:
            self._ended.cancel()

    def show(self, *, is_shown: bool) -> None:
        """Note whether somebody looks from now on, who need not wait for a turn that is due."""
        self._is_shown = is_shown
        if is_shown and self._is_due:
            self._turn()

    def _plan(self) -> None:
        """Take a turn now if the terminal is seen, or in turn with the others that are not."""
        if self._is_due:
            return
        if self._is_shown:
            self._turn()
        else:
            self._is_due = True
            self._turns.ask(self._turn)

    def _turn(self) -> None:
        if self._ended.done():
            return
        # A channel may say that something has come while it is asked.
        self._is_due = True
        try:
            more = self._read(time.monotonic() + (SHOWN_BUDGET if self._is_shown else HIDDEN_BUDGET))
        except Exception as error:
            if self._ended.done():
                raise
            self._ended.set_exception(error)
            return
        self._is_due = False
        if more and self._is_shown:
            self._is_due = True
            self._loop.call_soon(self._turn)
        elif more:
            self._plan()

    def _read(self, limit: float) -> bool:
        """Feed until ``limit``; whether there may be more."""
        receive, has_fed = self._source.receive_nowait, False
        while (event := receive()) is not None:
            match event:
                case Stdout(data) | Stderr(data):
                    self._feed(data)
                    has_fed = True
                case Ended(ending):
                    self._ended.set_result(ending)
                    break
            if time.monotonic() >= limit:
                break
        if has_fed:
            self._turned()
        return event is not None and not self._ended.done()
