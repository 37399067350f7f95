"""The line at the bottom: what the keys do where one stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.message import Message
from textual.strip import Strip

from podboard.ui.widgets.looks import LooksMixin

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.geometry import Size
    from textual.timer import Timer

    from podboard.ui.keymap import Key

MOMENT: Final = 10.0
"""Seconds for which a message stands, if nobody takes it away."""

MOST: Final = 3
"""Lines of a message."""


class KeyLine(LooksMixin):
    """Shows as many keys as fit, and a word on the right where they leave room for it.

    ``tell`` replaces the keys by a message for a moment.
    """

    LOOKS = "key-line"

    class Hushed(Message):
        """A message has had its moment."""

    def __init__(self) -> None:
        super().__init__()
        self._mode = ""
        self._keys: tuple[Key, ...] = ()
        self._right = ""
        self._told: list[str] = []
        self._silence: Timer | None = None

    def set_keys(self, keys: Iterable[Key], *, mode: str = "", right: str = "") -> None:
        """Show ``keys``.

        Args:
            mode: What the keys belong to, in front of them.
            right: What stands at the right end.
        """
        shown = tuple(key for key in keys if key.label)
        if (shown, mode, right) != (self._keys, self._mode, self._right):
            self._keys, self._mode, self._right = shown, mode, right
            self.refresh()

    def tell(self, message: str, most: int = MOST) -> None:
        """Show a message in place of the keys.

        Args:
            message: Control characters must be gone from it.
            most: The lines it may take.
        """
        self.hush()
        self._silence = self.set_timer(MOMENT, self._end_message)
        self._say(_laid_out(message, self.app.size.width, most))

    def _end_message(self) -> None:
        self.hush()
        self.post_message(self.Hushed())

    @property
    def is_telling(self) -> bool:
        """Whether a message stands there."""
        return bool(self._told)

    @property
    def height(self) -> int:
        """The lines it needs for what it says."""
        return len(self._told) or 1

    def hush(self) -> None:
        """Show the keys again."""
        if self._silence is not None:
            self._silence.stop()
            self._silence = None
            self._say([])

    def _say(self, lines: list[str]) -> None:
        self._told = lines
        self.styles.height = self.height
        self.refresh()

    def get_content_height(self, _container: Size, _viewport: Size, _width: int) -> int:
        """One line."""
        return 1

    def render_line(self, y: int) -> Strip:
        """Draw a line; there is one but for a long message."""
        base = self.rich_style
        key_style = self.look("key")
        width = self.size.width
        if self._told:
            text = f" {self._told[y]}" if y < len(self._told) else ""
            return Strip([Segment(text, self.look("message"))]).adjust_cell_length(width, base)
        segments = [Segment(f" {self._mode} ", self.look("mode"))] if self._mode else []
        room = width - sum(segment.cell_length for segment in segments)
        for key in self._keys:
            needed = len(key.shown) + len(key.label) + 3
            if needed > room:
                break
            segments += [Segment(f" {key.shown}", key_style), Segment(f" {key.label} ", base)]
            room -= needed
        if len(self._right) < room or not self._keys:
            segments.append(Segment(f"{self._right} ".rjust(room), base))
        return Strip(segments).adjust_cell_length(width, base)


def _laid_out(message: str, width: int, most: int) -> list[str]:
    room = width - 1
    if cell_len(message) <= room:
        return [message]
    from podboard.ui.widgets.wrapping import told

    return told(message, room, most)
