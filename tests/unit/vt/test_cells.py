"""Rows of cells, held against a decoder that looks at each bit field of each cell alone."""

from __future__ import annotations

import unicodedata
from itertools import groupby

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import Struct
from pyghostty._ffi import lib as whole

from podboard.vt import cells as module
from podboard.vt.cells import Cells, Run
from podboard.vt.library import CELL_LAYOUT
from podboard.vt.style import DEFAULT, Style

PLAIN = whole.GHOSTTY_CELL_CONTENT_CODEPOINT
CLUSTER = whole.GHOSTTY_CELL_CONTENT_CODEPOINT_GRAPHEME
PALETTE = whole.GHOSTTY_CELL_CONTENT_BG_COLOR_PALETTE
RGB = whole.GHOSTTY_CELL_CONTENT_BG_COLOR_RGB
NARROW = whole.GHOSTTY_CELL_WIDE_NARROW
WIDE = whole.GHOSTTY_CELL_WIDE_WIDE
TAIL = whole.GHOSTTY_CELL_WIDE_SPACER_TAIL
HEAD = whole.GHOSTTY_CELL_WIDE_SPACER_HEAD


class Cell(Struct, frozen=True):
    """A cell in words; what the core is asked about it (its cluster, its address) is with it."""

    content: int = 0
    tag: int = PLAIN
    style: int = 0
    wide: int = NARROW
    link: str | None = None
    cluster: str = ""
    rest: int = 0

    def packed(self) -> int:
        fields = {
            "content_tag": self.tag,
            "content": self.content,
            "style_id": self.style,
            "wide": self.wide,
            "hyperlink": self.link is not None,
        }
        # ``rest`` fills what podboard does not read: protection, prompt marks, padding.
        rest = (self.rest & 1) << 44 | (self.rest >> 1) << 46
        return sum(value << CELL_LAYOUT[name][0] for name, value in fields.items()) | rest

    def text(self) -> str:
        if self.wide == TAIL:
            return ""
        if self.tag == CLUSTER:
            return "".join(c for c in self.cluster if unicodedata.category(c) != "Cc") or " "
        if self.tag in (PALETTE, RGB) or unicodedata.category(chr(self.content)) == "Cc":
            return " "
        return chr(self.content)

    def look(self) -> int | Style:
        """What tells it from its neighbours: its style's number, or its mere background."""
        if self.tag == PALETTE:
            return Style(background=self.content & 0xFF)
        if self.tag == RGB:
            red, green, blue = self.content & 0xFF, self.content >> 8 & 0xFF, self.content >> 16
            return Style(background=(red, green, blue))
        return self.style


def raw(row: list[Cell]) -> bytes:
    return b"".join(cell.packed().to_bytes(8, "little") for cell in row)


def row_of(text: str, **fields: int) -> list[Cell]:
    return [Cell(ord(char), **fields) for char in text]


def decoded(row: list[Cell]) -> tuple[Run, ...]:
    """What the row shows, as podboard reads it once the core has answered."""
    cells = Cells(raw(row))
    return cells.runs(
        {style: meaning(style) for style in cells.styles},
        {x: row[x].cluster for x in cells.clusters},
        {x: row[x].link or "" for x in cells.links},
    )


def meaning(style: int) -> Style:
    return Style(foreground=(style >> 8, style & 0xFF, 0), bold=style % 2 == 1)


def expected(row: list[Cell]) -> tuple[Run, ...]:
    runs = []
    for (look, link), group in groupby(row, lambda cell: (cell.look(), cell.link or "")):
        members = list(group)
        style = look if isinstance(look, Style) else meaning(look) if look else DEFAULT
        runs.append(Run("".join(cell.text() for cell in members), len(members), style, link))
    return tuple(runs)


STYLES = st.one_of(
    st.just(0),
    st.integers(0, 4),
    st.integers(0, 0xFFFF),
    st.integers(0xD800, 0xDFFF),
    st.sampled_from([0xFF, 0x100, 0x0D00, 0x0A, 0xFFFF]),
)
LINKS = st.one_of(st.none(), st.sampled_from(["", "https://a.example/", "https://b.example/"]))
REST = st.one_of(st.just(0), st.integers(0, 2**19 - 1))
CODEPOINTS = st.one_of(
    st.integers(0, 0x7F),
    st.integers(0x80, 0x9F),
    st.integers(0, 0xD7FF),
    st.integers(0xE000, 0x10FFFF),
)
CLUSTERS = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("\x00\x1b\x9b\x7f")), max_size=4)


