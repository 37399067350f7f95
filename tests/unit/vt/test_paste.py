"""Pasted text on its way to the program."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.vt import paste as paste_module
from podboard.vt.paste import END, START, Glance, encode_paste, encode_pieces, glance, joined

CONTROLS = [chr(code) for code in range(0xA0) if unicodedata.category(chr(code)) == "Cc"]
ANYTHING = st.lists(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cs"]),
        st.sampled_from(CONTROLS),
        st.sampled_from(["\r\n", "\x1b[201~", "\x1b[200~", "\x9b201~"]),
    )
).map("".join)


def test_the_markers_are_xterms() -> None:
    assert (START, END) == (b"\x1b[200~", b"\x1b[201~")


def test_a_marked_paste_is_between_the_markers_as_it_is() -> None:
    assert encode_paste("one\n\ttwo\r\nthree\r", bracketed=True) == START + b"one\n\ttwo\r\nthree\r" + END


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("one\ntwo", b"one\rtwo"),
        ("one\r\ntwo\r\n", b"one\rtwo\r"),
        ("one\rtwo", b"one\rtwo"),
        ("one\n\ntwo", b"one\r\rtwo"),
        ("\n\r\n\r", b"\r\r\r"),
        ("a\tb", b"a\tb"),
        ("", b""),
    ],
)
def test_each_line_end_of_an_unmarked_paste_is_the_enter_key(text: str, sent: bytes) -> None:
    assert encode_paste(text, bracketed=False) == sent


def test_an_empty_marked_paste_still_says_so() -> None:
    assert encode_paste("", bracketed=True) == START + END


@pytest.mark.parametrize(
    "text", ["grüße", "日本語", "👩‍👩‍👧", "e\u0301", "\u2028 \u00a0 \u200d", "\U0010ffff"]
)
@pytest.mark.parametrize("bracketed", [True, False])
def test_any_character_survives(text: str, *, bracketed: bool) -> None:
    assert encode_paste(text, bracketed=bracketed).removeprefix(START).removesuffix(END) == text.encode()


def test_the_end_marker_inside_the_text_ends_nothing() -> None:
    sent = encode_paste("safe\x1b[201~rm -rf /\n", bracketed=True)
    assert sent == START + b"safe[201~rm -rf /\n" + END


def test_the_eight_bit_form_of_the_end_marker_ends_nothing() -> None:
    assert encode_paste("safe\x9b201~rm\n", bracketed=True) == START + b"safe201~rm\n" + END


def test_no_marker_can_be_put_together_by_what_is_taken_out() -> None:
    assert encode_paste("\x1b\x1b[201~[201~", bracketed=True) == START + b"[201~[201~" + END


@pytest.mark.parametrize("control", [c for c in CONTROLS if c not in "\t\n\r"], ids=ascii)
@pytest.mark.parametrize("bracketed", [True, False])
def test_a_control_character_is_no_key(control: str, *, bracketed: bool) -> None:
    sent = encode_paste(f"a{control}b", bracketed=bracketed)
    assert sent.removeprefix(START).removesuffix(END) == b"ab"


def test_half_a_surrogate_pair_is_left_out() -> None:
    assert encode_paste("a\ud83db\udc69", bracketed=False) == b"ab"


@given(ANYTHING)
def test_a_marked_paste_has_no_escape_but_its_two_markers(text: str) -> None:
    sent = encode_paste(text, bracketed=True)
    assert sent.startswith(START)
    assert sent.endswith(END)
    assert sent.count(b"\x1b") == 2
    assert not set(sent[len(START) : -len(END)].decode()) & (set(CONTROLS) - set("\t\n\r"))


@given(ANYTHING)
def test_an_unmarked_paste_has_no_control_but_tab_and_enter(text: str) -> None:
    assert not set(encode_paste(text, bracketed=False).decode()) & (set(CONTROLS) - set("\t\r"))


@given(ANYTHING, st.booleans())
def test_pieces_are_small_and_nothing_but_the_paste(text: str, bracketed: bool) -> None:  # noqa: FBT001
    whole = encode_paste(text, bracketed=bracketed)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(paste_module, "PIECE", 8)
        pieces = list(encode_pieces(text, bracketed=bracketed))
    assert b"".join(pieces) == whole
    assert all(0 < len(piece) <= 8 for piece in pieces)
    for piece in pieces:
        piece.decode()


def test_a_piece_is_made_when_it_is_asked_for() -> None:
    pieces = encode_pieces("x" * (64 << 20), bracketed=True)
    assert next(pieces) == START
    assert next(pieces) == b"x" * paste_module.PIECE


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("ls", Glance(1, 2, 0, breaks=False, ends_line=False, has_end=False)),
        ("ls\n", Glance(1, 3, 0, breaks=True, ends_line=True, has_end=False)),
        ("a\r\nb\rc\n\n", Glance(4, 8, 0, breaks=True, ends_line=True, has_end=False)),
        ("gr\u00fc\u00a0\tn", Glance(1, 8, 0, breaks=False, ends_line=False, has_end=False)),
        ("\x1b[201~rm\x7f", Glance(1, 9, 2, breaks=False, ends_line=False, has_end=True)),
        ("\x9b201~\x80\x00", Glance(1, 9, 3, breaks=False, ends_line=False, has_end=True)),
    ],
)
def test_what_a_person_should_know(text: str, seen: Glance) -> None:
    assert glance(text) == seen


@given(ANYTHING)
def test_what_is_left_out_is_counted(text: str) -> None:
    text = "".join(character for character in text if not "\ud800" <= character <= "\udfff")
    marked = encode_paste(text, bracketed=True).removeprefix(START).removesuffix(END).decode()
    assert glance(text).controls == len(text) - len(marked)


@pytest.mark.parametrize(
    ("text", "line"),
    [("one\n  two \\\r\n\nthree\n", "one two \\ three"), ("\n\n", ""), ("a\tb", "a\tb")],
)
def test_lines_can_be_made_one(text: str, line: str) -> None:
    assert joined(text) == line
