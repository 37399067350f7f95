"""What all dialogs have in common."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen
from textual.widgets import Input

if TYPE_CHECKING:
    from textual import events

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer]):
    """A screen before the board that is answered once."""

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Give the answer; another one that was typed ahead is none."""
        # Textual would take the screen below away for it.
        return super().dismiss(result) if self.is_active else AwaitComplete()


class Page(Dialog[Answer]):
    """A screen in the place of the board, with lines to type in."""

    def __init__(self) -> None:
        super().__init__()
        self._stands = asyncio.Event()

    def on_screen_resume(self) -> None:
        """Take keys: all its lines are there."""
        self._stands.set()

    async def stands(self) -> None:
        """Wait until it takes keys: what was typed ahead may come."""
        await self._stands.wait()


class Line(Input):
    """A line to type in."""

    def __init__(self, placeholder: str) -> None:
        super().__init__(placeholder=placeholder, compact=True)
        # Nothing here blinks.
        self.cursor_blink = False

    async def _on_key(self, event: events.Key) -> None:
        """Take editing keys in their place: Textual lets them be overtaken by what is typed behind them."""
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            if await self.app.run_action(binding.action, self):
                event.stop()
                event.prevent_default()
                return
        await super()._on_key(event)

    async def settled(self) -> None:
        """Wait until it has taken in all that was typed into it."""
        done = asyncio.Event()
        self.call_later(done.set)
        await done.wait()
