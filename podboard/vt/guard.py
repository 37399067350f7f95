"""Stands before the terminal core, and changes the few sequences of a program's output it takes wrongly.

- A command that does not end (OSC 52, 66, 99, 5522) would be kept up to 8 MB: it is given up.
- REP repeats up to 65535 times, and 8 KB of that take seconds: it fills one line at most. What came before
  a control function it does not repeat, as in xterm and tmux.
- DECCOLM, once allowed by mode 40, makes the core's screen 132 columns wide whatever the pane is, and takes
  milliseconds each time: the mode stays off, as in xterm unless its owner allows it.
- CSI g would clear no tab stop: it gets the 0 that it stands for.

REP and CSI g are looked for in all output that has any control sequence, which is what this costs;
``docs/terminal.md`` says how much, and what is not mended for the same price.
"""

from __future__ import annotations

import re
from typing import Final

LIMIT: Final = 64 * 1024
"""Bytes after which a command is given up; none that podboard heeds is near it."""

_HOLD: Final = 256
"""The longest unfinished control sequence that waits for its end; the core is let ignore a longer one."""

_ESCAPE: Final = b"\x1b"
_CANCEL: Final = b"\x18"
_IGNORED: Final = b"\x1b[0?"
"""No sequence goes on like this, so all is ignored until it ends."""

_END: Final = re.compile(b"[\x07\x18\x1a\x1b]")

# Digits of a number that no screen is as wide as.
_FEW: Final = 6

# Control characters within a sequence are acted upon, and do not end it.
_CONTROLS: Final = rb"\x00-\x17\x19\x1c-\x1f"
_REPETITION: Final = re.compile(rb"\x1b\[[\dC]*b".replace(b"C", _CONTROLS))
_CLEAR_STOP: Final = re.compile(rb"\x1b\[[C]*g".replace(b"C", _CONTROLS))
_MODES: Final = re.compile(rb"\x1b\[\?[\d;C]*4[C]*0[\d;C]*h".replace(b"C", _CONTROLS))
_UNFINISHED: Final = re.compile(rb"\x1b(?:\[[?]?[\d;:C]*)?\Z".replace(b"C", _CONTROLS))
_FUNCTION: Final = re.compile(rb"(?:[\x00-\x1f]|\x1b(?:\[[0-?]*[ -/]*[@-~]|[ -/]*[0-Z\\\]^-~]))\Z")
_CONTROL: Final = re.compile(b"[%b]" % _CONTROLS)
_COLUMN_MODE: Final = re.compile(rb"(?<!\d)0*40(?!\d)")


class Guard:
    """Watches the output of one program, piece by piece.

    Attributes:
        columns: How wide the screen is.
    """

    __slots__ = ("_before", "_held", "_length", "columns")

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self._held = b""
        self._before = b""
        # Of the command that is open, 0 where none is.
        self._length = 0

    def admit(self, data: bytes) -> bytes:
        """Return what the core is to be given for ``data``; pieces are best kept short.

        A sequence that has only begun is held back until it goes on.
        """
        if self._held:
            data = self._held + data
            self._held = b""
        if _ESCAPE in data:
            if _CLEAR_STOP.search(data):
                data = _CLEAR_STOP.sub(_clear_stop, data)
            if _REPETITION.search(data):
                data = _REPETITION.sub(self._repeat_less, data)
            if b"?" in data and _MODES.search(data):
                data = _MODES.sub(_leave_columns, data)
            data = self._hold_back(data)
        self._before = (self._before + data[-_HOLD:])[-_HOLD:]
        return self._limit(data) if self._length or _ESCAPE in data else data

    def _repeat_less(self, found: re.Match[bytes]) -> bytes:
        controls, sequence = _apart(found[0])
        before = self._before + found.string[max(0, found.start() - _HOLD) : found.start()]
        if controls or _FUNCTION.search(before, max(0, before.rfind(_ESCAPE))):
            return controls
        digits = sequence[2:-1].lstrip(b"0")
        count = int(digits or b"1") if len(digits) < _FEW else self.columns
        return b"\x1b[%db" % min(count, self.columns)

    def _hold_back(self, data: bytes) -> bytes:
        last = data.rfind(_ESCAPE)
        if not _UNFINISHED.match(data, last):
            return data
        if len(data) - last > _HOLD:
            return data[:last] + _IGNORED
        self._held = data[last:]
        return data[:last]

    def _limit(self, data: bytes) -> bytes:
        if self._length:
            given_up = self._length > LIMIT
            end = _END.search(data)
            if end is None:
                self._length += len(data)
                if given_up:
                    return b""
                return data if self._length <= LIMIT else _CANCEL
            self._length = 0
            if given_up:
                # An escape begins what comes next; the others would do something of their own.
                data = data[end.start() if end[0] == _ESCAPE else end.end() :]
        last = data.rfind(_ESCAPE)
        if last >= 0 and data[last + 1 : last + 2] == b"]" and not _END.search(data, last + 1):
            self._length = len(data) - last
        return data


def _clear_stop(found: re.Match[bytes]) -> bytes:
    controls, _ = _apart(found[0])
    return controls + b"\x1b[0g"


def _leave_columns(found: re.Match[bytes]) -> bytes:
    controls, sequence = _apart(found[0])
    return controls + _COLUMN_MODE.sub(b"0", sequence)


def _apart(sequence: bytes) -> tuple[bytes, bytes]:
    """The control characters that stand within a sequence, and the sequence without them."""
    return b"".join(_CONTROL.findall(sequence)), _CONTROL.sub(b"", sequence)
