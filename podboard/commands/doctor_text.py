"""Checkups in words, like the timeline of a pane, and as JSON."""

from __future__ import annotations

import textwrap
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from podboard.commands.output import harmless
from podboard.model.attempt import METHODS, OUTCOME_SIGNS, Outcome
from podboard.model.checkup import RESULT_SIGNS, Result
from podboard.model.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from podboard.model.checkup import Check, Checkup
    from podboard.model.record import Json, Record
    from podboard.model.target import Target

_GOOD, _BAD, _DIM = "32", "31", "2"
_COLOURS: Final = {
    Result.OK: _GOOD,
    Result.FAILED: _BAD,
    Result.SKIPPED: _DIM,
    Result.NOT_APPLICABLE: _DIM,
}
_WORDS: Final = {
    Outcome.OPENED: "works",
    Outcome.FAILED: "does not work",
    Outcome.UNTRUSTED: "is not trusted",
}
_METHOD: Final = max(map(len, METHODS))
_STEP: Final = len("authentication")
_INDENT: Final = 4

_NARROW: Final = 30
"""Columns that a sentence needs; where a head leaves fewer, it stands below."""

_BELOW: Final = 8


class Style(NamedTuple):
    """For whom it is written.

    Attributes:
        width: Columns to break lines at; None for whole lines.
        has_colours: Whether signs are coloured; they say the same without.
    """

    width: int | None
    has_colours: bool


def block(checkup: Checkup, style: Style) -> str:
    """Tell of one way, step by step, in several lines."""
    return "\n".join(_lines(checkup, style))


def last_line(found: Sequence[Checkup], target: Target, style: Style) -> str:
    """Say which ways work."""
    where = str(target) if target.pod else f"the namespace {harmless(target.namespace)}"
    working = [checkup.attempt.method for checkup in found if checkup.works]
    if not working:
        return _coloured(f"No way into {where} works.", _BAD, style)
    verb = "works" if len(working) == 1 else "work"
    return _coloured(
        f"{len(working)} of {len(found)} ways into {where} {verb}: {', '.join(working)}.", _GOOD, style
    )


def checkup_document(
    found: Sequence[Checkup], target: Target, context: str | None, record: Record | None
) -> Json:
    """Return what was found as JSON has it; ``docs/doctor.md`` describes it."""
    return {
        "context": context,
        "namespace": target.namespace,
        "pod": target.pod or None,
        "container": target.container or None,
        "record": record.name if record is not None else None,
        "works": any(checkup.works for checkup in found),
        "ways": [_way_document(checkup) for checkup in found],
    }


def _way_document(checkup: Checkup) -> Json:
    attempt = checkup.attempt
    return {
        "method": attempt.method,
        "endpoint": attempt.endpoint or None,
        "works": checkup.works,
        "outcome": str(attempt.outcome),
        "started": rfc3339(datetime.fromtimestamp(attempt.started, UTC)),
        "duration": round(attempt.duration, 3),
        "status": attempt.status,
        "reason": attempt.reason,
        "sentence": attempt.sentence,
        "hint": attempt.hint,
        "checks": [_check_document(check) for check in checkup.checks],
    }


def _check_document(check: Check) -> Json:
    return {
        "step": str(check.step),
        "result": str(check.result),
        "duration": round(check.duration, 3),
        "status": check.status,
        "reason": check.reason,
        "sentence": check.sentence,
        "hint": check.hint,
        "facts": {
            name: list(fact) if isinstance(fact, tuple) else fact for name, fact in check.facts.items()
        },
    }


def _lines(checkup: Checkup, style: Style) -> Iterator[str]:
    attempt = checkup.attempt
    number = METHODS.index(attempt.method) + 1 if attempt.method in METHODS else 0
    head = f"{number:>2}  {attempt.method:<{_METHOD}}  "
    sign = OUTCOME_SIGNS[attempt.outcome]
    if attempt.outcome is Outcome.NOT_APPLICABLE:
        yield _wrapped(f"{head}{sign} ", attempt.sentence, sign, _DIM, style)
        return
    endpoint = f"{harmless(attempt.endpoint)}  " if attempt.endpoint else ""
    told = f"{endpoint}{sign} {_WORDS[attempt.outcome]}  {attempt.duration:.2f} s"
    yield _wrapped(head, told, sign, _GOOD if checkup.works else _BAD, style)
    unreached = [check for check in checkup.checks if check.result is Result.SKIPPED and not check.sentence]
    for check in checkup.checks:
        if check not in unreached:
            yield from _check_lines(check, style)
    if unreached:
        sign, names = RESULT_SIGNS[Result.SKIPPED], ", ".join(check.step for check in unreached)
        yield _wrapped(f"{'':{_INDENT}}{sign} ", f"not reached: {names}", sign, _DIM, style)


def _check_lines(check: Check, style: Style) -> Iterator[str]:
    sign = RESULT_SIGNS[check.result]
    time = f"{check.duration:.2f} s" if check.result in {Result.OK, Result.FAILED} else ""
    head = f"{'':{_INDENT}}{sign} {check.step:<{_STEP}}  {time:>6}  "
    status = f"{check.status} " if check.status and str(check.status) not in check.sentence else ""
    yield _wrapped(head, f"{status}{check.sentence}", sign, _COLOURS[check.result], style)
    if check.hint:
        yield _wrapped(f"{'':{len(head)}}→ ", check.hint, "→", _DIM, style)


def _wrapped(head: str, text: str, sign: str, colour: str, style: Style) -> str:
    """Write a text behind its head, and what does not fit below it; the sign is coloured."""
    text, head = harmless(text), head if text else head.rstrip()
    if style.width is None:
        lines = [f"{head}{text}"]
    elif style.width - len(head) >= _NARROW:
        room = style.width - len(head)
        first, *rest = textwrap.wrap(text, room) or [""]
        lines = [f"{head}{first}", *(f"{'':{len(head)}}{line}" for line in rest)]
    else:
        below = textwrap.wrap(text, max(style.width - _BELOW, _NARROW))
        lines = [head.rstrip(), *(f"{'':{_BELOW}}{line}" for line in below)]
    return "\n".join(lines).replace(sign, _coloured(sign, colour, style), 1)


def _coloured(text: str, colour: str, style: Style) -> str:
    return f"\x1b[{colour}m{text}\x1b[m" if style.has_colours else text
