"""Some of many."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from podboard.model.text import one_line
from podboard.ui.screens.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from textual.app import ComposeResult


class Chooser(Dialog[list[int] | None]):
    """Lets the person choose some; the answer is their places, None for none.

    Args:
        choices: In the order shown; each a line whose columns stand below each other. May hold names from
            outside.
        chosen: The places that are chosen at first.
        does: What is done with them, in a word.
        least: How many have to be chosen.
    """

    BINDINGS: ClassVar = [
        Binding("escape,q,ctrl+q,ctrl+c", "cancel", "cancel"),
        Binding("space", "choose", "choose", priority=True),
        Binding("enter", "answer", "answer", priority=True),
        Binding("a", "all", "all, or none"),
        Binding("j,down", "move(1)", "next", priority=True),
        Binding("k,up", "move(-1)", "previous", priority=True),
    ]

    def __init__(
        self, title: str, choices: Sequence[Sequence[str]], chosen: Collection[int], does: str, least: int
    ) -> None:
        super().__init__()
        self._title = one_line(title)
        self._lines = _columns(choices)
        self._chosen = set(chosen)
        self._does = does
        self._least = least
        self._options = OptionList(*[Option(Content(line)) for line in self._lines], compact=True)
        self._options.highlighted = 0
        self._keys = Static(classes="dialog-keys")

    def compose(self) -> ComposeResult:
        """The title, the choices, and what the keys do."""
        with Vertical(classes="dialog chooser"):
            yield Static(Content(self._title), classes="dialog-title")
            yield self._options
            yield self._keys

    def on_mount(self) -> None:
        """Show what is chosen by now."""
        self._show()

    def _option(self, place: int) -> Content:
        return Content(f"[{'x' if place in self._chosen else ' '}] {self._lines[place]}")

    def _show(self, trouble: str = "") -> None:
        for place in range(len(self._lines)):
            self._options.replace_option_prompt_at_index(place, self._option(place))
        does = f"{self._does} {len(self._chosen)} of {len(self._lines)}"
        keys = f"{trouble or f'enter  {does}'}    space  choose    a  all    esc  cancel"
        self._keys.update(Content(keys))

    def action_choose(self) -> None:
        """Choose the one that is set off, or no longer."""
        self._chosen ^= {self._options.highlighted or 0}
        self._show()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Choose the one that was clicked, or no longer."""
        self._chosen ^= {event.option_index}
        self._show()

    def action_all(self) -> None:
        """Choose all; none, where all are."""
        everything = set(range(len(self._lines)))
        self._chosen = set() if self._chosen == everything else everything
        self._show()

    def action_move(self, by: int) -> None:
        """Go to another choice."""
        self._options.highlighted = ((self._options.highlighted or 0) + by) % len(self._lines)

    def action_answer(self) -> None:
        """Answer with what is chosen, if that is enough."""
        if len(self._chosen) < self._least:
            self._show(f"choose {self._least} at least")
        else:
            self.dismiss(sorted(self._chosen))

    def action_cancel(self) -> None:
        """Choose nothing."""
        self.dismiss(None)


def _columns(choices: Sequence[Sequence[str]]) -> list[str]:
    lines = [[one_line(part) for part in choice] for choice in choices]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return ["  ".join(part.ljust(width) for part, width in zip(line, widths, strict=True)) for line in lines]
