"""What is about to be pasted, before it is."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from podboard.model.sizes import human_size
from podboard.model.text import one_line
from podboard.ui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.timer import Timer

    from podboard.vt.paste import Glance

LINES: Final = 8
"""Lines of the text that are shown."""

QUIET: Final = 0.3
"""Seconds without a key before a paste is agreed to: a key typed right behind it was meant for the pod."""

_WIDEST: Final = 500
_C0_PICTURES: Final = 0x2400


class PasteAnswer(Enum):
    """What is to become of a paste."""

    PASTE = "paste"
    JOIN = "join"
    ALWAYS = "always"


class PastePreview(Dialog[PasteAnswer | None]):
    """Shows a paste and asks; None is not to paste it.

    Args:
        text: What is about to be pasted.
        seen: What is known of it.
        where: Into what.
        runs: Whether the program there takes each line end for the enter key.
        may_always: Whether the person may be asked no more there.
    """

    BINDINGS: ClassVar = [
        Binding("enter", "answer('paste')", "paste"),
        Binding("1", "answer('join')", "as one line"),
        Binding("a", "answer('always')", "always here"),
        Binding("escape,q,n,ctrl+q,ctrl+c", "cancel", "do not"),
    ]

    def __init__(self, text: str, seen: Glance, where: str, *, runs: bool, may_always: bool = True) -> None:
        super().__init__()
        self._seen = seen
        self._where = where
        self._runs = runs
        self._may_always = may_always
        # No more is looked at than can be seen: the text may be a line of megabytes.
        self._head = text[: LINES * _WIDEST].replace("\r\n", "\n").replace("\r", "\n").split("\n")[:LINES]
        self._patience: Timer | None = None
        self._takes_answers = False

    def compose(self) -> ComposeResult:
        """How much it is, its first lines, what is odd about it, and the keys."""
        seen = self._seen
        lines = "1 line" if seen.lines == 1 else f"{seen.lines} lines"
        shown = [_visible(line[:_WIDEST]) for line in self._head[: seen.lines]]
        if seen.lines > len(shown):
            shown.append(f"… and {seen.lines - len(shown)} more")
        with Vertical(classes="dialog"):
            yield Static(
                Content(f"paste {lines}, {human_size(seen.size)}, into {one_line(self._where)}?"),
                classes="dialog-title",
            )
            yield Static(Content("\n".join(shown)), classes="paste-text")
            for warning in self._warnings():
                yield Static(Content(f"! {warning}"), classes="dialog-trouble")
            yield Static(Content("typed keys are not taken for an answer yet"), classes="dialog-keys")

    def _warnings(self) -> list[str]:
        seen = self._seen
        warnings = []
        if self._runs and seen.breaks:
            run = seen.lines if seen.ends_line else seen.lines - 1
            warnings.append(f"line ends are the enter key here: a shell runs {run} of {seen.lines} lines")
        if seen.controls:
            are = (
                "1 control character is" if seen.controls == 1 else f"{seen.controls} control characters are"
            )
            warnings.append(f"{are} left out")
        if seen.has_end:
            warnings.append("it holds the end of a paste, to have the rest taken for typed")
        return warnings

    @property
    def _keys(self) -> str:
        joined = "    1  as one line" if self._seen.breaks else ""
        always = "    a  always here" if self._may_always else ""
        return f"enter  paste{joined}{always}    esc  do not"

    def on_screen_resume(self) -> None:
        """Begin to wait for quiet."""
        if not self._takes_answers:
            self.call_after_refresh(self._wait_for_quiet)

    def _wait_for_quiet(self) -> None:
        if self._patience is not None:
            self._patience.stop()
        self._patience = self.set_timer(QUIET, self._take_answers)

    def _take_answers(self) -> None:
        self._takes_answers = True
        self.query_one(".dialog-keys", Static).update(Content(self._keys))

    def on_key(self) -> None:
        """Wait on, while somebody types."""
        if not self._takes_answers:
            self._wait_for_quiet()

    def on_paste(self, _: events.Paste) -> None:
        """Wait on, while somebody pastes: one paste at a time."""
        self.on_key()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Agree to nothing before there is quiet."""
        is_offered = self._may_always or parameters != (PasteAnswer.ALWAYS.value,)
        return action != "answer" or (self._takes_answers and is_offered)

    def action_answer(self, answer: str) -> None:
        """Paste it."""
        self.dismiss(PasteAnswer(answer))

    def action_cancel(self) -> None:
        """Paste nothing."""
        self.dismiss(None)


def _visible(line: str) -> str:
    return "".join(map(_sign, line))


def _sign(character: str) -> str:
    """A character as it can be shown anywhere: a control character as its picture, others by number."""
    code = ord(character)
    if character == "\t":
        return "    "
    if character < " ":
        return chr(_C0_PICTURES + code)
    return character if character.isprintable() else f"<{code:02x}>"
