"""Every action by its name, for whoever does not know its key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from podboard.ui.keymap import AFTER_LEADER, LEADER_SHOWN, LIST

if TYPE_CHECKING:
    from podboard.ui.keymap import Key
    from podboard.ui.screens.board import Board

_BY_THE_KEY: Final = {"tab", "go", "resize", "send_leader"}
"""Actions that depend on which of their keys it is."""

_ABOUT: Final = {"down", "up", "first", "last", "next_page", "previous_page", "clear", "palette"}
"""Actions of the list that nobody looks up."""


def choose_action(board: Board) -> None:
    """Let the person choose what to do, and do it where its key would: in the list or in the terminal."""
    from podboard.ui.screens.picker import Picker

    in_terminal = [entry for entry in AFTER_LEADER if entry.action not in _BY_THE_KEY | _ABOUT]
    named = {entry.action for entry in in_terminal} if board.has_terminals else set()
    in_list = [entry for entry in LIST if entry.action not in named | _ABOUT]
    entries = [*in_list, *in_terminal] if board.has_terminals else in_list
    if board.focused_pane is not None:
        entries = [*in_terminal, *in_list]

    def chosen(place: int | None) -> None:
        if place is None:
            return
        entry = entries[place]
        if entry in in_list:
            board.action_list()
        else:
            board.action_terminal()
        board.keyboard.perform(entry.action)

    lines = [_line(entry, f"{LEADER_SHOWN} " if entry in in_terminal else "") for entry in entries]
    board.app.push_screen(Picker("do", lines, wide=True), chosen)


def _line(entry: Key, before: str) -> str:
    name = entry.action.replace("_", " ")
    return f"{name} · {before}{entry.shown} · {entry.help}"
