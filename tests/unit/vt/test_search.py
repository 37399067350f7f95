"""Finding patterns in what a terminal keeps."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.vt import search
from podboard.vt.history import History, Place
from podboard.vt.search import Lines, Pattern, PatternError, Search, SlowPatternError, Tally, whole_word
from tests.unit.vt.helpers import screen


def found(pattern: str, text: str) -> list[str]:
    return [text[start:end] for start, end in Pattern(pattern).find(text)]


@pytest.mark.parametrize(
    ("pattern", "text", "hits"),
    [
        ("error", "Error error ERROR", ["Error", "error", "ERROR"]),
        ("Error", "Error error ERROR", ["Error"]),
        (r"\S+", "a B", ["a", "B"]),
        (r"\d{3}", "200 404 5", ["200", "404"]),
        ("^b", "a\nb\nb", ["b", "b"]),
        ("a$", "a\nba\nb", ["a", "a"]),
        (r"a\s+b", "a\nb a b", ["a b"]),
        (r"[^x]+", "ab\ncd\n\nxe", ["ab", "cd", "e"]),
        (r"\s+", "a  b\n c", ["  ", " "]),
        ("x*", "axxb", ["xx"]),
        ("", "abc", []),
        ("stra\u00dfe", "STRA\u00dfE \u0130", ["STRA\u00dfE"]),
        ("[[a]", "[a", ["[", "a"]),
    ],
)
def test_patterns(pattern: str, text: str, hits: list[str]) -> None:
    assert found(pattern, text) == hits


@pytest.mark.parametrize("pattern", ["[", "(", "*", "a{99999999999}", "(?P<a", "\\"])
def test_a_pattern_that_is_none_says_why(pattern: str) -> None:
    with pytest.raises(PatternError, match=r"\w{4}"):
        Pattern(pattern)


@given(
    st.text("ab \n", max_size=40),
    st.sampled_from(["a+", "a b", r"\s", "b?", r"[^a]+", "a|bb", r".\b", "a.", r"\w+b", "(a)(b)"]),
)
def test_hits_are_those_of_line_after_line(text: str, pattern: str) -> None:
    expected: list[tuple[int, int]] = []
    start = 0
    for line in text.split("\n"):
        expected += [(start + one.start(), start + one.end()) for one in re.finditer(pattern, line) if one[0]]
        start += len(line) + 1
    assert Pattern(pattern).find(text) == expected


@given(
    st.lists(st.text("ab ", max_size=12), max_size=12).map("\n".join),
    st.sampled_from(["ab", "a", " ", "a+", "^a", "b$", r"\s+", "(?<=b)a", "a|$"]),
    st.integers(1, 9),
)
def test_where_the_text_is_cut_makes_no_difference(text: str, pattern: str, size: int) -> None:
    whole = Pattern(pattern).find(text)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(search, "SLICE", size)
        sought = Search(Pattern(pattern), text)
        assert [hit for cut in sought.slices for hit in sought.hits(cut)] == whole
        assert sum(map(sought.count, sought.slices)) == len(whole)
    assert len(sought.slices) > 1 or text.count("\n") == 0 or len(text) <= size + 12


@given(
    st.lists(st.lists(st.text("ab ", max_size=12), max_size=12).map("\n".join), min_size=1, max_size=3),
    st.sampled_from(["ab", "a+", r"\s+", "a|b"]),
    st.integers(1, 9),
)
def test_all_hits_are_counted_and_the_last_are_kept(texts: list[str], pattern: str, most: int) -> None:
    hits = [Pattern(pattern).find(text) for text in texts]
    tally = Tally(Pattern(pattern), most)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(search, "SLICE", 5)
        for text in reversed(texts):
            # Each but the first begins with the end of a line, as they are read.
            pieces = re.split(r"\b(?=\n)", text)
            for _ in tally.look_through(pieces):
                pass
    assert tally.counts[::-1] == [len(found) for found in hits]
    everywhere = [
        (len(texts) - 1 - at, number, text[text.rfind("\n", 0, start) + 1 :].split("\n")[0])
        for at, text in enumerate(texts)
        for number, (start, _) in enumerate(hits[at])
    ]
    assert tally.found == everywhere[::-1][:most]


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(a|aa)+$", r"(.*a){12}x", r"(\w+\s?)+$"])
def test_a_pattern_that_would_take_for_ever_is_given_up(pattern: str) -> None:
    began = time.process_time()
    with pytest.raises(SlowPatternError):
        Pattern(pattern).find("short\n" + "a" * 5000 + "!x\n")
    assert time.process_time() - began < 1


def test_a_whole_word_is_no_part_of_another() -> None:
    text = "a.b xa.b a.b, aab"
    assert [text[start:end] for start, end in whole_word("a.b").find(text)] == ["a.b", "a.b"]
    assert whole_word("Error").find("error") == []


def read(output: str, columns: int = 10) -> tuple[History, Lines]:
    history = History(screen(output, columns))
    return history, Lines(history)


OUTPUTS = {
    "plain": "one\r\ntwo words\r\n\r\nthree\r\n",
    "long lines": "x" * 25 + "\r\nend\r\n" + "y" * 10 + "\r\nz\r\n",
    "wide": "\u6f22\u5b57abc\r\nabcdefghi\u6f22\u5b57jkl\r\nend\r\n",
    "parts": "e\u0301" * 12 + "\r\nend",
    "blanks": "a" + " " * 15 + "b\r\nc",
    "erased": "0123456789abc\x1b[K\x1b[A\x1b[5G\x1b[2X\r\n\r\nend",
}


@pytest.mark.parametrize("output", OUTPUTS.values(), ids=OUTPUTS.keys())
def test_every_character_is_where_it_is_shown(output: str) -> None:
    history, lines = read(output)
    for offset, character in enumerate(lines.text):
        place = lines.place(offset)
        if character != "\n":
            assert character in history.characters(place.row)[place.column]
            assert lines.text[lines.offset(place)] in history.characters(place.row)[place.column]


def test_a_hit_may_go_over_the_end_of_a_row() -> None:
    _, lines = read("01234567needle and more\r\n")
    [(start, end)] = Pattern("needle").find(lines.text)
    assert lines.place(start) == Place(0, 8)
    assert lines.place(end - 1) == Place(1, 3)
    assert lines.line(start) == "01234567needle and more"


def test_what_has_moved_is_found_where_it_is_now() -> None:
    _, lines = read("a\r\nb\r\nc\r\n")
    lines.shift = -1
    assert lines.place(4) == Place(1, 0)
    assert lines.offset(Place(1, 0)) == 4
    assert lines.place(0).row < 0
