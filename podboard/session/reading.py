"""Reading what many terminals keep, several at a time: the core reads without Python's lock."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from podboard.vt.transcript import Transcript

AT_ONCE: Final = min(os.cpu_count() or 1, 4)
"""How many terminals are read at the same time, a thread each."""


def read_together(transcripts: Iterable[Transcript]) -> Iterator[None]:
    """Read what terminals keep now; between two pieces anything may be done with them.

    The caller's thread waits for the others at each piece, so that nobody writes to what is being read.
    """
    unread = [transcript for transcript in transcripts if transcript.begin()]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        while unread:
            first, *others = unread[:AT_ONCE]
            reading = [(other, threads.submit(other.read_on)) for other in others]
            behind = [first] if first.read_on() else []
            behind += [other for other, is_left in reading if is_left.result()]
            unread[:AT_ONCE] = behind
            yield
