"""Keys by Textual's names, held against xterm's table, the kitty protocol and modifyOtherKeys."""

from __future__ import annotations

import re
from itertools import chain, combinations
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyghostty._ffi import lib as whole
from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import XTermParser
from textual.keys import Keys, _character_to_key

from podboard.vt import keys as module
from podboard.vt.keys import KeyEncoder
from tests.unit.vt.helpers import screen

KITTY = "\x1b[>{}u"
MODIFY_OTHER_KEYS = "\x1b[>4;2m"
APPLICATION_CURSOR = "\x1b[?1h"

# xterm adds these up, from 1.
WEIGHTS = {"shift": 1, "alt": 2, "ctrl": 4}
COMBINATIONS = [
    (modifiers, 1 + sum(WEIGHTS[modifier] for modifier in modifiers))
    for modifiers in chain.from_iterable(combinations(sorted(WEIGHTS), count) for count in range(1, 4))
]

LETTERED = {
    "up": "A",
    "down": "B",
    "right": "C",
    "left": "D",
    "home": "H",
    "end": "F",
    "f1": "P",
    "f2": "Q",
    "f3": "R",
    "f4": "S",
}
NUMBERED = {"insert": 2, "delete": 3, "pageup": 5, "pagedown": 6} | {
    f"f{key}": number for key, number in zip(range(5, 13), (15, 17, 18, 19, 20, 21, 23, 24), strict=True)
}
CURSOR_KEYS = ("up", "down", "right", "left", "home", "end")


def modified(modifiers: tuple[str, ...], name: str) -> str:
    return "+".join((*modifiers, name))


XTERM = (
    {name: f"\x1b{'[' if name in CURSOR_KEYS else 'O'}{letter}" for name, letter in LETTERED.items()}
    | {name: f"\x1b[{number}~" for name, number in NUMBERED.items()}
    | {
        modified(modifiers, name): f"\x1b[1;{weight}{letter}"
        for name, letter in LETTERED.items()
        for modifiers, weight in COMBINATIONS
    }
    | {
        modified(modifiers, name): f"\x1b[{number};{weight}~"
        for name, number in NUMBERED.items()
        for modifiers, weight in COMBINATIONS
    }
)
"""What xterm sends for keys without a character, as its terminfo entry has it."""

CONTROL = {f"ctrl+{chr(0x60 + code)}": chr(code) for code in range(1, 27)} | {
    "ctrl+@": "\x00",
    "ctrl+at": "\x00",
    "ctrl+space": "\x00",
    "ctrl+grave_accent": "\x00",
    "ctrl+left_square_bracket": "\x1b",
    "ctrl+backslash": "\x1c",
    "ctrl+right_square_bracket": "\x1d",
    "ctrl+circumflex_accent": "\x1e",
    "ctrl+tilde": "\x1e",
    "ctrl+underscore": "\x1f",
    "ctrl+minus": "\x1f",
    "ctrl+slash": "\x1f",
    "ctrl+question_mark": "\x7f",
    "ctrl+1": "1",
    "ctrl+2": "\x00",
    "ctrl+3": "\x1b",
    "ctrl+4": "\x1c",
    "ctrl+5": "\x1d",
    "ctrl+6": "\x1e",
    "ctrl+7": "\x1f",
    "ctrl+8": "\x7f",
    "ctrl+9": "9",
    "ctrl+0": "0",
    "ctrl+full_stop": ".",
    "ctrl+comma": ",",
    "ctrl+semicolon": ";",
    "ctrl+shift+a": "\x01",
    "ctrl+shift+z": "\x1a",
}

EDITING = {
    "enter": "\r",
    "shift+enter": "\r",
    "ctrl+enter": "\r",
    "alt+enter": "\x1b\r",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "ctrl+tab": "\t",
    "alt+tab": "\x1b\t",
    "backspace": "\x7f",
    "shift+backspace": "\x7f",
    "ctrl+backspace": "\x08",
    "alt+backspace": "\x1b\x7f",
    "escape": "\x1b",
    "shift+escape": "\x1b",
    "alt+escape": "\x1b\x1b",
    "space": " ",
    "shift+space": " ",
    "alt+space": "\x1b ",
}

PRINTABLE = {_character_to_key(chr(code)): chr(code) for code in range(0x20, 0x7F)}
TEXT = st.characters(codec="utf-8", exclude_categories=["Cc"])


def sent(key: str, character: str | None = None, asked: str = "") -> str:
    """What a key sends to a program that asked for keys in some way."""
    return KeyEncoder(screen(asked)).encode(key, character).decode()


class Kitty(NamedTuple):
    """A key as the kitty protocol spells it, with what may be left out filled in."""

    code: int
    modifiers: int = 1
    final: str = "u"
    shifted: int | None = None
    text: str = ""


