"""A way into pods, looked at step by step: what ``podboard doctor`` and the test of a record tell."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec import Struct, field

from podboard.errors import FailureKind
from podboard.model.attempt import Attempt, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podboard.errors import Denied, PodboardError
    from podboard.model.target import Target

NO_OP: Final = ("true",)
"""A command that does nothing."""

Fact: TypeAlias = "str | bool | tuple[str, ...]"


class Step(StrEnum):
    """What is looked at, in this order; a way over SSH has other steps than one over a WebSocket."""

    CONFIGURATION = "configuration"
    DNS = "DNS"
    TCP = "TCP"
    PROXY = "proxy"
    TLS = "TLS"
    AUTHENTICATION = "authentication"
    HOST_KEY = "host key"
    LOGIN = "SSH login"
    KUBECTL = "remote kubectl"
    AUTHORISATION = "authorisation"
    POD = "pod"
    UPGRADE = "upgrade"
    EXEC = "exec"


class Result(StrEnum):
    """What became of a step."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"  # a step before it failed, or nobody asked for it
    NOT_APPLICABLE = "not applicable"


RESULT_SIGNS: Final = {
    Result.OK: "●",
    Result.FAILED: "✗",
    Result.SKIPPED: "○",
    Result.NOT_APPLICABLE: "–",  # noqa: RUF001 - a dash for none
}
"""One cell each, as ``OUTCOME_SIGNS``."""


class Scope(Struct, frozen=True):
    """What is to be looked at.

    Attributes:
        target: Without a pod, what is asked of pods is asked of all in its namespace.
        with_exec: Whether a command that does nothing may be started in the pod.
        exec_by: What a person has it started by.
    """

    target: Target
    with_exec: bool = False
    exec_by: str = "--exec"

    @property
    def no_exec(self) -> str:
        """Why no command is started; empty where one is to be."""
        if not self.target.pod:
            return "not tried, for want of a pod"
        return "" if self.with_exec else f"not tried: {self.exec_by} would run `{' '.join(NO_OP)}` in the pod"


class Check(Struct, frozen=True):
    """One step.

    Attributes:
        sentence: What was found, for a person; empty where a step before it failed.
        hint: What to do next; may be empty.
        facts: What was found, by name; no secrets, but texts of servers and files that may hold anything.
        duration: How long it took, in seconds.
        kind: What a failure means for other ways.
        status: The HTTP status of a refusal.
        reason: The server's or SSH's own short word for a failure; may be empty.
        denied: Who may not open terminals where, if it is known that this is why.
    """

    step: Step
    result: Result
    sentence: str = ""
    hint: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    duration: float = 0.0
    kind: FailureKind | None = None
    status: int | None = None
    reason: str = ""
    denied: Denied | None = None


class Checkup(Struct, frozen=True):
    """One way, looked at.

    Attributes:
        attempt: The whole as one attempt; ``OPENED`` where nothing speaks against opening a terminal.
        checks: Its steps, in order; all behind the first that failed are skipped.
    """

    attempt: Attempt
    checks: tuple[Check, ...]

    @property
    def works(self) -> bool:
        """Whether it leads into the pod, as far as was looked."""
        return self.attempt.outcome is Outcome.OPENED


def failed(step: Step, error: PodboardError, facts: Mapping[str, Fact] | None = None) -> Check:
    """Return the check of a step that failed."""
    return Check(
        step,
        Result.FAILED,
        error.message,
        error.hint,
        facts or {},
        kind=error.kind,
        status=getattr(error, "status", None),
        reason=getattr(error, "reason", ""),
        denied=getattr(error, "denied", None),
    )


def summed_up(attempt: Attempt, checks: tuple[Check, ...]) -> Checkup:
    """Return a way's checkup.

    Args:
        attempt: Its method, its endpoint, when it began and how long it took.
        checks: All its steps.
    """
    bad = next((check for check in checks if check.result is Result.FAILED), None)
    if bad is not None:
        outcome = Outcome.UNTRUSTED if bad.kind is FailureKind.UNTRUSTED else Outcome.FAILED
    elif checks[0].result is Result.NOT_APPLICABLE:
        bad, outcome = checks[0], Outcome.NOT_APPLICABLE
    else:
        outcome = Outcome.OPENED
    told = bad or Check(Step.CONFIGURATION, Result.OK)
    return Checkup(
        Attempt(
            attempt.method, attempt.endpoint, attempt.started, attempt.duration, outcome,
            told.status, told.sentence, told.hint, told.reason, told.denied,
        ),
        checks,
    )  # fmt: skip
