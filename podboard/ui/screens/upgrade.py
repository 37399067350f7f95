"""Brings an older database forward, if the person wishes so."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from podboard.errors import PodboardError
from podboard.model.text import one_line
from podboard.ui.screens.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.worker import Worker

    from podboard.ui.record_desk import Upgrade

_EVERY: Final = 0.1
"""Seconds between two words about the progress."""


class UpgradeDialog(Dialog[bool]):
    """Says what an upgrade would do, does it when told to, and says what it did.

    The answer is whether the database is a new one now.

    Args:
        found: What the database is, in a sentence.
        upgrade: Of the database.
    """

    BINDINGS: ClassVar = [
        Binding("u", "upgrade", "upgrade"),
        Binding("enter", "close", "go on"),
        Binding("escape,q,ctrl+q,ctrl+c", "cancel", "not now"),
    ]

    def __init__(self, found: str, upgrade: Upgrade) -> None:
        super().__init__()
        self._found = found
        self._upgrade = upgrade
        self._worker: Worker[None] | None = None
        self._may_upgrade = False
        self._done = False
        self._told = 0.0

    def compose(self) -> ComposeResult:
        """What was found, what would be done, and the keys."""
        with Vertical(classes="dialog"):
            yield Static(Content("An older database"), classes="dialog-title")
            looking = "looking at what an upgrade would do…"
            yield Static(Content(f"{one_line(self._found)}\n{looking}"), classes="upgrade-lines")
            yield Static(Content("esc  not now"), classes="dialog-keys")

    def on_mount(self) -> None:
        """Try it without writing anything."""
        self._worker = self.run_worker(self._try(), exit_on_error=False)

    async def _try(self) -> None:
        try:
            summary = await self._upgrade(dry_run=True)
        except PodboardError as error:
            self._say([error.message, error.hint], "esc  back")
        else:
            self._may_upgrade = True
            self._say(summary.lines(), "u  upgrade, after a backup    esc  not now")

    def action_upgrade(self) -> None:
        """Upgrade."""
        if self._may_upgrade:
            self._may_upgrade = False
            self._say(["upgrading…"], "esc  cancel")
            self._worker = self.run_worker(self._do(), exit_on_error=False)

    async def _do(self) -> None:
        try:
            summary = await self._upgrade(progress=self._progress)
        except PodboardError as error:
            self._say([error.message, error.hint], "esc  back")
        else:
            self._done = True
            self._say(summary.lines(), "enter  go on")

    def _progress(self, step: str, done: int, total: int) -> None:
        if self.is_mounted and time.monotonic() - self._told >= _EVERY:
            self._told = time.monotonic()
            self._say([f"{step}: {done} of {total}" if total > 1 else step], "esc  cancel")

    def _say(self, lines: Sequence[str], keys: str) -> None:
        text = "\n".join(one_line(line) for line in lines if line)
        self.query_one(".upgrade-lines", Static).update(Content(text))
        self.query_one(".dialog-keys", Static).update(Content(keys))

    def action_close(self) -> None:
        """Go on with the new database."""
        if self._done:
            self.dismiss(True)  # noqa: FBT003 - the answer

    def action_cancel(self) -> None:
        """Leave the database as it is; what was begun is undone."""
        if self._worker is not None:
            self._worker.cancel()
        self.dismiss(self._done)
