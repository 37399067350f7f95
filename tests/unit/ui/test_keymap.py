"""The tables of keys, against each other, the board and the person's keyboard."""

from collections import Counter

import pytest
from textual import events

from podboard.ui.key_parser import KeyParser
from podboard.ui.keymap import AFTER_LEADER, ENDED, LEADER, LIST, MOVING, OFFERED, SCROLLING, Key, action_of
from podboard.ui.layout_desk import LayoutDesk
from podboard.ui.list_desk import ListDesk
from podboard.ui.screens.board import Board
from podboard.ui.scroll_desk import ScrollDesk
from podboard.ui.scroll_mode import ScrollMode
from podboard.ui.split_desk import SplitDesk
from podboard.ui.terminal_desk import TerminalDesk

TABLES = {
    "list": LIST,
    "after the leader": AFTER_LEADER,
    "offered": OFFERED,
    "ended": ENDED,
    "scrolling": SCROLLING,
    "moving": MOVING,
}

DONE_BY: dict[str, type] = {"scrolling": ScrollDesk, "moving": ScrollMode}
"""Whose methods the actions of a table are, where they are not the board's."""

BY_THE_KEYBOARD = {"filter", "scroll_mode", "tab", "send_leader", "go", "resize"}
"""Actions that ``Keyboard`` performs itself: they change what the next keys mean."""

TYPED = {
    "enter": "\r",
    "space": " ",
    "slash": "/",
    "colon": ":",
    "asterisk": "*",
    "number_sign": "#",
    "tab": "\t",
    "question_mark": "?",
    "f1": "\x1bOP",
    "escape": "\x1b[27u",
    "down": "\x1b[B",
    "up": "\x1b[A",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "circumflex_accent": "^",
    "dollar_sign": "$",
    "vertical_line": "|",
    "percent_sign": "%",
    "minus": "-",
    "quotation_mark": '"',
    "exclamation_mark": "!",
    **{
        f"ctrl+{key}": f"\x1b[1;5{letter}"
        for key, letter in zip(("up", "down", "right", "left"), "ABCD", strict=True)
    },
    "left": "\x1b[D",
    "right": "\x1b[C",
    LEADER: "\x1d",
    **{f"ctrl+{letter}": chr(ord(letter) & 0x1F) for letter in "qfbudcvyelr"},
}
"""What a terminal sends for a key; a character is itself."""

table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES.keys())


def all_keys(table: tuple[Key, ...]) -> list[str]:
    return [key for entry in table for key in entry.keys.split(",")]


@table
def test_no_key_means_two_things(table: tuple[Key, ...]) -> None:
    assert [key for key, count in Counter(all_keys(table)).items() if count > 1] == []
    assert [shown for shown, count in Counter(entry.shown for entry in table).items() if count > 1] == []


@pytest.mark.parametrize("name", TABLES)
def test_every_action_exists(name: str) -> None:
    for entry in TABLES[name]:
        doer = DONE_BY.get(name, Board)
        doers = (doer, ListDesk, TerminalDesk, SplitDesk, LayoutDesk)
        done = next((found for by in doers if (found := getattr(by, f"action_{entry.action}", None))), None)
        assert entry.action in BY_THE_KEYBOARD or callable(done)


@pytest.mark.parametrize("desk", [ListDesk, TerminalDesk, SplitDesk, LayoutDesk])
def test_no_desks_action_is_the_boards_as_well(desk: type) -> None:
    # The board is asked first, and has from Textual more than it is seen to have.
    assert [name for name in vars(desk) if name.startswith("action_") and hasattr(Board, name)] == []


def test_every_action_has_a_key() -> None:
    doers = (Board, ScrollDesk, ScrollMode, ListDesk, TerminalDesk, SplitDesk, LayoutDesk)
    names = {name for doer in doers for name in vars(doer) if name.startswith("action_")}
    actions = {name.removeprefix("action_") for name in names}
    assert actions | BY_THE_KEYBOARD == {entry.action for table in TABLES.values() for entry in table}


def test_in_the_scroll_mode_no_key_means_two_things() -> None:
    assert set(all_keys(MOVING)) & set(all_keys(SCROLLING)) == set()


@table
def test_every_key_can_be_typed(table: tuple[Key, ...]) -> None:
    for key in all_keys(table):
        [event] = KeyParser().feed(TYPED.get(key, key))
        assert isinstance(event, events.Key)
        assert event.key == key


@table
def test_every_key_is_explained(table: tuple[Key, ...]) -> None:
    for entry in table:
        assert entry.shown
        assert entry.help
        assert entry.help[0].islower()
        assert not entry.help.endswith(".")


def test_an_action_is_found_by_any_of_its_keys() -> None:
    assert action_of(LIST, "enter") == action_of(LIST, "s") == "open"
    assert action_of(LIST, "G") == "last"
    assert action_of(LIST, "g") == "first"
    assert action_of(LIST, "x") is None
    assert action_of(LIST, "enter,s") is None
    assert action_of(LIST, "") is None


def test_nothing_destructive_is_on_keys_of_the_shell() -> None:
    # ctrl+d and ctrl+k, as a person types them who takes the list for a shell, do nothing in the list.
    assert {action_of(LIST, key) for key in ("ctrl+d", "ctrl+k", "ctrl+c", "ctrl+w", "ctrl+u")} == {None}
