"""Keeps an operating system command that does not end (OSC) from filling the core's memory.

The core bounds most of what a sequence may hold, but keeps up to 8 MB of some commands (52, 66, 99, 5522).
"""

from __future__ import annotations

import re
from typing import Final

LIMIT: Final = 64 * 1024
"""Bytes after which a command is given up; none that podboard heeds is near it."""

_ESCAPE: Final = b"\x1b"
_CANCEL: Final = b"\x18"
_END: Final = re.compile(b"[\x07\x18\x1a\x1b]")


class Strings:
    """Watches the output of one program, piece by piece."""

    __slots__ = ("_after_escape", "_length")

    def __init__(self) -> None:
        self._after_escape = False
        # Of the command that is open, 0 where none is.
        self._length = 0

    def limit(self, data: bytes) -> bytes:
        """Return what of ``data`` the core is to be given.

        A command is given up with the first piece that goes on beyond ``LIMIT``; pieces are best kept short.
        """
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
        self._look_at_the_end(data)
        return data

    def _look_at_the_end(self, data: bytes) -> None:
        seen = _ESCAPE + data if self._after_escape else data
        last = seen.rfind(_ESCAPE)
        self._after_escape = last >= 0 and last == len(seen) - 1
        if last >= 0 and seen[last + 1 : last + 2] == b"]" and not _END.search(seen, last + 1):
            self._length = len(seen) - last
