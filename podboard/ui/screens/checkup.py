"""How far the ways of a record lead."""

from __future__ import annotations

import logging
from contextlib import aclosing
from typing import TYPE_CHECKING, ClassVar, Final

from msgspec.structs import replace
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from podboard.errors import PodboardError
from podboard.model.attempt import OUTCOME_SIGNS, Outcome
from podboard.model.checkup import RESULT_SIGNS, Result, Step
from podboard.model.text import one_line
from podboard.ui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from podboard.model.checkup import Check, Checkup, Scope
    from podboard.ui.record_desk import CheckUp

log = logging.getLogger(__name__)

_STEP: Final = max(map(len, Step))
_LONGEST: Final = 1000
_WORDS: Final = {
    Outcome.OPENED: "works",
    Outcome.FAILED: "does not work",
    Outcome.UNTRUSTED: "is not trusted",
}
_LOOKS: Final = {Result.OK: "good", Result.FAILED: "bad", Result.SKIPPED: "dim", Result.NOT_APPLICABLE: "dim"}


class CheckupShown(Dialog[None]):
    """Looks at ways, and shows each as it is done.

    Args:
        name: The record's.
        scope: What is looked at first.
        check_up: Looks.
    """

    BINDINGS: ClassVar = [
        Binding("escape,q,t,enter,ctrl+q,ctrl+c", "dismiss", "close"),
        Binding("j,down", "scroll(1)", "down"),
        Binding("k,up", "scroll(-1)", "up"),
        Binding("x", "exec", "try exec"),
    ]

    def __init__(self, name: str, scope: Scope, check_up: CheckUp) -> None:
        super().__init__()
        self._record_name = name
        self._scope = scope
        self._check_up = check_up

    def compose(self) -> ComposeResult:
        """What is looked at, and what was found so far."""
        with Vertical(classes="dialog checkup"):
            yield Static(Content(one_line(f"the ways of {self._record_name}")), classes="dialog-title")
            yield VerticalScroll(can_focus=False)
            yield Static("", classes="dialog-keys")

    def on_mount(self) -> None:
        """Look."""
        self._begin()

    def action_exec(self) -> None:
        """Look again, and run the command that does nothing, if one pod is meant."""
        if self._scope.target.pod and not self._scope.with_exec:
            self._scope = replace(self._scope, with_exec=True)
            self._begin()

    def _begin(self) -> None:
        self.run_worker(self._look(), exclusive=True, exit_on_error=False)

    async def _look(self) -> None:
        shown, working = self.query_one(VerticalScroll), 0
        await shown.remove_children()
        self._say("looking…")
        try:
            async with aclosing(self._check_up(self._scope)) as checkups:
                async for checkup in checkups:
                    working += checkup.works
                    await shown.mount_all(_statics(checkup))
        except PodboardError as error:
            await shown.mount(_static(error.message, "bad"))
        except Exception:
            log.exception("the look at a record failed")
            await shown.mount(_static("podboard itself failed here; the log file says more", "bad"))
        works = {0: "no way of its own works", 1: "1 way works"}.get(working, f"{working} ways work")
        self._say(works, "j k  scroll")

    def _say(self, *said: str) -> None:
        can_try = self._scope.target.pod and not self._scope.with_exec
        keys = (*said, *(("x  try exec too",) if can_try else ()), "esc  back")
        self.query_one(".dialog-keys", Static).update(Content("    ".join(keys)))

    def action_scroll(self, by: int) -> None:
        """Scroll a line."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False, immediate=True)


def _statics(checkup: Checkup) -> list[Static]:
    """Tell of one way."""
    attempt = checkup.attempt
    sign = OUTCOME_SIGNS[attempt.outcome]
    if attempt.outcome is Outcome.NOT_APPLICABLE:
        return [_static(f"{attempt.method}  {sign} {attempt.sentence}", "dim")]
    head = _static(
        f"{attempt.method}  {attempt.endpoint}  {sign} {_WORDS[attempt.outcome]}",
        "good" if checkup.works else "bad",
    )
    return [head, *(line for check in checkup.checks if check.sentence for line in _check_statics(check))]


def _check_statics(check: Check) -> list[Static]:
    line = f"{RESULT_SIGNS[check.result]} {check.step:<{_STEP}}  {check.sentence}"
    hint = [_static(f"→ {check.hint}", "hint")] if check.hint else []
    return [_static(line, _LOOKS[check.result], "step"), *hint]


def _static(text: str, *looks: str) -> Static:
    # The blanks that stand columns apart are our own.
    printable = text if text.isprintable() else one_line(text, _LONGEST)
    return Static(Content(printable), classes=" ".join(f"checkup-{look}" for look in looks))
