"""Characters of any width, held against a plain model that lays them out one by one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from podboard.ui.scroll_mode import ScrollMode
from podboard.vt.history import History, Place
from podboard.vt.search import Lines, Pattern
from podboard.vt.selection import Selection, Shape, thing_at
from tests.unit.vt.helpers import screen

if TYPE_CHECKING:
    from podboard.vt.screen import Screen

COLUMNS = 7
NARROW = ("a", "b", "7", "/", " ", "(", "e\u0301", "\u00e9", "\u03bb")
WIDE = (
    "\u6f22",
    "\ud55c",
    "\U0001f600",
    "\u2764\ufe0f",
    "\U0001f44d\U0001f3fd",
    "\U0001f1e9\U0001f1ea",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467",
    "\u0928\u093f",
)
LINKS = ("", "https://x.test/1", "https://x.test/2")

characters = st.sampled_from(NARROW + WIDE)
written = st.lists(st.lists(characters, max_size=18), min_size=1, max_size=3)


class Laid(NamedTuple):
    """A character, the line it was written in, and its cells."""

    text: str
    line: int
    cells: tuple[Place, ...]


def lay_out(lines: list[list[str]]) -> list[Laid]:
    laid, row = [], 0
    for number, line in enumerate(lines):
        column = 0
        for text in line:
            width = 1 + (text in WIDE)
            if column + width > COLUMNS:
                row, column = row + 1, 0
            laid.append(Laid(text, number, tuple(Place(row, column + x) for x in range(width))))
            column += width
        row += 1
    return laid


def cells_of(laid: list[Laid]) -> set[Place]:
    return {cell for one in laid for cell in one.cells}


def show(lines: list[list[str]]) -> Screen:
    return screen("\r\n".join(map("".join, lines)), COLUMNS, 30)


def marked(mode: ScrollMode, laid: list[Laid]) -> set[Place]:
    """The cells that are marked and that something was written into."""
    marks = enumerate(mode.marks(), mode.history.top)
    cells = {Place(row, x) for row, marks in marks for mark in marks for x in range(mark.start, mark.end)}
    return cells & cells_of(laid)


# A busy machine makes one example slow.
@settings(deadline=None)
@given(written)
def test_every_character_is_in_its_cells(lines: list[list[str]]) -> None:
    shown = show(lines)
    history, kept = History(shown), Lines(History(shown))
    offset = 0
    for number, line in enumerate(lines):
        end = offset + len("".join(line).rstrip(" "))
        at = offset
        for one in (one for one in lay_out(lines) if one.line == number):
            first, *tail = one.cells
            assert history.characters(first.row)[first.column] == one.text
            assert all(history.characters(cell.row)[cell.column] == "" for cell in tail)
            if at < end:
                assert {kept.place(at + part) for part in range(len(one.text))} == {first}
                assert {kept.offset(cell) for cell in one.cells} == {at}
                assert kept.text.startswith(one.text, at)
            at += len(one.text)
        offset = end + 1


@settings(deadline=None)
@given(
    written,
    st.lists(characters, min_size=1, max_size=3).map("".join).filter(lambda text: text.strip(" ") == text),
)
def test_what_was_found_is_marked(lines: list[list[str]], sought: str) -> None:
    laid = lay_out(lines)
    mode = ScrollMode(show(lines), has_keys=True)
    mode.search(Pattern(re.escape(sought)), backward=False)
    expected = set()
    for number in range(len(lines)):
        mine = [one for one in laid if one.line == number]
        owners = [one for one in mine for _ in one.text]
        for found in re.finditer(re.escape(sought), "".join(one.text for one in mine)):
            expected |= cells_of(owners[found.start() : found.end()])
    assert marked(mode, laid) == expected


place = st.builds(Place, st.integers(0, 12), st.integers(0, COLUMNS - 1))


@settings(deadline=None)
@given(written, place, place, st.sampled_from((Shape.CHARACTERS, Shape.LINES)))
def test_what_is_marked_is_copied(lines: list[list[str]], anchor: Place, end: Place, shape: Shape) -> None:
    laid = lay_out(lines)
    mode = ScrollMode(show(lines), has_keys=True)
    mode.selection = Selection(anchor, end, shape)
    chosen = [one for one in laid if one.cells[0] in marked(mode, laid)]
    assert marked(mode, laid) == cells_of(chosen)
    texts = [
        "".join(one.text for one in chosen if one.line == number).rstrip(" ") for number in range(len(lines))
    ]
    assert [text for text in mode.selected_text().split("\n") if text] == list(filter(None, texts))


@settings(deadline=None)
@given(written, place, place)
def test_a_block_is_copied_as_it_is_marked(lines: list[list[str]], anchor: Place, end: Place) -> None:
    laid = lay_out(lines)
    mode = ScrollMode(show(lines), has_keys=True)
    mode.selection = Selection(anchor, end, Shape.BLOCK)
    chosen = [one for one in laid if one.cells[0] in marked(mode, laid)]
    assert marked(mode, laid) == cells_of(chosen)
    first, last = sorted((anchor.row, end.row))
    rows = ["".join(one.text for one in chosen if one.cells[0].row == row) for row in range(first, last + 1)]
    assert mode.selected_text().rstrip("\n") == "\n".join(row.rstrip(" ") for row in rows).rstrip("\n")


@settings(deadline=None)
@given(written)
def test_a_thing_has_whole_characters(lines: list[list[str]]) -> None:
    shown = show(lines)
    laid, history = lay_out(lines), History(shown)
    for number in range(len(lines)):
        owners = [one for one in laid if one.line == number for _ in one.text]
        for found in re.finditer(r"[^ (]+", "".join(lines[number])):
            for cell in cells_of(thing := owners[found.start() : found.end()]):
                assert thing_at(history, cell).text(history) == found[0]
                mode = ScrollMode(shown, has_keys=True)
                mode.select_thing(cell)
                assert marked(mode, laid) == cells_of(thing)


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(characters.filter("/".__ne__), st.sampled_from(LINKS)), max_size=18), max_size=3
    )
)
def test_a_link_is_in_both_cells(lines: list[list[tuple[str, str]]]) -> None:
    output = "\r\n".join(
        "".join(f"\x1b]8;;{link}\x1b\\{text}\x1b]8;;\x1b\\" for text, link in line) for line in lines
    )
    shown = screen(output, COLUMNS, 30)
    history = History(shown)
    laid = lay_out([[text for text, _ in line] for line in lines])
    links = [link for line in lines for _, link in line]
    for one, link in zip(laid, links, strict=True):
        painted = [run.link for run in shown.rows[one.cells[0].row] for _ in range(run.width)]
        for row, column in one.cells:
            assert history.links(row)[column] == painted[column] == link
