"""What became of each way in, line by line, as the pane, ``podboard exec -v`` and the log panel show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace

from podboard.model.attempt import METHODS, OUTCOME_SIGNS, Outcome
from podboard.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podboard.model.attempt import Attempt

_LONGEST: Final = 1000
"""Characters of a sentence; a hint may hold a command."""

_WIDEST_METHOD: Final = max(map(len, METHODS))


class Line(NamedTuple):
    """One way, in words.

    Attributes:
        way: Its number in the ladder, its method and endpoint, padded so that lines stand below each other.
        result: Its sign, seconds, status and what happened.
        hint: What to do next; may be empty.
    """

    way: str
    result: str
    hint: str
    outcome: Outcome


def timeline(attempts: Iterable[Attempt], now: float) -> Iterator[Line]:
    """Tell attempts in the order they come, in lines that print whatever servers said.

    Args:
        now: Seconds since 1970, for those that still last.
    """
    attempts = [_printable(attempt) for attempt in attempts]
    widest = max((len(attempt.endpoint) for attempt in attempts), default=0)
    for attempt in attempts:
        number = METHODS.index(attempt.method) + 1 if attempt.method in METHODS else 0
        method = attempt.method.ljust(_WIDEST_METHOD)
        yield Line(
            f"{number:>2}  {method}  {attempt.endpoint:<{widest}}  ",
            _result(attempt, now),
            attempt.hint,
            attempt.outcome,
        )


def _printable(attempt: Attempt) -> Attempt:
    return replace(
        attempt,
        endpoint=one_line(attempt.endpoint),
        sentence=one_line(attempt.sentence, _LONGEST),
        hint=one_line(attempt.hint, _LONGEST),
    )


def _result(attempt: Attempt, now: float) -> str:
    sign = OUTCOME_SIGNS[attempt.outcome]
    has_begun = attempt.outcome is Outcome.TRYING or attempt.duration > 0
    if attempt.outcome is Outcome.NOT_APPLICABLE or not has_begun:
        return f"{sign} {attempt.sentence}"
    duration = now - attempt.started if attempt.outcome is Outcome.TRYING else attempt.duration
    status = f"{attempt.status}" if attempt.status and str(attempt.status) not in attempt.sentence else ""
    words = attempt.sentence or str(attempt.outcome)
    return "  ".join(part for part in (f"{sign} {max(duration, 0):.2f} s", status, words) if part)
