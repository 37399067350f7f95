"""A recording as it plays: a screen at a moment, and the way to any other moment."""

from __future__ import annotations

import time
from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from podboard.vt.screen import Screen
from podboard.wire.asciicast import Code, read_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podboard.vt.screen import Row
    from podboard.wire.asciicast import Cast

BUDGET: Final = 0.006
"""Seconds of work after which others may have a turn."""

_PIECE: Final = 16 * 1024


class Player:
    """Plays a recording. What it says of times is in seconds of the recording.

    The work of a way is done while the caller iterates over it, a little at each step.

    Attributes:
        screen: What is shown now.
        at: The moment.
        exit_code: What the shell ended with, once that is past; empty before.
    """

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self._times = [event.at for event in cast.events]
        self._start()

    def _start(self) -> None:
        self.screen = Screen(self.cast.size, scrollback=0)
        self.at = 0.0
        self.exit_code = ""
        # The event that is next, and how much of it is on the screen already.
        self._next = 0
        self._done = 0

    @property
    def next_at(self) -> float | None:
        """When something happens next; None where nothing does any more."""
        return self._times[self._next] if self._next < len(self._times) else None

    @property
    def last_at(self) -> float:
        """When something happened last."""
        return self._times[self._next - 1] if self._next else 0.0

    def go_to(self, at: float) -> Iterator[None]:
        """Go to a moment; back means from the beginning once more."""
        at = min(max(at, 0.0), self.cast.duration)
        end = bisect_right(self._times, at)
        if end < self._next + bool(self._done):
            self._start()
        yield from self._play(end)
        self.at = at

    def step(self) -> Iterator[None]:
        """Go to where the screen gets something next."""
        end = self._next
        while end < len(self._times) and self.cast.events[end].code not in (Code.OUTPUT, Code.RESIZE):
            end += 1
        end = min(end + 1, len(self._times))
        yield from self._play(end)
        self.at = max(self.at, self.last_at)

    def find(self, text: str) -> Iterator[bool]:
        """Go to where a text appears that was not on the screen a moment before.

        Capital letters count if the text has any. Yields True once it is found, or never: then the moment
        is the end of the recording.
        """
        seen = _Sight(self.screen, text)
        due = time.monotonic() + BUDGET
        while self._next < len(self._times):
            # Half a screen at a time, so that nothing scrolls by unseen.
            self._feed_some(lines=max(self.screen.size.rows // 2, 1))
            if seen.look(self.screen):
                self.at = self.last_at if not self._done else self._times[self._next]
                yield True
                return
            if time.monotonic() > due:
                yield False
                due = time.monotonic() + BUDGET
        self.at = self.cast.duration

    def _play(self, end: int) -> Iterator[None]:
        due = time.monotonic() + BUDGET
        while self._next < end:
            self._feed_some()
            if time.monotonic() > due:
                yield
                due = time.monotonic() + BUDGET

    def _feed_some(self, lines: int = 0) -> None:
        """Do the next event, or a part of it.

        Args:
            lines: How many lines at most; 0 for any number.
        """
        event = self.cast.events[self._next]
        match event.code:
            case Code.OUTPUT:
                text = event.data[self._done : self._done + _PIECE]
                if lines:
                    text = "".join(text.splitlines(keepends=True)[:lines])
                self.screen.feed(text.encode())
                # Nobody is there to be answered.
                self.screen.take_replies()
                self._done += len(text)
                if self._done < len(event.data):
                    return
            case Code.RESIZE:
                self.screen.resize(read_size(event.data))
            case Code.EXIT:
                self.exit_code = event.data
        self._next += 1
        self._done = 0


class _Sight:
    """Looks for a text on a screen.

    Args:
        screen: As it is now: what is there already is not found.
    """

    def __init__(self, screen: Screen, text: str) -> None:
        self._text = text
        self._ignores_case = text == text.lower()
        self._rows: list[tuple[Row, str]] = []
        self._count = 0
        self.look(screen)

    def look(self, screen: Screen) -> bool:
        """Whether the text is there more often than at the last look."""
        screen.update()
        rows, known, columns = screen.rows, self._rows, screen.size.columns
        if len(known) != len(rows):
            known = self._rows = [((), "")] * len(rows)
        changed = False
        for y, row in enumerate(rows):
            if known[y][0] is not row:
                known[y] = (row, self._words(row, columns))
                changed = True
        if not changed:
            return False
        count = "".join(words for _, words in known).count(self._text)
        appeared, self._count = count > self._count, count
        return appeared

    def _words(self, row: Row, columns: int) -> str:
        words = "".join(run.text for run in row)
        if self._ignores_case:
            words = words.lower()
        # A line that fills its row may go on in the next.
        is_full = sum(run.width for run in row) >= columns and not words.endswith(" ")
        return words if is_full else f"{words.rstrip()}\n"
