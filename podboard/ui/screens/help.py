"""All keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from podboard.ui.keymap import (
    AFTER_LEADER,
    ENDED,
    FORM,
    LEADER_SHOWN,
    LIST,
    MOVING,
    OFFERED,
    RECORDS,
    SCROLLING,
)
from podboard.ui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from podboard.ui.keymap import Key

_SECTIONS = (
    ("In the pod list", LIST),
    (f"In a terminal every key goes to the pod, but after {LEADER_SHOWN}", AFTER_LEADER),
    ("In the pod list, while podboard asks whether to open terminals again", OFFERED),
    ("In a terminal that has ended", ENDED),
    ("In the scroll mode", SCROLLING),
    ("In the scroll mode, to go about and to select", MOVING),
    ("In the records", RECORDS),
    ("While a record is filled in", FORM),
)


class Help(Dialog[None]):
    """Shows what every key does."""

    BINDINGS: ClassVar = [
        Binding("escape,q,question_mark,f1,enter,ctrl+q,ctrl+c", "dismiss", "close"),
        Binding("j", "scroll(1)", "down"),
        Binding("k", "scroll(-1)", "up"),
    ]

    def compose(self) -> ComposeResult:
        """The tables of keys."""
        with Vertical(classes="dialog help"):
            with VerticalScroll():
                for title, table in _SECTIONS:
                    yield Static(Content(title), classes="dialog-title")
                    yield Static(Content("\n".join(_line(key) for key in table)), classes="dialog-part")
            yield Static(Content("j k  scroll    esc  back"), classes="dialog-keys")

    def action_scroll(self, by: int) -> None:
        """Scroll a line."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False, immediate=True)


def _line(key: Key) -> str:
    names = list(_readable(key.keys))
    others = [name for name in names if name != key.shown]
    # What is shown may stand for all of them, like 1-9.
    also = f" (also {', '.join(others)})" if others and key.shown in names else ""
    return f"  {key.shown:<8}{key.help}{also}"


_READABLE = {
    "slash": "/",
    "colon": ":",
    "asterisk": "*",
    "question_mark": "?",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "circumflex_accent": "^",
    "dollar_sign": "$",
    "vertical_line": "|",
    "percent_sign": "%",
    "minus": "-",
    "quotation_mark": '"',
    "exclamation_mark": "!",
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "ctrl+right_square_bracket": LEADER_SHOWN,
}


def _readable(keys: str) -> list[str]:
    return [_READABLE.get(key, key) for key in keys.split(",")]
