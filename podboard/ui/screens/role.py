"""A Role that would allow a terminal, for whoever may create it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from podboard.ui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult


class RoleShown(Dialog[None]):
    """Shows the Role that was copied: not every terminal lets a program copy."""

    BINDINGS: ClassVar = [Binding("escape,enter,q,y,ctrl+q,ctrl+c", "dismiss", "close")]

    def __init__(self, role: str) -> None:
        super().__init__()
        self._role = role

    def compose(self) -> ComposeResult:
        """The Role."""
        with Vertical(classes="dialog"):
            yield Static(Content("for whoever may create it: kubectl create -f -"), classes="dialog-title")
            yield Static(Content(self._role.rstrip()))
            yield Static(
                Content("copied, if your terminal lets programs copy; else copy it from here    esc  back"),
                classes="dialog-keys",
            )
