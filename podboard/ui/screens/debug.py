"""What a person is asked before a debug container is added to a pod."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from podboard.session.debugging import Choice
from podboard.ui.screens.dialog import Dialog, Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from podboard.model.target import Target


class DebugDialog(Dialog[Choice | None]):
    """Says what will be done, and asks for the image; None is to do nothing.

    Args:
        target: The container that has no shell.
        image: The one that is proposed.
        running: Debug containers of podboard that are there.
    """

    BINDINGS: ClassVar = [
        Binding("escape,ctrl+q,ctrl+c", "cancel", "cancel"),
        Binding("enter", "add", "add", priority=True),
        Binding("ctrl+r", "reuse", "reuse", priority=True),
    ]

    def __init__(self, target: Target, image: str, running: Sequence[str]) -> None:
        super().__init__()
        self._target = target
        self._there = running
        self._line = Line("")
        self._line.value = image

    def compose(self) -> ComposeResult:
        """What is known, what will be done, and a line for the image."""
        sees = f"and sees the processes of {self._target.container}" if self._target.container else ""
        with Vertical(classes="dialog"):
            yield Static(Content(f"debug container for {self._target}"), classes="dialog-title")
            yield Static(
                Content(
                    f"It brings another image's tools into the pod {sees}.\n"
                    "It stays until the pod goes: nobody can remove it before."
                )
            )
            with Vertical(classes="dialog-prompt"):
                yield Static(Content("image"))
                yield self._line
            keys = "enter  add it, and open a shell in it    esc  cancel"
            if self._there:
                yield Static(Content(f"{self._there[-1]} is there already, and runs."))
                keys = f"ctrl+r  open a shell there    {keys}"
            yield Static(Content(keys), classes="dialog-keys")

    def action_add(self) -> None:
        """Take the image that was typed."""
        if image := self._line.value.strip():
            self.dismiss(Choice("", image))

    def action_reuse(self) -> None:
        """Take the one that is there."""
        if self._there:
            self.dismiss(Choice(self._there[-1], ""))

    def action_cancel(self) -> None:
        """Do nothing."""
        self.dismiss(None)