def kitty(key: str, character: str | None = None, flags: int = 1) -> Kitty:
    """Read back what a key sends to a program that asked for the kitty protocol."""
    sequence = sent(key, character, KITTY.format(flags))
    match = re.fullmatch(r"\x1b\[(\d*)(?::(\d*))?(?:;(\d*)(?::1)?)?(?:;(\d+))?([A-Zu~])", sequence)
    assert match, f"not of the protocol: {sequence!r}"
    code, shifted, modifiers, text, final = match.groups()
    return Kitty(
        int(code or 1),
        int(modifiers or 1),
        final,
        int(shifted) if shifted else None,
        chr(int(text)) if text else "",
    )


# -- what xterm sends ---------------------------------------------------------------------------


@pytest.mark.parametrize("key", XTERM)
def test_a_key_without_a_character_sends_what_xterm_sends(key: str) -> None:
    assert sent(key) == XTERM[key]


@pytest.mark.parametrize("key", CONTROL)
def test_ctrl_makes_of_a_character_what_xterm_makes_of_it(key: str) -> None:
    assert sent(key) == CONTROL[key]


@pytest.mark.parametrize("key", CONTROL)
def test_alt_with_ctrl_puts_an_escape_before_it(key: str) -> None:
    assert sent(f"alt+{key}") == "\x1b" + CONTROL[key]


@pytest.mark.parametrize("key", EDITING)
def test_a_key_of_every_keyboard_sends_what_a_plain_shell_knows(key: str) -> None:
    assert sent(key) == EDITING[key]


@pytest.mark.parametrize("key", PRINTABLE)
@pytest.mark.parametrize("asked", ["", APPLICATION_CURSOR, KITTY.format(1), MODIFY_OTHER_KEYS])
def test_a_printable_key_sends_itself(key: str, asked: str) -> None:
    assert sent(key, PRINTABLE[key], asked) == PRINTABLE[key]
    assert sent(key, None, asked) == PRINTABLE[key]


@pytest.mark.parametrize("key", PRINTABLE)
def test_alt_puts_an_escape_before_a_printable_key(key: str) -> None:
    assert sent(f"alt+{key}", PRINTABLE[key]) == "\x1b" + PRINTABLE[key]
    assert sent(f"alt+{key}") == "\x1b" + PRINTABLE[key]


@given(TEXT)
def test_any_character_sends_itself(character: str) -> None:
    assert sent(_character_to_key(character), character) == character


@given(TEXT)
def test_any_character_sends_itself_to_a_program_that_asked_for_more(character: str) -> None:
    key = _character_to_key(character)
    assert sent(key, character, KITTY.format(1)) == character
    assert sent(key, character, MODIFY_OTHER_KEYS) == character


@pytest.mark.parametrize(
    "character", ["\u00a0", "\u3000", "\u200d", "\u200c", "\u00ad", "\ufe0f"], ids=_character_to_key
)
def test_blanks_and_joiners_beyond_ascii_are_typed_too(character: str) -> None:
    assert sent(_character_to_key(character), character) == character


@pytest.mark.parametrize("character", ["é", "ß", "日", "я", "€"])
def test_alt_puts_an_escape_before_a_character_beyond_ascii(character: str) -> None:
    assert sent(f"alt+{_character_to_key(character)}", character) == "\x1b" + character


def test_alt_and_shift_with_a_letter_is_its_capital_though_the_terminal_does_not_say_so() -> None:
    assert sent("alt+shift+a") == "\x1bA"
    assert sent("alt+shift+a", "A") == "\x1bA"
    assert sent("shift+a") == "A"
    assert sent("alt+shift+ß") == "\x1bß"  # which has no capital, and whose keyboard nobody knows


def test_a_plus_is_a_key_and_what_joins_modifiers_to_one() -> None:
    assert sent("+", "+") == sent("+") == sent("plus", "+") == "+"
    assert sent("alt+plus") == "\x1b+"


@pytest.mark.parametrize("modifier", ["super", "meta", "hyper"])
def test_the_modifiers_beyond_alt_count_as_xterms_meta(modifier: str) -> None:
    assert sent(f"{modifier}+up") == "\x1b[1;9A"
    assert sent(f"{modifier}+ctrl+f5") == "\x1b[15;13~"


@pytest.mark.parametrize("key", ["left_shift", "caps_lock", "media_play", "print_screen", "menu", "\x19", ""])
def test_a_key_that_has_no_bytes_sends_none(key: str) -> None:
    assert sent(key) == ""


def test_a_sequence_textual_calls_ignored_is_not_sent() -> None:
    assert sent(Keys.Ignore.value, "\x1b[3;13~") == ""


