"""The lines of a pane that are not the terminal's: its title above, and what is to be said below."""

from __future__ import annotations

import time
from math import ceil
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace
from rich.segment import Segment
from textual.strip import Strip

from podboard.model.attempt import Outcome
from podboard.model.badge import TerminalState
from podboard.model.duration import human_duration
from podboard.model.text import one_line
from podboard.model.timeline import timeline
from podboard.ui.keymap import LEADER_SHOWN
from podboard.ui.pod_rows import middle_cut
from podboard.ui.widgets.looks import STATE_LOOKS
from podboard.ui.widgets.wrapping import sentence_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.style import Style

    from podboard.errors import Denied
    from podboard.model.attempt import Attempt
    from podboard.session.outage import Outage
    from podboard.session.terminal import Terminal

    Look = Callable[[str], Style]
    """Finds a look by its name; the empty one is that of the widget."""

WORTH_A_WORD: Final = 0.3
"""Seconds after which a person wonders what is awaited."""

ADD_DEBUGGER: Final = "e adds a debug container, with another image's tools"

_WORTH_TELLING: Final = 120
"""Seconds for which a shell has to be open for the title to say how long."""

COPY_ROLE: Final = "y copies a Role that would allow it"

_INDENT: Final = 4
_AROUND: Final = 2
"""Columns of the blanks before and after a name."""

_LEAST_NAME: Final = 8
"""Columns of a pod's name that are shown where room is short."""

_ON_THE_WAY = (TerminalState.CONNECTING, TerminalState.RECONNECTING)
_OUTCOME_LOOKS: Final = {
    Outcome.TRYING: "wait",
    Outcome.OPENED: "open",
    Outcome.FAILED: "failed",
    Outcome.UNTRUSTED: "failed",
    Outcome.NOT_APPLICABLE: "dim",
    Outcome.OVERTAKEN: "dim",
}


def title_line(
    terminal: Terminal,
    width: int,
    look: Look,
    *,
    focused: bool,
    found: str = "",
    hidden: int = 0,
    heard: int | None = None,
) -> Strip:
    """The pod and container, the program's own title, and on the right the badge.

    Args:
        found: How a search in it stands.
        heard: By how many what is typed into it is heard; 0 where by itself alone, None without a broadcast.
        hidden: How many terminals of its tab are not shown.
    """
    screen = terminal.screen
    name, dim = look("focused" if focused else ""), look("dim")
    above = screen.scrolled
    told = Strip(
        [
            Segment(f" {found} " if found else "", name),
            Segment(f" +{hidden} not shown " if hidden else "", name),
            Segment(f" ↑ {above} of {screen.scrollback} " if above else "", name),
            Segment(_attached(terminal), name),
            Segment(_recording(terminal), look("failed")),
        ]
    )
    note = _broadcast_note(heard, look)
    taken = told.cell_length + note.cell_length
    for called, standing in _titles(terminal, look):
        room = width - taken - standing.cell_length - _AROUND
        if room >= len(called):
            break
    else:
        called = middle_cut(called, max(room, _LEAST_NAME))
    program = Strip([Segment(f"· {screen.title} " if screen.title else "", dim)])
    right = Strip.join([told, standing])
    room = max(width - right.cell_length, 0)
    left = Strip.join([Strip([Segment(f" {called} ", name)]), note, program]).crop(0, room)
    rule = Strip([Segment(("═" if heard else "─") * (room - left.cell_length), dim)])
    return Strip.join([left, rule, right]).adjust_cell_length(width, look(""))


def _titles(terminal: Terminal, look: Look) -> Iterator[tuple[str, Strip]]:
    """What a terminal is called and how it stands, in ever fewer words."""
    badge, dim = terminal.badge, look("dim")
    is_open = badge.state is TerminalState.OPEN
    method = Segment(f" {badge.method} · " if badge.method else " ", dim)
    words = Segment(f"{badge.sign} {badge.words}", look(STATE_LOOKS[badge.state]))
    since = open_for(terminal) if is_open else ""
    full, pod = str(terminal.target), one_line(terminal.target.pod)
    yield full, Strip([method, words, Segment(f"{since} ", dim)])
    yield full, Strip([method, words, Segment(" ")])
    yield pod, Strip([method, words, Segment(" ")])
    yield pod, Strip([Segment(" "), words, Segment(" ")])
    if is_open:
        yield pod, Strip([Segment(" "), words._replace(text=badge.sign), Segment(" ")])


def _broadcast_note(heard: int | None, look: Look) -> Strip:
    if heard is None:
        return Strip([])
    text, name = (f"═ BROADCAST {heard} ", "broadcast") if heard else ("(not in the set) ", "dim")
    return Strip([Segment(text, look(name))])


def _attached(terminal: Terminal) -> str:
    if terminal.attachment is None:
        return ""
    return " attach " if terminal.attachment.stdin else " attach, takes no input "


