"""What all dialogs have in common."""

from __future__ import annotations

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer]):
    """A screen before the board that is answered once."""

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Give the answer; another one that was typed ahead is none."""
        # Textual would take the screen below away for it.
        return super().dismiss(result) if self.is_active else AwaitComplete()
