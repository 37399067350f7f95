"""Keys for what lies before the board: each waits until the one before has done all its work.

Textual hands a key from widget to widget, and what it does there may set off more: a line tells its
dialog that it was submitted, the dialog goes, and who asked is called. What had been handed to the
dialog by then would be lost with it. So a dialog gets one key at a time, and none that is behind its end.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from textual.app import App

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from textual import events
    from textual.message_pump import MessagePump

    from podboard.ui.screens.board import Board


class DialogKeys:
    """Gives dialogs what is typed, and the board what is typed behind them.

    Args:
        back: Takes what is behind the end of a dialog, all of it.
        failure_told: Tells the person what fails in it.

    Attributes:
        is_at_work: Whether what is typed has to wait here.
    """

    def __init__(
        self,
        board: Board,
        back: Callable[[deque[events.Key | events.Paste]], None],
        failure_told: Callable[[str], AbstractContextManager[None]],
    ) -> None:
        self._board = board
        self._back = back
        self._failure_told = failure_told
        self._typed: deque[events.Key | events.Paste] = deque()
        self.is_at_work = False

    @property
    def has_come_unasked(self) -> bool:
        """Whether a dialog is there that no key has opened, and that no action's end is waited for with."""
        return getattr(self._board.app.screen, "COMES_UNASKED", False)

    def take(self, event: events.Key | events.Paste) -> None:
        """Give it to the dialog that is there when all before it is done; to the board, if none is."""
        self._typed.append(event)
        if not self.is_at_work:
            self.is_at_work = True
            self._board.run_worker(self._work(), exit_on_error=False)

    async def _work(self) -> None:
        try:
            await settled(self._board.app)
            while self._typed:
                with self._failure_told("a dialog"):
                    await self._give()
                    await settled(self._board.app)
        finally:
            self.is_at_work = False

    async def _give(self) -> None:
        if self._board.is_active:
            self._back(self._typed)
        else:
            # Textual's own: podboard's asks the board first.
            await App.on_event(self._board.app, self._typed.popleft())


async def settled(app: App[object]) -> None:
    """Wait until what has the focus has done all it was told to, and the focus stays where it is."""
    before = None
    while (focus := (app.screen, app.focused)) != before:
        before = focus
        # Up from the focus, as messages go.
        up = (app.focused or app.screen).ancestors_with_self
        for pump in dict.fromkeys((*up, *app.screen_stack)):
            await _idle(pump)


async def _idle(pump: MessagePump) -> None:
    """Wait until all that was sent to a widget is done, or it has gone."""
    working = pump._task  # noqa: SLF001 - nothing public tells that a widget has gone; an app has none
    if working is None and not pump.is_running:
        return
    idle = asyncio.get_running_loop().create_future()
    # It comes behind all its messages, and what it was to call behind those.
    pump.call_next(idle.set_result, None)
    waits = [idle] if working is None else [idle, working]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
