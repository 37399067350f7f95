"""A name that has to be typed before something that is not to be done by a single key."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from podboard.model.text import one_line
from podboard.ui.screens.dialog import Dialog, Line

if TYPE_CHECKING:
    from textual.app import ComposeResult


class TypeName(Dialog[bool]):
    """Has a name typed.

    Args:
        question: May hold names from outside.
        name: What has to be typed.
        does: What happens then, in a word.
    """

    BINDINGS: ClassVar = [Binding("escape,ctrl+q,ctrl+c", "cancel", "cancel", priority=True)]

    def __init__(self, question: str, name: str, does: str) -> None:
        super().__init__()
        self._question = one_line(question)
        self._typed_name = name
        self._does = does

    def compose(self) -> ComposeResult:
        """The question, and a line for the answer."""
        with Vertical(classes="dialog"):
            yield Static(Content(self._question), classes="dialog-title")
            yield Line(f"type its name to {self._does} it")
            yield Static(Content(f"enter  {self._does}    esc  cancel"), classes="dialog-keys")

    def on_input_submitted(self, event: Line.Submitted) -> None:
        """Take it, if it is the name."""
        if event.value.strip() in (self._typed_name, one_line(self._typed_name)):
            self.dismiss(True)  # noqa: FBT003 - the answer
        else:
            self.query_one(".dialog-keys", Static).update(
                Content(f"that is not {one_line(self._typed_name)}    esc  cancel")
            )

    def action_cancel(self) -> None:
        """Do nothing."""
        self.dismiss(False)  # noqa: FBT003 - the answer
