"""One try to open a terminal, as the pane, the badge and the log tell it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SETUP_FAILED = "Error setting up Kubernetes WebSocket connection"
"""How a log line about a failed attempt begins; people search for it, so it never changes."""


class Outcome(StrEnum):
    """What became of an attempt."""

    OPENED = "opened"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way into a pod, tried once.

    Attributes:
        method: The way, transport and source of the credentials: ``ws:kubeconfig``.
        endpoint: The server that was asked, without credentials; empty where none was.
        started: When it began, in seconds since 1970.
        duration: How long it took, in seconds.
        status: The HTTP status of a refusal, if there was an answer at all.
        sentence: What happened, for a person; empty for a success.
        hint: What to do next; may be empty.
    """

    method: str
    endpoint: str
    started: float
    duration: float
    outcome: Outcome
    status: int | None = None
    sentence: str = ""
    hint: str = ""
