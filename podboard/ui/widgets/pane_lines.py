"""The lines of a pane that are not the terminal's: its title above, and what is to be said below."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.strip import Strip

from podboard.model.badge import TerminalState
from podboard.model.duration import human_duration
from podboard.ui.keymap import LEADER_SHOWN
from podboard.ui.widgets.looks import STATE_LOOKS
from podboard.ui.widgets.wrapping import sentence_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.style import Style

    from podboard.session.terminal import Terminal

    Look = Callable[[str], Style]
    """Finds a look by its name; the empty one is that of the widget."""

PANE_LOOKS = {"focused", "dim", "hint", *STATE_LOOKS.values()}


def title_line(terminal: Terminal, width: int, look: Look, *, focused: bool) -> Strip:
    """The pod and container, the program's own title, and on the right the badge."""
    badge, screen = terminal.badge, terminal.screen
    name, dim = look("focused" if focused else ""), look("dim")
    since = f" {human_duration(time.time() - terminal.opened)}" if badge.state is TerminalState.OPEN else ""
    above = screen.scrolled
    right = Strip(
        [
            Segment(f" ↑ {above} of {screen.scrollback} " if above else "", name),
            Segment(f" {badge.method} · " if badge.method else " ", dim),
            Segment(f"{badge.sign} {badge.words}", look(STATE_LOOKS[badge.state])),
            Segment(f"{since} ", dim),
        ]
    )
    left = Strip(
        [
            Segment(f" {terminal.target} ", name),
            Segment(f"· {screen.title} " if screen.title else "", dim),
        ]
    )
    room = max(width - right.cell_length, 0)
    left = left.crop(0, room)
    rule = Strip([Segment("─" * (room - left.cell_length), dim)])
    return Strip.join([left, rule, right]).adjust_cell_length(width, look(""))


def notice_lines(terminal: Terminal, width: int, look: Look) -> list[Strip]:
    """What happened to a terminal that has no shell, and what to do next; nothing for one that has."""
    ending = terminal.ending
    if ending is None:
        return []
    told = look("failed" if terminal.badge.state is TerminalState.FAILED else "")
    next_keys = f"enter opens it again · {LEADER_SHOWN} x closes it"
    sentences = [(terminal.badge.sign, ending.sentence, told), ("→", ending.hint, look("hint"))]
    lines = [
        line
        for sign, sentence, style in sentences
        if sentence
        for line in sentence_lines([Segment(f" {sign} ", style)], sentence, style, width, 3)
    ]
    lines += sentence_lines([Segment(" ")], next_keys, look("dim"), width, 1)
    return [line.adjust_cell_length(width, look("")) for line in lines]
