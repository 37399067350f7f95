"""Component styles by short names, worked out once."""

from __future__ import annotations

from typing import ClassVar, Final

from rich.style import Style
from textual.widget import Widget

from podboard.model.badge import TerminalState

STATE_LOOKS: Final = {
    TerminalState.OPEN: "open",
    TerminalState.CONNECTING: "wait",
    TerminalState.RECONNECTING: "wait",
    TerminalState.CLOSED: "closed",
    TerminalState.FAILED: "failed",
}
"""How the state of a terminal looks, wherever a badge is shown."""


class LooksMixin(Widget):
    """Finds the styles of a widget's ``COMPONENT_CLASSES``.

    Textual works them out anew after every repaint, for every line that asks.

    Attributes:
        LOOKS: What the component classes' names begin with, less the two dashes.
    """

    LOOKS: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self._looks: dict[str, Style] = {}

    def look(self, name: str) -> Style:
        """The style of a component; the empty name is the widget itself."""
        style = self._looks.get(name)
        if style is None:
            if not self.is_attached:
                # It was taken away, and is drawn once more; Textual has forgotten its styles by now.
                return Style.null()
            style = self.get_component_rich_style(f"{self.LOOKS}--{name}") if name else self.rich_style
            if self.app.no_color:
                style = style.without_color
            self._looks[name] = style
        return style

    def notify_style_update(self) -> None:
        """Take in how things are to look now."""
        super().notify_style_update()
        self._looks.clear()
