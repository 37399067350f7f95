"""The floor of a start: a Textual application that shows one word."""

from __future__ import annotations

from textual.app import App


class Empty(App[None]):
    """Shows ``ready``."""

    def render(self) -> str:
        """Say so."""
        return "ready"


if __name__ == "__main__":
    Empty().run()