@pytest.mark.parametrize("key", CURSOR_KEYS)
def test_application_cursor_keys_change_just_the_unmodified_ones(key: str) -> None:
    assert sent(key, None, APPLICATION_CURSOR) == f"\x1bO{LETTERED[key]}"
    assert sent(f"shift+{key}", None, APPLICATION_CURSOR) == f"\x1b[1;2{LETTERED[key]}"
    assert sent(key, None, APPLICATION_CURSOR + "\x1b[?1l") == f"\x1b[{LETTERED[key]}"


def test_a_control_character_goes_on_as_the_persons_terminal_said_it() -> None:
    assert sent("backspace", "\x08") == "\x08"
    assert sent("enter", "\r") == "\r"
    assert sent("ctrl+underscore", "\x1f") == "\x1f"


# -- Textual's names ----------------------------------------------------------------------------


def pressed(sequence: str) -> list[events.Key]:
    """The keys Textual reads from what a person's terminal says."""
    return [message for message in XTermParser().feed(sequence) if isinstance(message, events.Key)]


# Textual takes F3 with a modifier for a cursor report; what else is missing is none of its fixed sequences.
@pytest.mark.parametrize("key", [key for key in XTERM if not re.search(r"\+f3$", key)])
def test_what_an_xterm_says_goes_on_in_the_same_words(key: str) -> None:
    (event,) = pressed(XTERM[key])
    assert sent(event.key, event.character) == XTERM[key]


@pytest.mark.parametrize("code", [*range(0x1B), *range(0x1C, 0x80)])
def test_what_any_terminal_says_in_one_byte_goes_on_as_it_is(code: int) -> None:
    (event,) = pressed(chr(code))
    assert sent(event.key, event.character) == chr(code)


def test_every_key_textual_can_read_sends_something() -> None:
    known = {key for keys in ANSI_SEQUENCES_KEYS.values() if isinstance(keys, tuple) for key in keys}
    known -= {Keys.ScrollUp, Keys.ScrollDown}
    assert len(known) > 100
    assert [key.value for key in known if not sent(key.value)] == []


@given(st.sampled_from([key.value for key in Keys]), st.one_of(st.none(), st.text(max_size=3)))
@pytest.mark.parametrize("asked", ["", KITTY.format(31), MODIFY_OTHER_KEYS])
def test_no_key_is_a_failure(asked: str, key: str, character: str | None) -> None:
    assert isinstance(sent(key, character, asked), str)


# -- the kitty keyboard protocol ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "character", "told"),
    [
        ("escape", "\x1b", Kitty(27)),
        ("alt+escape", None, Kitty(27, 3)),
        ("shift+enter", None, Kitty(13, 2)),
        ("ctrl+enter", None, Kitty(13, 5)),
        ("alt+enter", None, Kitty(13, 3)),
        ("shift+tab", None, Kitty(9, 2)),
        ("ctrl+tab", None, Kitty(9, 5)),
        ("ctrl+backspace", None, Kitty(127, 5)),
        ("ctrl+a", "\x01", Kitty(97, 5)),
        ("ctrl+a", None, Kitty(97, 5)),
        ("ctrl+i", None, Kitty(105, 5)),
        ("ctrl+m", None, Kitty(109, 5)),
        ("ctrl+shift+a", None, Kitty(97, 6)),
        ("alt+a", None, Kitty(97, 3)),
        ("alt+shift+a", "A", Kitty(97, 4)),
        ("alt+shift+a", None, Kitty(97, 4)),
        ("ctrl+alt+a", None, Kitty(97, 7)),
        ("super+a", None, Kitty(97, 9)),
        ("ctrl+@", "\x00", Kitty(64, 5)),
        ("ctrl+space", None, Kitty(32, 5)),
        ("ctrl+slash", None, Kitty(47, 5)),
        ("ctrl+underscore", "\x1f", Kitty(95, 5)),
        ("ctrl+é", None, Kitty(233, 5)),
        ("up", None, Kitty(1, final="A")),
        ("shift+up", None, Kitty(1, 2, "A")),
        ("ctrl+shift+end", None, Kitty(1, 6, "F")),
        ("f1", None, Kitty(1, final="P")),
        ("f3", None, Kitty(13, final="~")),
        ("ctrl+f3", None, Kitty(13, 5, "~")),
        ("f5", None, Kitty(15, final="~")),
        ("f13", None, Kitty(57376)),
        ("delete", None, Kitty(3, final="~")),
    ],
)
def test_a_program_that_wants_keys_told_apart_can(key: str, character: str | None, told: Kitty) -> None:
    assert kitty(key, character) == told


