"""Sentences that may be longer than a line."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final

from rich.segment import Segment
from textual.strip import Strip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.style import Style

LEAST: Final = 20
"""Cells below which a sentence is cut instead: a column of single letters can be read by nobody."""


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
