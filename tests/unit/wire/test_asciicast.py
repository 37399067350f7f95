"""Recordings as they are written and read."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.errors import RecordingError
from podboard.model.size import Size
from podboard.wire.asciicast import LARGEST, LONGEST_LINE, Cast, Code, Encoder, Event, read_cast, read_size

V2 = b'{"version": 2, "width": 80, "height": 24}\n'
V3 = b'{"version": 3, "term": {"cols": 80, "rows": 24}}\n'


def encoder() -> Encoder:
    return Encoder(Size(80, 24), 1_700_000_000.9, 100.0, "shop/web-1 · app")


def read(*lines: bytes) -> Cast:
    return read_cast(b"".join(lines).splitlines(keepends=True), "some.cast")


def refused(*lines: bytes) -> str:
    with pytest.raises(RecordingError) as error:
        read(*lines)
    return error.value.message


def test_the_header_is_that_of_version_3() -> None:
    line = encoder().header()
    assert line.endswith(b"\n")
    assert json.loads(line) == {
        "version": 3,
        "term": {"cols": 80, "rows": 24, "type": "xterm-256color"},
        "timestamp": 1_700_000_000,
        "title": "shop/web-1 · app",
    }


def test_events_tell_the_time_since_the_one_before() -> None:
    writing = encoder()
    lines = [
        writing.event(100.25, Code.OUTPUT, b"\x1b[1mHi\r\n"),
        writing.event(101.0, Code.RESIZE, b"90x30"),
        writing.event(101.0, Code.MARKER, "wärts".encode()),
        writing.event(103.5, Code.EXIT, b"3"),
    ]
    assert [json.loads(line) for line in lines] == [
        [0.25, "o", "\x1b[1mHi\r\n"],
        [0.75, "r", "90x30"],
        [0.0, "m", "wärts"],
        [2.5, "x", "3"],
    ]
    assert b"\x1b" not in b"".join(lines)


@given(st.lists(st.floats(0, 0.01), max_size=300))
def test_rounding_does_not_add_up(pauses: list[float]) -> None:
    writing = encoder()
    times = list(itertools.accumulate(pauses, initial=100.0))
    lines = [writing.event(at, Code.OUTPUT, b"x") for at in times]
    events = read(writing.header(), *lines).events
    assert [event.at for event in events] == pytest.approx([at - 100.0 for at in times], abs=1e-6)


@given(st.binary(max_size=60) | st.text(max_size=40).map(str.encode), st.lists(st.integers(0, 60)))
def test_what_is_split_anywhere_is_read_as_one(data: bytes, cuts: list[int]) -> None:
    writing = encoder()
    edges = sorted({0, len(data), *(cut for cut in cuts if cut <= len(data))})
    lines = [writing.event(101.0, Code.OUTPUT, data[a:b]) for a, b in itertools.pairwise(edges)]
    cast = read(writing.header(), *lines, writing.rest(102.0))
    assert "".join(event.data for event in cast.events) == data.decode(errors="replace")
    assert not cast.is_cut_off


def test_input_and_output_are_split_apart() -> None:
    writing = encoder()
    first, second = "é".encode()[:1], "é".encode()[1:]
    assert writing.event(101.0, Code.OUTPUT, first) == b""
    assert writing.event(101.0, Code.INPUT, first) == b""
    assert json.loads(writing.event(102.0, Code.OUTPUT, second)) == [2.0, "o", "é"]
    assert json.loads(writing.rest(103.0)) == [1.0, "i", "\N{REPLACEMENT CHARACTER}"]


def test_an_exit_comes_last() -> None:
    writing = encoder()
    assert writing.event(101.0, Code.OUTPUT, b"\xe2") == b""
    lines = writing.event(102.0, Code.EXIT, b"0").splitlines()
    assert [json.loads(line) for line in lines] == [[2.0, "o", "\N{REPLACEMENT CHARACTER}"], [0.0, "x", "0"]]
    assert writing.rest(103.0) == b""


def test_version_3_is_read() -> None:
    cast = read(
        b'{"version":3,"term":{"cols":90,"rows":30,"type":"xterm","theme":{"fg":"#fff"}},"timestamp":1504467315,'
        b'"title":"Demo","idle_time_limit":2.5,"env":{"SHELL":"/bin/sh"},"tags":["a"]}\n',
        b"# what follows is events\n",
        b'[0.5, "o", "a"]\n',
        b"\n",
        b'[1, "r", "100x40"]\n',
        b'[0.25, "z", "of a later version"]\n',
        b'[0, "x", "0"]\n',
    )
    assert cast.size == Size(90, 30)
    assert (cast.title, cast.timestamp, cast.idle_limit) == ("Demo", 1504467315, 2.5)
    assert cast.events == [
        Event(0.5, "o", "a"),
        Event(1.5, "r", "100x40"),
        Event(1.75, "z", "of a later version"),
        Event(1.75, "x", "0"),
    ]
    assert cast.duration == 1.75


def test_version_2_is_read() -> None:
    cast = read(V2, b'[0.5, "o", "a"]\n[2.5, "i", "b"]\n[2.25, "o", "late"]\n')
    assert cast.size == Size(80, 24)
    assert (cast.title, cast.timestamp, cast.idle_limit) == ("", None, None)
    assert [event.at for event in cast.events] == [0.5, 2.5, 2.5]


def test_nothing_but_a_header_is_an_empty_recording() -> None:
    assert read(V3) == Cast(Size(80, 24), "", None, None, [], is_cut_off=False)
    assert read(V3).duration == 0


def test_a_last_line_that_was_not_finished_is_left_out() -> None:
    cast = read(V3, b'[1, "o", "a"]\n', b'[1, "o", "hal')
    assert cast.is_cut_off
    assert [event.data for event in cast.events] == ["a"]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"hello\n",
        b"[1]\n",
        b"{}\n",
        b'{"version": "3"}\n',
        b"\xff\xfe\n",
        b'{"version":' + b"[" * 100_000,
    ],
)
def test_what_is_no_recording_is_refused(line: bytes) -> None:
    assert refused(line).startswith("some.cast is no recording")


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (b'{"version": 1, "stdout": []}', "some.cast is of asciicast version 1"),
        (b'{"version": 4}', "some.cast is of asciicast version 4"),
        (b'{"version": 3}', "line 1 of some.cast is bad: Object missing required field `term`"),
        (b'{"version": 3, "term": {"cols": 0, "rows": 1}}', "line 1 of some.cast is bad: its screen of 0x1"),
        (b'{"version": 2, "width": 80, "height": 1001}', "80x1001 is not between 1x1 and 2000x1000"),
        (b'{"version": 2, "width": 80, "height": 24, "idle_time_limit": -1}', "its time is none"),
    ],
)  # fmt: skip
def test_headers_that_cannot_be_meant(header: bytes, said: str) -> None:
    assert said in refused(header + b"\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{}", "Expected `array`, got `object`"),
        (b'[1, "o"]', "Expected `array` of length 3"),
        (b'[1, "o", 7]', "Expected `str`, got `int`"),
        (b'[-1, "o", "a"]', "its time is none"),
        (b'[NaN, "o", "a"]', "it is no JSON"),
        (b'[1e999, "o", "a"]', "Number out of range"),
        (b'[1e12, "o", "a"]', "its time is beyond all measure"),
        (b'[1, "o", "a', "it is no JSON"),
        (b'[1, "o", "\xff"]', "it is no JSON"),
        (b'[1, "r", "80"]', "its size is none like 80x24"),
        (b'[1, "r", "80x99999"]', "its size is none like 80x24"),
        (b'[1, "r", "0x24"]', "its screen of 0x24 is not between 1x1 and"),
    ],
)
@pytest.mark.parametrize("header", [V2, V3])
def test_a_bad_line_is_named(header: bytes, line: bytes, said: str) -> None:
    told = refused(header, b'[1, "o", "a"]\n', line + b"\n", b'[1, "o", "b"]\n')
    assert told.startswith("line 3 of some.cast is bad: ")
    assert said in told
    assert told.isprintable()


def test_a_line_is_only_so_long() -> None:
    line = b'[1, "o", "' + b"a" * LONGEST_LINE + b'"]\n'
    assert refused(V3, line) == "line 2 of some.cast is bad: it is longer than 16 MiB"


@given(st.lists(st.binary(max_size=40)))
def test_whatever_a_stranger_wrote_is_read_or_refused(lines: list[bytes]) -> None:
    try:
        cast = read(V3, *(line + b"\n" for line in lines))
    except RecordingError:
        return
    assert all(event.at >= 0 for event in cast.events)


def test_sizes() -> None:
    assert read_size("90x30") == Size(90, 30)
    assert read_size(f"{LARGEST.columns}x{LARGEST.rows}") == LARGEST
    for text in ("", "x", "90", "90X30", "90x", "+9x3", " 9x3", "٩x3", "2001x1"):
        with pytest.raises(ValueError, match="its s"):
            read_size(text)
