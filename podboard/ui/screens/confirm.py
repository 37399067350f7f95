"""A question with two answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from podboard.ui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult


class Confirm(Dialog[bool]):
    """Asks before something that cannot be taken back; only ``y`` says yes."""

    BINDINGS: ClassVar = [
        Binding("y,Y", "answer(True)", "yes"),
        Binding("n,N,q,escape,enter,ctrl+q,ctrl+c", "answer(False)", "no"),
    ]

    def __init__(self, question: str, yes: str) -> None:
        super().__init__()
        self._question = question
        self._yes = yes

    def compose(self) -> ComposeResult:
        """The question and its answers."""
        with Vertical(classes="dialog"):
            # Names from outside may stand in a question: it is text, never markup.
            yield Static(Content(self._question))
            yield Static(Content(f"y  {self._yes}    n  no"), classes="dialog-keys")

    def action_answer(self, answer: bool) -> None:  # noqa: FBT001 - a binding's argument
        """Give the answer."""
        self.dismiss(answer)
