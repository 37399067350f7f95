"""How a cell looks."""

from __future__ import annotations

from typing import NamedTuple

Color = int | tuple[int, int, int] | None
"""A number of the 256-colour palette, red, green and blue, or the default."""


class Style(NamedTuple):
    """The attributes a program gave a cell (SGR).

    Attributes:
        underline: 0 none, 1 single, 2 double, 3 curly, 4 dotted, 5 dashed.
    """

    foreground: Color = None
    background: Color = None
    underline_color: Color = None
    bold: bool = False
    italic: bool = False
    faint: bool = False
    blink: bool = False
    inverse: bool = False
    invisible: bool = False
    strikethrough: bool = False
    overline: bool = False
    underline: int = 0


DEFAULT = Style()
