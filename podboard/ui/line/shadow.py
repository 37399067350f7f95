"""A shadow of the person's screen: takes what Textual and the panes draw, and tells what changed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from podboard.ui.line.differ import Differ, abilities_of
from podboard.ui.line.grid import Grid

if TYPE_CHECKING:
    from podboard.model.size import Size
    from podboard.ui.line.differ import Abilities

SWITCH: Final = "PODBOARD_LIGHT"
"""The environment variable that turns the shadow off: ``off``."""

_NOT_A_SCREEN: Final = ("", "dumb", "unknown")

_ALTERNATE: Final = {"\x1b[?1049h": True, "\x1b[?1049l": False}
_VISIBLE: Final = {"\x1b[?25h": True, "\x1b[?25l": False}


def wanted_abilities() -> Abilities | None:
    """What the terminal that TERM names understands; None where it is to get all that Textual writes."""
    term = os.environ.get("TERM", "")
    if os.environ.get(SWITCH) == "off" or term in _NOT_A_SCREEN:
        return None
    return abilities_of(term)


class Shadow:
    """What should stand on the person's screen, and what does.

    The screen is podboard's between the two sequences that take the alternate screen and leave it; outside
    of that only sequences that do not draw are passed on.

    Attributes:
        grid: What should stand there.
    """

    def __init__(self, size: Size, abilities: Abilities) -> None:
        self.grid = Grid(size, colors=abilities.colors)
        self._differ = Differ(abilities)
        self._is_ours = False

    def write(self, text: str) -> str:
        """Take what Textual writes; returns what does not draw of it, to be passed on first."""
        passed = []
        for sequence in self.grid.feed(text):
            if sequence in _VISIBLE:
                self.grid.is_cursor_visible = _VISIBLE[sequence]
                if not self._is_ours:
                    passed.append(sequence)
                continue
            if sequence in _ALTERNATE:
                passed.append(self._differ.leave())
                self._is_ours = _ALTERNATE[sequence]
            passed.append(sequence)
        return "".join(passed)

    def resize(self, size: Size) -> None:
        """Follow the terminal's size; what it has made of its screen meanwhile is not known."""
        self.grid.resize(size)
        self.forget()

    def forget(self) -> None:
        """Have the whole screen written with the next change."""
        self._differ.forget()

    def change(self) -> str:
        """What is to be written now; nothing in the middle of a frame."""
        if not self._is_ours or self.grid.is_held:
            return ""
        if self.grid.make_room():
            self.forget()
        return self._differ.write(self.grid)
