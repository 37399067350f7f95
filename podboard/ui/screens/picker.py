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
        self._part: str | None = None
        self._shown: list[int] = []
        # Made now: keys that were typed ahead come before they are on the screen.
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

    async def chosen(self) -> int | None:
        """Return the place of the choice that is set off, once all that was typed has narrowed them."""
        await self._line.settled()
        if self._line.value != self._part:
            self._show(self._line.value)
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
        self._part = part
        self._shown = [
            place for place, choice in enumerate(self._choices) if part.casefold() in choice.casefold()
        ]
        options = self._options
        options.clear_options()
        options.add_options([Option(Content(self._choices[place])) for place in self._shown])
        options.highlighted = 0 if self._shown else None

    def on_input_changed(self, event: Line.Changed) -> None:
        """Narrow the choices."""
        self._show(event.value)

    def on_input_submitted(self) -> None:
        """Take the choice that is set off."""
        highlighted = self._options.highlighted
        if highlighted is not None:
            self.dismiss(self._shown[highlighted])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take the choice that was clicked."""
        self.dismiss(self._shown[event.option_index])

    def action_move(self, by: int) -> None:
        """Go to another choice."""
        if self._shown:
            self._options.highlighted = ((self._options.highlighted or 0) + by) % len(self._shown)
        else:
            self._at = (self._at + by) % len(self._choices)

    def action_cancel(self) -> None:
        """Choose nothing."""
        self.dismiss(None)