def open_for(terminal: Terminal) -> str:
    """How long its shell is open, in minutes: seconds would write on a terminal in which nothing happens."""
    seconds = time.time() - terminal.opened
    return f" {human_duration(seconds // 60 * 60)}" if seconds >= _WORTH_TELLING else ""


def _recording(terminal: Terminal) -> str:
    if terminal.recorder is not None:
        return " REC with input " if terminal.recorder.with_input else " REC "
    return " REC stopped " if terminal.recording_trouble else ""


def notice_lines(terminal: Terminal, width: int, look: Look) -> list[Strip]:
    """What becomes of a terminal that has no shell, and what to do next; nothing for one that has.

    While it is opened, that is how far each way in has come, once that takes longer than a person notices.
    """
    ending, state, outage = terminal.ending, terminal.badge.state, terminal.outage
    if terminal.awaited:
        waits = [Segment(f" {terminal.badge.sign} ", look("wait"))]
        lines = sentence_lines(waits, one_line(terminal.awaited), look(""), width, 3)
        return [line.adjust_cell_length(width, look("")) for line in lines]
    if outage is not None and state is TerminalState.RECONNECTING:
        return _outage_lines(terminal, outage, width, look)
    if ending is None:
        is_worth_a_word = state in _ON_THE_WAY and terminal.climbing_for > WORTH_A_WORD
        return attempt_lines(terminal.attempts, width, look) if is_worth_a_word else []
    denied = terminal.denied if state is TerminalState.FAILED else None
    to_debug = terminal.lacks_shell
    hint = ADD_DEBUGGER if to_debug and terminal.debugging is None else ending.hint
    attempts = [_with_key(attempt, denied, to_debug=to_debug) for attempt in terminal.attempts]
    last = next((attempt for attempt in attempts if attempt.sentence == ending.sentence), None)
    if state is TerminalState.FAILED and last is not None and len(attempts) > 1:
        lines = attempt_lines(attempts, width, look)
    else:
        told = look("failed" if state is TerminalState.FAILED else "")
        hint = last.hint if last is not None else hint
        lines = [
            line
            for sign, sentence, style in (
                (terminal.badge.sign, ending.sentence, told),
                ("→", hint, look("hint")),
            )
            if sentence
            for line in sentence_lines([Segment(f" {sign} ", style)], one_line(sentence), style, width, 3)
        ]
    if to_debug and terminal.debugging is not None and last is None:
        lines += sentence_lines([Segment(" → ", look("hint"))], ADD_DEBUGGER, look("hint"), width, 3)
    if terminal.successor is not None:
        goes_on = f"s opens {one_line(terminal.successor.pod)}, which took its place"
        lines += sentence_lines([Segment(" → ", look("hint"))], goes_on, look("hint"), width, 3)
    next_keys = f"enter opens it again · {LEADER_SHOWN} x closes it"
    lines += sentence_lines([Segment(" ")], next_keys, look("dim"), width, 1)
    return [line.adjust_cell_length(width, look("")) for line in lines]


def _with_key(attempt: Attempt, denied: Denied | None, *, to_debug: bool) -> Attempt:
    """Say of an attempt what a key does about it, where one does."""
    if denied is not None and attempt.denied == denied:
        return replace(attempt, hint=COPY_ROLE)
    if to_debug and attempt.lacks_shell:
        return replace(attempt, hint=ADD_DEBUGGER)
    return attempt


def _outage_lines(terminal: Terminal, outage: Outage, width: int, look: Look) -> list[Strip]:
    """Why the connection is gone, what has been tried, and when it is tried again."""
    why = f"dropped: {outage.why}"
    lines = sentence_lines(
        [Segment(f" {terminal.badge.sign} ", look("wait"))], one_line(why), look(""), width, 3
    )
    if terminal.has_tried:
        lines += attempt_lines(terminal.attempts, width, look)
    elif outage.hint:
        lines += sentence_lines([Segment(" → ")], one_line(outage.hint), look("hint"), width, 3)
    when = f"trying again in {ceil(outage.next_in)} s" if outage.is_waiting else "trying again now"
    keys = f"{when} · {LEADER_SHOWN} r tries at once · {LEADER_SHOWN} x closes it"
    lines += sentence_lines([Segment(" ")], keys, look("dim"), width, 1)
    return [line.adjust_cell_length(width, look("")) for line in lines]


def attempt_lines(attempts: Sequence[Attempt], width: int, look: Look) -> list[Strip]:
    """What has become of each way in, one below the other."""
    lines: list[Strip] = []
    for way, result, hint, outcome in timeline(attempts, time.time()):
        style = look(_OUTCOME_LOOKS[outcome])
        lines += sentence_lines([Segment(way, look(""))], result, style, width, _INDENT)
        if hint:
            lines += sentence_lines([Segment(" " * _INDENT + "→ ")], hint, look("hint"), width, _INDENT + 2)
    return [line.adjust_cell_length(width, look("")) for line in lines]
