"""Rows cut where marks begin and end."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podboard.ui.scroll_mode import Mark
    from podboard.vt.cells import Run
    from podboard.vt.screen import Row


def cut(row: Row, characters: Sequence[str], marks: Sequence[Mark]) -> tuple[Row, list[list[str]]]:
    """Divide a row where its marks begin and end.

    By the core's columns, as the marks are: Textual takes some characters for wider or narrower.

    Args:
        characters: What stands in each column, nothing in the second one of a wide character.
        marks: Each of whole characters.

    Returns:
        The row in more runs, and for each of them what marks it has.
    """
    runs: list[Run] = []
    looks = []
    start = 0
    for run in row:
        end = start + run.width
        edges = {edge for mark in marks for edge in mark[:2] if start < edge < end}
        for first, last in pairwise(sorted({start, *edges, end})):
            text = "".join(characters[first:last])
            # A column that was left free for a wide character is a blank.
            runs.append(run._replace(text=text or " ", width=last - first))
            looks.append([mark.look for mark in marks if mark.start <= first < mark.end])
        start = end
    return tuple(runs), looks
