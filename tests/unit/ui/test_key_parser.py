"""Keys as the person's terminal sends them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events

from podboard.model.size import Size
from podboard.ui.key_parser import KeyParser
from podboard.vt.keys import KeyEncoder
from podboard.vt.screen import Screen


def keys(*pieces: str) -> list[tuple[str, str | None]]:
    parser = KeyParser()
    found = [event for piece in pieces for event in parser.feed(piece)]
    return [(event.key, event.character) for event in found if isinstance(event, events.Key)]


@pytest.mark.parametrize(
    ("typed", "key", "character"),
    [
        ("a", "a", "a"),
        ("A", "A", "A"),
        ("é", "é", "é"),
        (" ", "space", " "),
        ("\r", "enter", "\r"),
        ("\t", "tab", "\t"),
        ("\x7f", "backspace", "\x7f"),
        ("\x03", "ctrl+c", "\x03"),
        ("\x1d", "ctrl+right_square_bracket", "\x1d"),
        ("\x1b[A", "up", None),
        ("\x1bOA", "up", None),
        ("\x1b[1;5C", "ctrl+right", None),
        ("\x1b[Z", "shift+tab", None),
        ("\x1bOP", "f1", None),
        ("\x1b[15~", "f5", None),
        ("\x1b[3~", "delete", None),
    ],
)
def test_keys_that_textual_knows(typed: str, key: str, character: str | None) -> None:
    assert keys(typed) == [(key, character)]


@pytest.mark.parametrize(
    ("character", "key"),
    [
        *[(letter, f"alt+{letter}") for letter in "abcdefghijklmnopqrstuvwxyz0123456789"],
        ("A", "alt+A"),
        ("F", "alt+F"),
        (".", "alt+full_stop"),
        (",", "alt+comma"),
        ("_", "alt+underscore"),
        ("#", "alt+number_sign"),
        ("<", "alt+less_than_sign"),
        (">", "alt+greater_than_sign"),
        ("/", "alt+slash"),
        ("?", "alt+question_mark"),
        ("-", "alt+minus"),
        ("'", "alt+apostrophe"),
        ("\\", "alt+backslash"),
        ("é", "alt+é"),
        (" ", "alt+space"),
        ("\x7f", "alt+backspace"),
        ("\r", "alt+enter"),
        ("\t", "alt+tab"),
        ("\x02", "alt+ctrl+b"),
        ("\x08", "alt+ctrl+h"),
        ("\x1d", "alt+ctrl+right_curly_bracket"),
        ("\x00", "alt+ctrl+grave_accent"),
    ],
)
def test_an_escape_and_a_character_are_alt_and_that_character(character: str, key: str) -> None:
    assert keys(f"\x1b{character}") == keys("\x1b", character) == [(key, character)]
    encoder = KeyEncoder(Screen(Size(4, 1)))
    assert encoder.encode(key, character) == b"\x1b" + character.encode()


@pytest.mark.parametrize(
    ("typed", "key", "character"),
    [
        ("\x1b[97u", "a", "a"),
        ("\x1b[97;;97u", "a", "a"),
        ("\x1b[97;2;65u", "A", "A"),
        ("\x1b[99;5u", "ctrl+c", None),
        ("\x1b[93;5u", "ctrl+right_square_bracket", None),
        ("\x1b[102;3u", "alt+f", None),
        ("\x1b[127u", "backspace", "\x7f"),
        ("\x1b[13u", "enter", "\r"),
        ("\x1b[13;2u", "shift+enter", None),
        ("\x1b[27u", "escape", None),
        ("\x1b[9;2u", "shift+tab", None),
        ("\x1b[1;2A", "shift+up", None),
    ],
)
def test_keys_of_the_kitty_protocol(typed: str, key: str, character: str | None) -> None:
    assert keys(typed) == [(key, character)]


def test_an_escape_alone_waits_for_what_may_follow() -> None:
    assert keys("\x1b") == []
    assert keys("\x1b\x1b") == [("escape", "\x1b")]


def test_two_arrows_in_one_piece() -> None:
    assert keys("\x1b[A\x1b[B\x1bf\x1b[Cx") == [
        ("up", None), ("down", None), ("alt+f", "f"), ("right", None), ("x", "x")
    ]  # fmt: skip


@pytest.mark.parametrize("number", ["1114112", "9999999999", "55296", "0"])
def test_the_number_of_no_character_ends_nothing(number: str) -> None:
    assert keys(f"\x1b[{number};1u", "x" * 40)[-1] == ("x", "x")
    assert keys(f"\x1b[97;1;{number}u", "x" * 40)[-1] == ("x", "x")


HOSTILE = "echo\x1b[31m \x1brm -rf /\r\x1b]52;c;aGk=\x07\x1b[A\x1b\x1b[20~\x1b[200~ \x00漢\n\x1b[201"


@given(st.data())
def test_a_paste_is_a_paste_whatever_is_in_it_and_however_it_comes(data: st.DataObject) -> None:
    typed = f"a\x1b[A\x1b[200~{HOSTILE}\x1b[201~\x1b[B\x1b[200~\x1b[201~\x1b[200~second\x1b[201~b"
    cuts = data.draw(st.sets(st.integers(0, len(typed))))
    pieces = [typed[start:end] for start, end in pairwise(sorted({0, *cuts, len(typed)}))]
    parser = KeyParser()
    came = []
    for piece in pieces:
        for message in parser.feed(piece):
            assert isinstance(message, (events.Key, events.Paste))
            came.append(message.key if isinstance(message, events.Key) else f"paste {message.text}")
        if parser.is_pasting:
            assert list(parser.tick()) == []
    assert came == ["a", "up", f"paste {HOSTILE}".replace("\x00", ""), "down", "paste ", "paste second", "b"]
    assert not parser.is_pasting


def test_a_paste_is_followed_from_its_first_character_to_its_last() -> None:
    parser = KeyParser()
    told = []
    for character in "\x1b[200~ab\x1b[201~":
        list(parser.feed(character))
        told.append(parser.is_pasting)
    assert told == [False] * 5 + [True] * 8 + [False]


def test_what_an_escape_began_that_nothing_followed_begins_no_paste() -> None:
    parser = KeyParser()
    list(parser.feed("\x1b[20"))
    parser.tick()
    list(parser.feed("0~"))
    assert not parser.is_pasting


SEQUENCES = (
    "a", "é", "漢", " ", "\r", "\x1d", "\x1b[A", "\x1bOA", "\x1b[1;5C", "\x1bf", "\x1b.", "\x1b\x7f",
    "\x1b[93;5u", "\x1b[97;;97u", "\x1b[15~", "\x1b[<0;10;5M", "\x1b[<35;11;5m", "\x1b[?2026;2$y", "\x1b[I",
    "\x1b[200~paste\x1b[201~",
)  # fmt: skip


@given(st.lists(st.sampled_from(SEQUENCES), max_size=12), st.data())
def test_splits_make_no_difference(sequences: list[str], data: st.DataObject) -> None:
    typed = "".join(sequences)
    cuts = data.draw(st.sets(st.integers(0, len(typed))))
    pieces = [typed[start:end] for start, end in pairwise(sorted({0, *cuts, len(typed)}))]
    assert told(pieces) == told([typed] if typed else [])


@given(st.lists(st.text(alphabet="\x1b[]O<>?;:$0129aAuyMmtR~\x7f\r\x00é", min_size=1, max_size=40)))
def test_nothing_a_terminal_may_send_ends_it(pieces: list[str]) -> None:
    parser = KeyParser()
    for piece in pieces:
        for _ in parser.feed(piece):
            pass
    assert [event.key for event in parser.feed("\x1b[201~" + "x" * 60) if isinstance(event, events.Key)][
        -1
    ] == "x"


def told(pieces: list[str]) -> list[str]:
    parser = KeyParser()
    return [repr(event) for piece in pieces for event in parser.feed(piece)]