@st.composite
def groups(draw: st.DrawFn) -> list[Cell]:
    """One cell, or a wide one and its tail."""
    style, link, rest = draw(STYLES), draw(LINKS), draw(REST)
    match draw(st.sampled_from(["plain", "cluster", "palette", "rgb", "head"])):
        case "palette":
            return [Cell(draw(st.integers(0, 0xFF)), PALETTE, link=link, rest=rest)]
        case "rgb":
            return [Cell(draw(st.integers(0, 0xFFFFFF)), RGB, link=link, rest=rest)]
        case "head":
            return [Cell(0, PLAIN, style, HEAD, link, rest=rest)]
        case kind:
            cluster = draw(CLUSTERS) if kind == "cluster" else ""
            wide = draw(st.sampled_from([NARROW, WIDE]))
            tag = CLUSTER if kind == "cluster" else PLAIN
            tail = [Cell(0, PLAIN, style, TAIL, link, rest=rest)] if wide == WIDE else []
            return [Cell(draw(CODEPOINTS), tag, style, wide, link, cluster, rest), *tail]


ROWS = st.lists(groups(), min_size=1, max_size=40).map(
    lambda parts: [cell for part in parts for cell in part]
)


@given(ROWS)
@example(row_of("plain ascii"))
@example(row_of("latin \xe9\xa0\xad\x85\x9b\x7f"))
@example(row_of("a\u0400b", style=0xD83D))
@example([*row_of("ab", style=0x100), *row_of("cd", style=0x200), *row_of("ef", style=0x100)])
@example([Cell(3, PALETTE), Cell(3, PALETTE), Cell(3, RGB), *row_of("x", style=3)])
def test_a_row_reads_as_cell_by_cell(row: list[Cell]) -> None:
    runs = decoded(row)
    assert runs == expected(row)
    assert sum(run.width for run in runs) == len(row)
    assert all(unicodedata.category(char) != "Cc" for run in runs for char in run.text)


@given(ROWS)
def test_what_the_core_must_be_asked_for_is_told(row: list[Cell]) -> None:
    cells = Cells(raw(row))
    first: dict[int, int] = {}
    for x, cell in enumerate(row):
        if cell.style:
            first.setdefault(cell.style, x)
    assert list(cells.styles.items()) == list(first.items())
    assert cells.clusters == tuple(x for x, cell in enumerate(row) if cell.tag == CLUSTER)
    assert cells.links == tuple(x for x, cell in enumerate(row) if cell.link is not None)


@pytest.mark.parametrize("control", [*range(0x20), *range(0x7F, 0xA0)])
@pytest.mark.parametrize("beside", ["a", "\u0400"], ids=["latin", "beyond"])
def test_a_control_character_is_shown_as_a_blank(control: int, beside: str) -> None:
    assert Cells(raw([Cell(ord(beside)), Cell(control)])).runs() == (Run(beside + " ", 2),)


@pytest.mark.parametrize("invalid", [0xD800, 0xDFFF, 0x110000, 0x1FFFFF])
def test_a_number_that_is_no_character_is_shown_as_such(invalid: int) -> None:
    assert Cells(raw([Cell(0x41), Cell(invalid), Cell(0x42)])).runs() == (Run("A\ufffdB", 3),)


def test_a_wide_character_takes_two_columns() -> None:
    row = [Cell(0x65E5, wide=WIDE), Cell(wide=TAIL), Cell(0x78)]
    assert decoded(row) == (Run("日x", 3),)


def test_a_row_that_ends_before_a_wide_character_has_a_blank_there() -> None:
    assert decoded([Cell(0x78), Cell(wide=HEAD)]) == (Run("x ", 2),)


def test_a_cluster_that_is_nothing_but_controls_is_a_blank() -> None:
    assert decoded([Cell(0x41, CLUSTER, cluster="\x1b\x9b")]) == (Run(" ", 1),)


def test_a_mere_background_has_no_text_of_its_own() -> None:
    row = [Cell(0x41, PALETTE), Cell(0x414243, RGB)]
    assert decoded(row) == (
        Run(" ", 1, Style(background=0x41)),
        Run(" ", 1, Style(background=(0x43, 0x42, 0x41))),
    )


def test_a_change_of_address_cuts_a_run_and_neighbours_of_one_address_share_it() -> None:
    row = [
        Cell(0x61 + n, link=link) for n, link in enumerate(("https://a/", "https://a/", "https://b/", None))
    ]
    assert decoded(row) == (
        Run("ab", 2, link="https://a/"),
        Run("c", 1, link="https://b/"),
        Run("d", 1),
    )


def test_an_address_left_out_leaves_the_row_whole() -> None:
    assert decoded([Cell(0x61, link=""), Cell(0x62)]) == (Run("ab", 2),)


def test_the_numbers_of_the_core_are_as_written() -> None:
    assert (module._CLUSTER, module._PALETTE_BACKGROUND, module._RGB_BACKGROUND) == (CLUSTER, PALETTE, RGB)
    assert module._WIDE_TAIL == TAIL
    assert (PLAIN, NARROW, WIDE, HEAD) == (0, 0, 1, 3)
