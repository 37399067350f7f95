import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.model.size import Size
from podboard.wire.tmux import Control, pasted, resized, typed

ENTER = b"\x1bP1000p%begin 1795440960 270 0\r\n%end 1795440960 270 0\r\n%session-changed $0 0\r\n"
STATE = b"12 2 1 0 1 0 0 1 0 0 0 0 0 0 0 2"


def escaped(data: bytes) -> bytes:
    return re.sub(rb"[\x00-\x1f\\\\]", lambda found: b"\\%03o" % found[0][0], data)


def output(data: bytes) -> bytes:
    return b"%output %0 " + escaped(data) + b"\r\n"


def answer(number: int, *lines: bytes) -> bytes:
    body = b"".join(line + b"\r\n" for line in lines)
    return b"%%begin 1795440961 %d 1\r\n%b%%end 1795440961 %d 1\r\n" % (number, body, number)


def answers(state: bytes = STATE, history: tuple[bytes, ...] = (b"old", b"l11", b"l12")) -> bytes:
    """What a tmux of three rows answers to all that is sent first."""
    rows = (b"\x1b[1mfirst\x1b[m", b"$", b"")
    bodies = ((), (), (state,), history, (b"first", b"$", b""), rows)
    return b"".join(answer(number, *body) for number, body in enumerate(bodies))


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({min(place, len(data)) for place in places} | {0, len(data)})
    return [data[start:end] for start, end in pairwise(ends)]


@given(st.lists(st.binary(max_size=60), max_size=5), st.lists(st.integers(0, 600), max_size=8))
def test_what_a_program_prints_comes_as_it_printed_it(printed: list[bytes], places: list[int]) -> None:
    control = Control()
    said = ENTER + b"".join(map(output, printed)) + b"%exit\r\n\x1b\\"
    told = b"".join(control.take(piece) for piece in cut(said, places))
    assert told.removesuffix(b"\x1b\\") == b"".join(printed).removesuffix(b"\x1b\\")
    assert control.picture is None


@given(st.binary(max_size=2000))
def test_nothing_it_may_say_brings_it_down(data: bytes) -> None:
    Control().take(ENTER + data)
    Control(5).take(ENTER + b"%begin 1 2 1\r\n" + data)


@pytest.mark.parametrize("data", [b"a\xc3\xa9\x00\x1b[A" * 200, b"\r", b"x" * 256, b"x" * 257])
def test_what_is_typed_is_sent_byte_by_byte(data: bytes) -> None:
    lines = typed(data).splitlines()
    assert all(line.startswith(b"send-keys -H ") and len(line) < 800 for line in lines)
    sent = b"".join(bytes.fromhex(line.removeprefix(b"send-keys -H ").decode()) for line in lines)
    assert sent == data


@pytest.mark.parametrize(
    ("piece", "written"),
    [
        (b"-x; ls", rb'"-x; ls"'),
        (b'"$HOME" \\r', rb'"\"\$HOME\" \\r"'),
        (b"\x1b[200~", rb'"\e[200~"'),
        ("one\r\n\u00fc\t~ #{x} '".encode(), rb'"one\r\n' + "\u00fc\t~ #{x} '\"".encode()),
    ],
)
def test_a_piece_of_a_paste_is_one_text(piece: bytes, written: bytes) -> None:
    assert pasted(piece) == b"set-buffer -b podboard -- " + written + b"\npaste-buffer -d -r -b podboard\n"
    assert pasted(b"") == b""


def test_a_new_shell_is_asked_nothing() -> None:
    assert b"capture" not in Control().begin(Size(80, 24))
    assert Control().begin(Size(80, 24)).startswith(resized(Size(80, 24)))


def test_the_screen_of_a_shell_that_is_gone_on_with_is_known_first() -> None:
    control = Control(10)
    assert control.begin(Size(80, 3)).count(b"\n") == 6
    assert control.take(ENTER + output(b"is on the screen already")) == b""
    assert control.take(answers() + output(b"later")) == b"later"
    picture = control.picture
    assert picture is not None
    assert picture.text == ("first", "$", "")
    assert picture.missed == [b"l11", b"l12"]
    assert control.history == 12
    drawn = picture.drawn()
    assert drawn.index(b"l11") < drawn.index(b"l12") < drawn.index(b"\x1b[1;1H\x1b[1mfirst")
    assert b"\x1b[2;3H" in drawn
    assert not picture.is_alternate


@pytest.mark.parametrize(
    ("flag", "switched"),
    [
        (b"cursor_flag", b"?25"),
        (b"keypad_cursor_flag", b"?1"),
        (b"wrap_flag", b"?7"),
        (b"insert_flag", b"4"),
        (b"origin_flag", b"?6"),
        (b"mouse_standard_flag", b"?1000"),
        (b"mouse_button_flag", b"?1002"),
        (b"mouse_all_flag", b"?1003"),
        (b"mouse_sgr_flag", b"?1006"),
    ],
)
def test_modes_are_as_the_program_had_set_them(flag: bytes, switched: bytes) -> None:
    control = Control(0)
    asked = re.findall(rb"#\{(\w+)\}", control.begin(Size(80, 3)).partition(b"display-message")[2])
    control.take(ENTER + answers(b" ".join(b"%d" % (name == flag) for name in asked), ()))
    assert control.picture is not None
    assert set(re.findall(rb"\x1b\[(\??\d+)h", control.picture.set_up())) == {switched}


def test_how_much_was_printed_is_heard_of() -> None:
    control = Control()
    control.take(ENTER + b"%subscription-changed podboard $0 @0 0 %0 : 42\r\n")
    assert control.history == 42
    control.take(b"%subscription-changed other $0 @0 0 %0 : 43\r\n")
    control.take(b"%subscription-changed podboard $0 @0 0 %0 : " + b"9" * 5000 + b"\r\n")
    assert control.history == 42


def test_where_history_was_cleared_nothing_counts_as_missed() -> None:
    control = Control(500)
    control.take(ENTER + answers())
    assert control.picture is not None
    assert list(control.picture.missed) == []


def test_nonsense_in_place_of_numbers_is_zero() -> None:
    control = Control(0)
    control.take(ENTER + answers(b"x " + b"9" * 40, ()))
    assert control.picture is not None
    assert set(control.picture.state.values()) == {0}


def test_an_answer_that_looks_like_a_message_is_an_answer() -> None:
    control = Control(10)
    control.take(ENTER + answers(history=(b"%exit", b"%output %0 evil", b"%end 1 2 1")))
    assert control.picture is not None
    assert list(control.picture.missed) == [b"%output %0 evil", b"%end 1 2 1"]


def test_the_last_word_is_answered_and_not_shown() -> None:
    control = Control()
    assert control.answer() == b""
    assert control.take(ENTER + output(b"exit\r\n\x1b_podboard;over\x1b\\")) == b"exit\r\n"
    assert control.answer() == b"wait-for -S over\n"
    assert control.answer() == b""


def test_signs_of_life_are_told_apart() -> None:
    signs = [found for one in (Control(), Control()) for _ in range(2) for found in [one.beat().split()[3]]]
    assert len(set(signs)) == 4


def test_what_comes_behind_the_end_is_shown_as_it_is() -> None:
    control = Control()
    assert control.take(ENTER + b"%exit\r\nsh: no more\r\n") == b"sh: no more\r\n"
    assert control.take(b"\\033 more") == b"\\033 more"


def test_a_line_without_end_is_not_kept() -> None:
    control = Control()
    control.take(ENTER)
    for _ in range(200):
        control.take(b"x" * 32768)
    assert len(control._line) <= 1 << 23