@pytest.mark.parametrize("key", ["enter", "tab", "backspace"])
def test_telling_apart_leaves_the_plain_editing_keys_alone(key: str) -> None:
    assert sent(key, None, KITTY.format(1)) == EDITING[key]


@pytest.mark.parametrize(
    ("key", "character", "told"),
    [
        ("a", "a", Kitty(97, text="a")),
        ("A", "A", Kitty(97, 2, shifted=65, text="A")),
        ("é", "é", Kitty(233, text="é")),
        ("日", "日", Kitty(26085, text="日")),
        ("exclamation_mark", "!", Kitty(33, text="!")),
        ("space", " ", Kitty(32, text=" ")),
        ("enter", "\r", Kitty(13)),
        ("tab", "\t", Kitty(9)),
        ("backspace", "\x7f", Kitty(127)),
        ("escape", "\x1b", Kitty(27)),
        ("ctrl+c", "\x03", Kitty(99, 5)),
        ("alt+a", None, Kitty(97, 3)),
        ("alt+shift+a", None, Kitty(97, 4, shifted=65)),
        ("up", None, Kitty(1, final="A")),
        ("ctrl+left", None, Kitty(1, 5, "D")),
        ("f5", None, Kitty(15, final="~")),
    ],
)
def test_a_program_that_wants_all_of_it_gets_all_of_it(key: str, character: str | None, told: Kitty) -> None:
    assert kitty(key, character, flags=31) == told


def test_a_program_that_leaves_the_protocol_gets_plain_keys_again() -> None:
    assert sent("ctrl+a", None, KITTY.format(31) + "\x1b[<u") == "\x01"
    assert sent("shift+enter", None, KITTY.format(1) + "\x1bc") == "\r"


# -- modifyOtherKeys ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "character", "expected"),
    [
        ("ctrl+a", "\x01", "\x1b[27;5;97~"),
        ("ctrl+i", None, "\x1b[27;5;105~"),
        ("ctrl+shift+a", None, "\x1b[27;6;65~"),
        ("ctrl+space", None, "\x1b[27;5;32~"),
        ("ctrl+full_stop", None, "\x1b[27;5;46~"),
        ("shift+enter", None, "\x1b[27;2;13~"),
        ("ctrl+enter", None, "\x1b[27;5;13~"),
        ("alt+a", None, "\x1b[27;3;97~"),
        ("alt+a", "a", "\x1ba"),
        ("alt+shift+a", None, "\x1b[27;4;65~"),
        ("ctrl+alt+a", None, "\x1b[27;7;97~"),
        ("enter", "\r", "\r"),
        ("tab", "\t", "\t"),
        ("escape", "\x1b", "\x1b"),
        ("backspace", "\x7f", "\x7f"),
        ("up", None, "\x1b[A"),
        ("ctrl+up", None, "\x1b[1;5A"),
        ("ctrl+f3", None, "\x1b[1;5R"),
    ],
)
def test_modify_other_keys(key: str, character: str | None, expected: str) -> None:
    assert sent(key, character, MODIFY_OTHER_KEYS) == expected


@pytest.mark.parametrize("leave", ["\x1b[>4;0m", "\x1b[>4m", "\x1bc"])
def test_a_program_that_no_longer_wants_other_keys_modified_gets_plain_ones(leave: str) -> None:
    assert sent("ctrl+a", "\x01", MODIFY_OTHER_KEYS + leave) == "\x01"


# -- the core's numbers -------------------------------------------------------------------------


def test_the_keys_of_the_core_follow_their_first_in_order() -> None:
    assert {chr(0x61 + n): getattr(whole, f"GHOSTTY_KEY_{chr(0x41 + n)}") for n in range(26)} == {
        key: number for key, number in module._PHYSICAL.items() if key.isalpha()
    }
    assert {str(n): getattr(whole, f"GHOSTTY_KEY_DIGIT_{n}") for n in range(10)} == {
        key: number for key, number in module._PHYSICAL.items() if key.isdigit()
    }
    assert {f"f{n}": getattr(whole, f"GHOSTTY_KEY_F{n}") for n in range(1, 25)} == {
        key: number for key, number in module._NAMED.items() if re.fullmatch(r"f\d+", key)
    }


def test_two_encoders_of_one_screen_do_not_disturb_each_other() -> None:
    shared = screen(KITTY.format(1))
    one, other = KeyEncoder(shared), KeyEncoder(shared)
    assert one.encode("ctrl+a", None) == other.encode("ctrl+a", None) == b"\x1b[97;5u"
    shared.feed(b"\x1b[<u")
    assert one.encode("ctrl+a", None) == other.encode("ctrl+a", None) == b"\x01"
