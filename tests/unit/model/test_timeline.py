"""Attempts, line by line."""

import pytest
from msgspec.structs import replace

from podboard.model.attempt import METHODS, OUTCOME_SIGNS, Attempt, Outcome
from podboard.model.timeline import timeline

FIRST, RECORD, _, _, LAST = METHODS
NONE = OUTCOME_SIGNS[Outcome.NOT_APPLICABLE]
FAILED = Attempt(
    FIRST, "https://10.0.0.1:6443", 100.0, 0.314, Outcome.FAILED, 403, "no Role allows it", "ask"
)


def results(*attempts: Attempt, now: float = 200.0) -> list[str]:
    return [line.result for line in timeline(attempts, now)]


def test_lines_stand_below_each_other_under_their_numbers() -> None:
    lines = list(timeline([FAILED, replace(FAILED, method=LAST, endpoint="ops@bastion")], 200.0))
    assert [line.way for line in lines] == [
        " 1  ws:kubeconfig  https://10.0.0.1:6443  ",
        " 5  ssh            ops@bastion            ",
    ]


@pytest.mark.parametrize(
    ("attempt", "told"),
    [
        (FAILED, "✗ 0.31 s  403  no Role allows it"),
        (replace(FAILED, sentence="expired (403)"), "✗ 0.31 s  expired (403)"),
        (replace(FAILED, status=None, sentence=""), "✗ 0.31 s  failed"),
        (replace(FAILED, outcome=Outcome.UNTRUSTED, status=None, sentence="who?"), "✗ 0.31 s  who?"),
        (Attempt(LAST, "h", 1.0, 0.5, Outcome.OPENED), "● 0.50 s  opened"),
        (Attempt(RECORD, "", 1.0, 0.0, Outcome.NOT_APPLICABLE, sentence="no record"), f"{NONE} no record"),
        (Attempt(RECORD, "", 1.0, 0.2, Outcome.NOT_APPLICABLE, sentence="no record"), f"{NONE} no record"),
        (Attempt(FIRST, "h", 1.0, 1.25, Outcome.OVERTAKEN, sentence="no answer"), "○ 1.25 s  no answer"),
        (Attempt(FIRST, "h", 1.0, 0.0, Outcome.OVERTAKEN, sentence="failed before"), "○ failed before"),
        (Attempt(RECORD, "", 1.0, 0.0, Outcome.FAILED, sentence="not a kubeconfig"), "✗ not a kubeconfig"),
    ],
)  # fmt: skip
def test_each_outcome_in_words(attempt: Attempt, told: str) -> None:
    assert results(attempt) == [told]


def test_what_still_lasts_has_lasted_till_now() -> None:
    trying = Attempt(FIRST, "h", 198.5, 0.0, Outcome.TRYING, sentence="logging in")
    assert results(trying) == ["◐ 1.50 s  logging in"]
    assert results(trying, now=198.5) == ["◐ 0.00 s  logging in"]
    # A clock that was set back.
    assert results(trying, now=100.0) == ["◐ 0.00 s  logging in"]
    assert results(replace(trying, sentence="")) == ["◐ 1.50 s  trying"]


def test_nothing_in_it_moves_the_cursor() -> None:
    nasty = "a\r\nb\x1b[2J\x07\u202ec"
    [line] = timeline([replace(FAILED, endpoint=nasty, sentence=nasty, hint=nasty)], 200.0)
    assert all(text.isprintable() for text in (line.way, line.result, line.hint))
    assert "a b\\x1b[2J" in line.result


def test_a_hint_may_hold_a_command() -> None:
    [line] = timeline([replace(FAILED, hint="kubectl " * 100)], 200.0)
    assert line.hint == ("kubectl " * 100).strip()
    [line] = timeline([replace(FAILED, hint="x" * 5000)], 200.0)
    assert len(line.hint) == 1000
