"""Widgets that cost nothing to draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.containers import Vertical
from textual.strip import Strip

from podboard.ui.widgets.looks import LooksMixin

if TYPE_CHECKING:
    from textual.geometry import Region


class PlainVertical(Vertical):
    """A column of widgets without a look of its own.

    Textual draws every line of every container below the widgets that cover it. With five of them,
    one in another, that is most of the time it takes to show a terminal.
    """

    def render_lines(self, crop: Region) -> list[Strip]:
        """Blank lines."""
        return [Strip.blank(crop.width)] * crop.height


class Divider(LooksMixin):
    """A line from top to bottom, one cell wide."""

    ALLOW_SELECT = False
    LOOKS = "divider"

    def render_lines(self, crop: Region) -> list[Strip]:
        """The same sign on every line."""
        return [Strip([Segment("│", self.look(""))], 1)] * crop.height
