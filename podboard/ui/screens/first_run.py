"""What a person sees who has no cluster yet."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from podboard.ui.screens.dialog import Dialog, Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult


class Offer(Enum):
    """What a person may want who has no kubeconfig to name."""

    DEMO = auto()
    RECORDS = auto()


class FirstRun(Dialog["Offer | str | None"]):
    """Says where a kubeconfig was looked for, and offers ways on: a text is a path, None is to quit."""

    BINDINGS: ClassVar = [
        Binding("d", "demo", "demo"),
        Binding("k", "kubeconfig", "kubeconfig"),
        Binding("r", "records", "records"),
        Binding("q,ctrl+q,ctrl+c,escape", "quit", "quit"),
    ]

    def __init__(self, looked: Sequence[str]) -> None:
        super().__init__()
        self._looked = looked

    def compose(self) -> ComposeResult:
        """What was looked for, and the keys."""
        with Vertical(classes="dialog first-run"):
            yield Static(Content("No cluster yet."), classes="dialog-title dialog-part")
            looked = "\n".join(f"  {place}" for place in self._looked)
            yield Static(Content(f"podboard looked for\n{looked}"), classes="dialog-part")
            yield Static(
                Content(
                    "you can\n"
                    "  d  try the demo: pods and shells on this machine\n"
                    "  k  choose a kubeconfig file\n"
                    "  r  pod records: ways into pods by SSH or with a token\n"
                    "  q  quit"
                )
            )

    def action_demo(self) -> None:
        """Try the demo."""
        self.dismiss(Offer.DEMO)

    def action_records(self) -> None:
        """See the records."""
        self.dismiss(Offer.RECORDS)

    async def action_kubeconfig(self) -> None:
        """Ask for a file."""
        if not self.query(Line):
            path = Line("path of a kubeconfig file")
            await self.query_one(Vertical).mount(path)
            path.focus()

    def on_input_submitted(self, event: Line.Submitted) -> None:
        """Try the file."""
        if event.value.strip():
            self.dismiss(event.value.strip())

    async def action_quit(self) -> None:
        """Leave."""
        self.dismiss(None)
