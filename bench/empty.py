"""The floor of a start: a Textual application that shows one word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App
from textual.widget import Widget

if TYPE_CHECKING:
    from textual.app import ComposeResult


class Word(Widget):
    """Shows ``ready``."""

    def render(self) -> str:
        """Say so."""
        return "ready"


class Empty(App[None]):
    """Shows one widget."""

    def compose(self) -> ComposeResult:
        """The word."""
        yield Word()


if __name__ == "__main__":
    Empty().run()
