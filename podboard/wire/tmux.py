r"""tmux's control mode: what programs print, as they print it, and what they are sent; without a socket.

tmux writes lines, as its manual (CONTROL MODE) and a 3.3a have it::

    %output %0 text          what the program printed; \ooo stands for what is not printable, and for \
    %begin time number flags the answer to a command follows, up to %end or %error with the same three
    %subscription-changed podboard $0 @0 0 %0 : 24
    %exit                    the last line

Each command is a line, answered in turn. Nothing here waits: ``Control`` is told what came and says what to
send.
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podboard.model.size import Size

MOST_MISSED: Final = 5000
"""Lines of what was printed meanwhile that are asked for."""

_FIRST_ANSWERS: Final = 6
BEAT_EVERY: Final = 30.0
BEATS_STAY: Final = 90.0
"""Seconds between two signs of life, and from the last one until tmux lets go of the connection. Where nobody
reads what it writes there, a program that prints would wait for as long as that may be."""

# What a text between double quotes is written with; the backslash first.
_WRITTEN: Final = (
    (b"\\", b"\\\\"),
    (b'"', b'\\"'),
    (b"$", b"\\$"),
    (b"\r", b"\\r"),
    (b"\n", b"\\n"),
    (b"\x1b", b"\\e"),
)

_KEYS_IN_A_LINE: Final = 256
_DIGITS: Final = 9
_LONGEST_LINE: Final = 1 << 22
_MOST_LINES: Final = 20_000
"""Of an answer: what says more is no tmux."""

_ENTER: Final = b"\x1bP1000p"
_OUTPUT: Final = b"%output %0 "
_HISTORY: Final = re.compile(rb"%subscription-changed podboard .* : (\d{1,9})\Z")
_ESCAPED: Final = re.compile(rb"\\([0-7]{3})")
_OVER: Final = rb"\033_podboard;over\033\134"
_HEARD: Final = b"wait-for -S over\n"
_WATCH: Final = b'refresh-client -B "podboard:%0:#{history_size}"\n'

_FORMATS: Final = (
    "history_size",
    "cursor_x",
    "cursor_y",
    "alternate_on",
    "cursor_flag",
    "keypad_cursor_flag",
    "keypad_flag",
    "wrap_flag",
    "insert_flag",
    "origin_flag",
    "mouse_standard_flag",
    "mouse_button_flag",
    "mouse_all_flag",
    "mouse_sgr_flag",
    "scroll_region_upper",
    "scroll_region_lower",
)
_QUESTIONS: Final = (
    'display-message -p "{}"\n'.format(" ".join(f"#{{{name}}}" for name in _FORMATS)).encode()
    + b"capture-pane -pe -S -%d -E -1\n" % MOST_MISSED
    + b"capture-pane -p\ncapture-pane -pe\n"
)
_PRIVATE_MODES: Final = {
    "cursor_flag": 25,
    "keypad_cursor_flag": 1,
    "wrap_flag": 7,
    "mouse_standard_flag": 1000,
    "mouse_button_flag": 1002,
    "mouse_all_flag": 1003,
    "mouse_sgr_flag": 1006,
}


class Picture(NamedTuple):
    """A screen as tmux has it.

    Attributes:
        state: What tmux knows beside the text: ``_FORMATS`` by name.
        missed: Lines that have left the screen since it was last heard of, with their looks.
        text: The rows of the screen, without looks.
        rows: The same with their looks.
    """

    state: dict[str, int]
    missed: Sequence[bytes]
    text: tuple[str, ...]
    rows: Sequence[bytes]

    @property
    def is_alternate(self) -> bool:
        """Whether it is the alternate screen."""
        return bool(self.state["alternate_on"])

    def drawn(self) -> bytes:
        """Return what draws it on a screen of its size, and before it what was missed.

        On the primary screen all goes line by line below what stands there, and nothing is lost.
        """
        out = [b"\x1b[m\x1b[r\x1b[?6l\x1b[4l"]
        if self.is_alternate:
            out.append(b"\x1b[?1049h\x1b[2J")
        else:
            out.append(b"\x1b[%d;1H" % len(self.rows))
            out += [b"\r\n%b" % line for line in self.missed]
            out.append(b"\x1b[m" + b"\r\n" * len(self.rows))
        out += [b"\x1b[%d;1H%b" % (number, row) for number, row in enumerate(self.rows, 1) if row]
        return b"".join(out) + self.set_up()

    def set_up(self) -> bytes:
        """Return what makes a screen with this text take input, and further output, as this one does."""
        state = self.state
        upper, lower = state["scroll_region_upper"] + 1, state["scroll_region_lower"] + 1
        is_whole = (upper, lower) == (1, len(self.rows))
        out = b"\x1b[m" + (b"\x1b[r" if is_whole else b"\x1b[%d;%dr" % (upper, lower))
        for name, number in _PRIVATE_MODES.items():
            out += b"\x1b[?%d%b" % (number, b"h" if state[name] else b"l")
        out += b"\x1b=" if state["keypad_flag"] else b"\x1b>"
        out += b"\x1b[%d;%dH" % (state["cursor_y"] + 1, state["cursor_x"] + 1)
        out += b"\x1b[4h" if state["insert_flag"] else b"\x1b[4l"
        # Last: with it, rows count from the region's first.
        return out + (b"\x1b[?6h" if state["origin_flag"] else b"")


def typed(data: bytes) -> bytes:
    """Return what is to be sent for input."""
    places = range(0, len(data), _KEYS_IN_A_LINE)
    return b"".join(b"send-keys -H %b\n" % data[at : at + _KEYS_IN_A_LINE].hex(" ").encode() for at in places)


def pasted(piece: bytes) -> bytes:
    """Return what is to be sent for a piece of a paste, which has no control character but ends and marks.

    tmux gives the program a buffer thirty times as fast as keys.
    """
    if not piece:
        return b""
    for character, written in _WRITTEN:
        piece = piece.replace(character, written)
    return b'set-buffer -b podboard -- "%b"\npaste-buffer -d -r -b podboard\n' % piece


def resized(size: Size) -> bytes:
    """Return what is to be sent for another size."""
    return b"refresh-client -C %dx%d\n" % (size.columns, size.rows)


class Control:
    """One connection to a tmux with one pane.

    Args:
        history: How many lines had left the screen when it was last heard of; None for a new shell, of which
            nothing is missing.

    Attributes:
        history: The same, as it is now.
        picture: The screen as it was found, once it is known.
    """

    def __init__(self, history: int | None = None) -> None:
        self.history = history or 0
        self.picture: Picture | None = None
        self._is_drawn = history is None
        self._is_over = False
        self._is_answer_due = False
        self._name = f"{random.getrandbits(64):x}"
        self._beats = 0
        self._line = b""
        self._answers: list[list[bytes]] = []
        self._answer: list[bytes] | None = None
        self._answer_ends: tuple[bytes, bytes] = (b"", b"")

    def beat(self, stays: float = BEATS_STAY) -> bytes:
        """Return a sign of life: unless another follows in so many seconds, tmux ends this connection."""
        self._beats += 1
        sign = f"{self._name}-{self._beats}"
        still = f'[ "$(tmux -S #{{socket_path}} show -gqv @podboard)" != {sign} ]'
        let_go = f"run-shell -b -d {stays:g} '{still} || kill -s KILL #{{client_pid}}'"
        return f"set -g @podboard {sign}\n{let_go}\n".encode()

    def answer(self) -> bytes:
        """Return what is to be sent for what has come; nothing as a rule."""
        is_due, self._is_answer_due = self._is_answer_due, False
        return _HEARD if is_due else b""

    def begin(self, size: Size) -> bytes:
        """Return what is to be sent before all else."""
        begin = resized(size) + _WATCH
        return begin if self._is_drawn else begin + _QUESTIONS

    def take(self, data: bytes) -> bytes:
        """Take what tmux wrote; returns what the program printed, if the picture is already known."""
        if self._is_over:
            return data
        *lines, self._line = (self._line + data).split(b"\n")
        self._is_over = len(self._line) > _LONGEST_LINE
        out = []
        for place, line in enumerate(lines):
            if line.startswith(_OUTPUT) and self._answer is None:
                out.append(self._printed(line[len(_OUTPUT) :].removesuffix(b"\r")))
            elif not self._take_line(line.removesuffix(b"\r")):
                self._is_over = True
                return b"".join(out) + b"\n".join([*lines[place + 1 :], self._line])
        return b"".join(out)

    def _printed(self, escaped: bytes) -> bytes:
        if _OVER in escaped:
            self._is_answer_due = True
            escaped = escaped.replace(_OVER, b"")
        return _plain(escaped) if self._is_drawn else b""

    def _take_line(self, line: bytes) -> bool:
        """Take a line that is no output; whether another may follow."""
        line = line.removeprefix(_ENTER)
        if self._answer is not None:
            if line in self._answer_ends:
                answer, self._answer = self._answer, None
                # What attached it is answered as well, and nobody here has asked.
                if line.endswith(b" 1"):
                    self._answered(answer)
            elif not self._is_drawn and len(self._answer) < _MOST_LINES:
                self._answer.append(line)
        elif line.startswith(b"%begin "):
            number = line.removeprefix(b"%begin")
            self._answer, self._answer_ends = [], (b"%end" + number, b"%error" + number)
        elif (found := _HISTORY.match(line)) is not None:
            self.history = int(found[1])
        return not line.startswith(b"%exit") or self._answer is not None

    def _answered(self, answer: list[bytes]) -> None:
        if self._is_drawn:
            return
        self._answers.append(answer)
        if len(self._answers) == _FIRST_ANSWERS:
            self._is_drawn = True
            self.picture = self._picture(*self._answers[-4:])

    def _picture(
        self, state: list[bytes], history: list[bytes], text: list[bytes], rows: list[bytes]
    ) -> Picture:
        told = [
            int(word) if word.isdigit() and len(word) < _DIGITS else 0 for word in b" ".join(state).split()
        ]
        numbers = dict(zip(_FORMATS, told + [0] * len(_FORMATS), strict=False))
        before, self.history = self.history, numbers["history_size"]
        missed = min(max(self.history - before, 0), len(history))
        plain = tuple(row.decode("utf-8", "replace").rstrip() for row in text)
        return Picture(numbers, history[len(history) - missed :], plain, rows)


def _plain(text: bytes) -> bytes:
    # The most frequent first and at once: a flood of colours is full of them. A backslash of the program's
    # own is written in numbers, too, so no order makes an escape of what was none.
    if b"\\" in text:
        text = text.replace(b"\\033", b"\x1b").replace(b"\\015", b"\r").replace(b"\\012", b"\n")
    return _ESCAPED.sub(_meant, text) if b"\\" in text else text


def _meant(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 8) & 0xFF])
