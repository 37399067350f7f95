"""One try to open a terminal, as the pane, the badge, the log and the history tell it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from msgspec import Struct

from podboard.errors import Denied  # noqa: TC001 - rows are decoded by the fields' types

SETUP_FAILED: Final = "Error setting up Kubernetes WebSocket connection"
FALLING_BACK: Final = "Falling back to SSH connection to pod"
SSH_FAILED: Final = "Error in SSH fallback method"
"""How log lines begin; people search for them, so they never change."""

METHODS: Final = ("ws:kubeconfig", "ws:record", "ws:token", "ws:in-cluster", "ssh")
"""The ways in, in the order of the ladder: transport and source of the credentials."""

OF_RECORDS: Final = METHODS[1:3]
"""The methods that stand on a record alone."""

SSH: Final = METHODS[-1]
"""The method that is no WebSocket."""

NO_SHELL: Final = "no shell in this image"
"""What the sentence begins with where no shell could be opened for want of one."""


class Outcome(StrEnum):
    """What became of an attempt."""

    TRYING = "trying"
    OPENED = "opened"
    FAILED = "failed"
    UNTRUSTED = "untrusted"  # who answered could not show to be who was meant
    NOT_APPLICABLE = "not applicable"
    OVERTAKEN = "overtaken"  # another way opened first


OUTCOME_SIGNS: Final = {
    Outcome.TRYING: "◐",
    Outcome.OPENED: "●",
    Outcome.FAILED: "✗",
    Outcome.UNTRUSTED: "✗",
    Outcome.NOT_APPLICABLE: "–",  # noqa: RUF001 - a dash for none
    Outcome.OVERTAKEN: "○",
}
"""One cell each."""


class Attempt(Struct, frozen=True):
    """One way into a pod, tried once.

    Attributes:
        method: One of ``METHODS``.
        endpoint: The server that was asked, without credentials; empty where none was.
        started: When it began, in seconds since 1970.
        duration: How long it took, in seconds.
        status: The HTTP status of a refusal, if there was an answer at all.
        reason: The server's or SSH's own short word for a failure; may be empty.
        sentence: What happened, for a person; empty for a success. While it is tried, how far it has come.
        hint: What to do next; may be empty.
        denied: Who may not open terminals where, if it is known that this is why.
    """

    method: str
    endpoint: str
    started: float
    duration: float
    outcome: Outcome
    status: int | None = None
    sentence: str = ""
    hint: str = ""
    reason: str = ""
    denied: Denied | None = None

    @property
    def is_failure(self) -> bool:
        """Whether it was tried and led nowhere."""
        return self.outcome in {Outcome.FAILED, Outcome.UNTRUSTED}

    @property
    def lacks_shell(self) -> bool:
        """Whether it led to an image that has no shell."""
        return self.sentence.startswith(NO_SHELL)
