"""One of many, by typing a part of its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from podboard.model.text import one_line
from podboard.ui.screens.dialog import Dialog, Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.css.styles import RulesMap


class _Line(Content):
    """A line of a wide list, which wraps none: Textual would find that out for each, and for each again."""

    def get_height(self, rules: RulesMap, width: int) -> int:  # noqa: ARG002 - Textual's signature
        """Return 1."""
        return 1


class Picker(Dialog[int | None]):
    """Lets the person choose; the answer is the choice's place, None for none.

    Args:
        choices: In the order shown; may hold names from outside.
        at: The place of the one that is set off at first.
        wide: Whether they are lines rather than names.
    """

    KEYS: ClassVar = "enter  choose    esc  cancel"
    BINDINGS: ClassVar = [
        Binding("escape,ctrl+q,ctrl+c", "cancel", "cancel"),
        Binding("down,ctrl+n", "move(1)", "next", priority=True),
        Binding("up,ctrl+p", "move(-1)", "previous", priority=True),
    ]

    def __init__(self, title: str, choices: Sequence[str], at: int = 0, *, wide: bool = False) -> None:
        super().__init__()
        self._title = one_line(title)
        self._choices = [one_line(choice) for choice in choices]
        self._at = at
        self._look = "dialog wide" if wide else "dialog"
        self._kind = _Line if wide else Content
        self._shown: list[int] = []
        self._line = Line("type a part of it")
        self._options = OptionList(compact=True)

    def compose(self) -> ComposeResult:
        """The title, the part typed so far, and what it fits."""
        with Vertical(classes=self._look):
            yield Static(Content(self._title), classes="dialog-title")
            yield self._line
            yield self._options
            yield Static(Content(self.KEYS), classes="dialog-keys")

    def on_mount(self) -> None:
        """Show all choices."""
        self._show("")
        self._options.highlighted = self._at

    @property
    def chosen(self) -> int | None:
        """The place of the choice that is set off."""
        highlighted = self._options.highlighted
        return self._shown[highlighted] if highlighted is not None else None

    def drop(self, place: int) -> None:
        """Take a choice away; cancel with the last one."""
        del self._choices[place]
        if self._choices:
            self._show(self._line.value)
        else:
            self.dismiss(None)

    def _show(self, part: str) -> None:
        self._shown = [
            place for place, choice in enumerate(self._choices) if part.casefold() in choice.casefold()
        ]
        options = self._options
        options.clear_options()
        options.add_options([Option(self._kind(self._choices[place])) for place in self._shown])
        options.highlighted = 0 if self._shown else None

    def on_input_changed(self, event: Line.Changed) -> None:
        """Narrow the choices."""
        self._show(event.value)

    def on_input_submitted(self) -> None:
        """Take the choice that is set off."""
        if self.chosen is not None:
            self.dismiss(self.chosen)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take the choice that was clicked."""
        self.dismiss(self._shown[event.option_index])

    def action_move(self, by: int) -> None:
        """Go to another choice."""
        if self._shown:
            self._options.highlighted = ((self._options.highlighted or 0) + by) % len(self._shown)

    def action_cancel(self) -> None:
        """Choose nothing."""
        self.dismiss(None)
