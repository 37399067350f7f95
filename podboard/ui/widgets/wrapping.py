"""Sentences that may be longer than a line."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from textual.content import Content
from textual.strip import Strip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style

LEAST: Final = 20
"""Cells below which a sentence is cut instead: a column of single letters can be read by nobody."""


_PATH: Final = 28
"""Cells that are left of a path at least, so that one knows it by its beginning and its end."""


def told(text: str, width: int, most: int) -> list[str]:
    """Lay out what is said so that both its ends are read: the reason may stand at either.

    Paths give way in their middle, if that is enough for one line. Else it takes several; what has no room in
    ``most`` of them is left out in the middle.

    Args:
        width: Cells there are; less than ``LEAST`` count as that.
    """
    width = max(width, LEAST)
    if cell_len(line := _with_short_paths(text, width)) <= width:
        return [line]
    lines = _wrapped(text, width)
    room = width * most
    while len(lines) > most:
        lines = _wrapped(_without_middle(text, room, room * 2 // 3), width)
        room -= 1
    return lines


def _wrapped(text: str, width: int) -> list[str]:
    return [line.plain.rstrip() for line in Content(text).wrap(width)]


def _with_short_paths(text: str, width: int) -> str:
    words = text.split(" ")
    over = cell_len(text) - width
    paths = [place for place, word in enumerate(words) if "/" in word and cell_len(word) > _PATH]
    for place in sorted(paths, key=lambda place: -cell_len(words[place])):
        if over <= 0:
            break
        length = cell_len(words[place])
        room = max(length - over, _PATH)
        # A path is known by its end.
        words[place] = _without_middle(words[place], room, room // 3)
        over -= length - cell_len(words[place])
    return " ".join(words)


def _without_middle(text: str, width: int, head: int) -> str:
    """Leave out so much that a text has no more than ``width`` cells, ``head`` of them of its beginning."""
    return f"{chop_cells(text, head)[0]}…{chop_cells(text[::-1], width - 1 - head)[0][::-1]}"


def sentence_lines(lead: Sequence[Segment], text: str, style: Style, width: int, indent: int) -> list[Strip]:
    """Lay out a sentence behind ``lead``; what does not fit goes on below.

    Args:
        width: Cells there are; a line is never broken before ``LEAST``.
        indent: Cells left blank before the lines that follow the first.
    """
    lead_width = sum(segment.cell_length for segment in lead)
    first, *more = wrap(
        text,
        max(width, LEAST),
        initial_indent=" " * lead_width,
        subsequent_indent=" " * indent,
        break_on_hyphens=False,
    ) or [""]
    return [
        Strip([*lead, Segment(first[lead_width:], style)]),
        *(Strip([Segment(line, style)]) for line in more),
    ]
