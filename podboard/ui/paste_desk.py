"""Pasting: what is shown to a person before, and what is told meanwhile."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

from podboard.model.sizes import sent_of
from podboard.vt.paste import glance, joined

if TYPE_CHECKING:
    from podboard.session.outbox import Paste
    from podboard.ui.screens.board import Board
    from podboard.ui.screens.paste_preview import PasteAnswer
    from podboard.ui.widgets.terminal_pane import TerminalPane

LITTLE: Final = 4096
"""Bytes of one line that are pasted without a question."""

WORTH_A_WORD: Final = 0.3
"""Seconds after which a person wonders what becomes of a paste."""

_STANDS: Final = 2.0
"""Seconds in which nothing of a paste was taken, after which the program is said not to read."""


class PasteDesk:
    """Asks before much is pasted."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._trusted: WeakSet[TerminalPane] = WeakSet()

    def paste(self, pane: TerminalPane, text: str) -> None:
        """Paste a text into a terminal: more than one line, or a long one, once the person has seen it."""
        if not pane.terminal.takes_input:
            return
        seen = glance(text)
        is_little = not seen.breaks and seen.size <= LITTLE
        if is_little or pane in self._trusted or not self._board.previews_pastes:
            pane.paste(text)
            return
        from podboard.ui.screens.paste_preview import PasteAnswer, PastePreview

        def answered(answer: PasteAnswer | None) -> None:
            if answer is None:
                return
            if answer is PasteAnswer.ALWAYS:
                self._trusted.add(pane)
            pane.paste(joined(text) if answer is PasteAnswer.JOIN else text)

        terminal = pane.terminal
        preview = PastePreview(text, seen, str(terminal.target), runs=not terminal.screen.bracketed_paste)
        self._board.app.push_screen(preview, answered)


def progress(paste: Paste | None) -> str:
    """What to say of a paste on its way; nothing in its first moment."""
    now = time.monotonic()
    if paste is None or now - paste.began < WORTH_A_WORD:
        return ""
    if paste.is_given_up:
        return "paste given up · the program has still to read some of it"
    reads = "" if now - paste.moved < _STANDS else "the program does not read · "
    return f"{reads}pasting {sent_of(paste.sent, paste.size)} · esc cancels"
