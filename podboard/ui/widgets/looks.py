"""The styles of a widget's parts by short names, worked out when they are first needed."""

from __future__ import annotations

from typing import ClassVar, Final

from rich.style import Style
from textual.dom import DOMNode
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
    """Finds the styles of what a widget draws itself.

    They stand in the stylesheet as those of Textual's component classes do. Those are all worked out whenever
    a widget comes, or gains or loses the focus: of a terminal's dozen three are seen, and the others took a
    tenth of the time from enter to the prompt.

    Attributes:
        LOOKS: What the classes' names begin with, less the two dashes.
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
            style = self._worked_out(f"{self.LOOKS}--{name}") if name else self.rich_style
            if self.app.no_color:
                style = style.without_color
            self._looks[name] = style
        return style

    def _worked_out(self, name: str) -> Style:
        part = DOMNode(classes=name)
        part._attach(self)  # noqa: SLF001 - as Textual does it for component classes
        self.app.stylesheet.apply(part)
        return part.rich_style

    def notify_style_update(self) -> None:
        """Take in how things are to look now."""
        super().notify_style_update()
        self._looks.clear()
