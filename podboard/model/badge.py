"""How a terminal stands, in one word and one sign."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from msgspec import Struct


class TerminalState(StrEnum):
    """Where a terminal is on its way."""

    CONNECTING = "connecting"
    OPEN = "open"
    RECONNECTING = "reconnecting"
    CLOSED = "closed"
    FAILED = "failed"


OVER: Final = (TerminalState.CLOSED, TerminalState.FAILED)
"""States in which there is no shell, nor one on its way."""


SIGNS = {
    TerminalState.CONNECTING: "◐",
    TerminalState.OPEN: "●",
    TerminalState.RECONNECTING: "↺",
    TerminalState.CLOSED: "○",
    TerminalState.FAILED: "✗",
}
"""One cell each."""


class Badge(Struct, frozen=True):
    """What a pane, a tab and a row of the pod list say of a terminal.

    Attributes:
        method: The way in that worked or is being tried: ``ws:kubeconfig``; empty before the first.
        exit_code: The command's own, where it is known.
    """

    state: TerminalState
    method: str = ""
    exit_code: int | None = None

    @property
    def sign(self) -> str:
        """The state as one cell."""
        return SIGNS[self.state]

    @property
    def words(self) -> str:
        """The state as words, with the exit code of a command that ended."""
        if self.state is TerminalState.CLOSED and self.exit_code is not None:
            return f"{self.state} {self.exit_code}"
        return str(self.state)

    def __str__(self) -> str:
        return f"{self.method} · {self.words}" if self.method else self.words
