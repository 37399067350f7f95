"""How the list and the terminals share the screen."""

from __future__ import annotations

from typing import Final, NamedTuple

TITLE_LINES: Final = 1
"""Lines above each terminal."""

LARGE: Final = 140
MEDIUM: Final = 100
"""Columns from which the list stands beside a terminal with its columns, and with names and badges."""

_LARGE_LIST: Final = 60
_MEDIUM_LIST: Final = 30
_MEDIUM_LIST_IN_USE: Final = 84


class Arrangement(NamedTuple):
    """Where things are, in cells.

    Attributes:
        list_width: Of the pod list; 0 where it is not shown, None where it has the whole width.
        terminal_at: The first column of the terminals; None where they are not shown.
        lines: Whether the lines at the top and the bottom are shown.
    """

    list_width: int | None
    terminal_at: int | None
    lines: bool = True


def arrange(width: int, *, terminals: bool, in_terminal: bool, zoomed: bool) -> Arrangement:
    """Share out ``width`` columns.

    The list lies above the terminals: in a medium screen it grows over them while it is in use, so
    that a look at the list resizes no program. In a small one there is room for one at a time.

    Args:
        terminals: Whether there are any.
        in_terminal: Whether one of them has the focus.
        zoomed: Whether it shall have the whole screen.
    """
    if not terminals:
        return Arrangement(None, None)
    if zoomed and in_terminal:
        return Arrangement(0, 0, lines=False)
    if width >= LARGE:
        return Arrangement(_LARGE_LIST, _LARGE_LIST)
    if width >= MEDIUM:
        return Arrangement(_MEDIUM_LIST if in_terminal else _MEDIUM_LIST_IN_USE, _MEDIUM_LIST)
    return Arrangement(0 if in_terminal else None, 0)
