"""What all dialogs have in common."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen
from textual.widgets import Input

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer]):
    """A screen before the board that is answered once.

    Attributes:
        COMES_UNASKED: Whether it comes when it must, and for no key of the person's.
    """

    COMES_UNASKED: ClassVar = False

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Give the answer; another one, with the mouse, is none."""
        # Textual would take the screen below away for it.
        return super().dismiss(result) if self.is_active else AwaitComplete()


class Line(Input):
    """A line to type in."""

    def __init__(self, placeholder: str) -> None:
        super().__init__(placeholder=placeholder, compact=True)
        # Nothing here blinks.
        self.cursor_blink = False
