"""Parts of what a terminal keeps, and the words in it."""

import pytest

from podboard.vt.history import History, Place
from podboard.vt.selection import (
    Selection,
    Shape,
    end_of_word,
    next_word,
    previous_word,
    span,
    thing_at,
)
from tests.unit.vt.helpers import screen

OUTPUT = "cat /var/log/app.log\r\nGET https://a.test/x?y=1 (200)\r\n\u6f22\u5b57 end\r\n"


@pytest.fixture
def history() -> History:
    return History(screen(OUTPUT, 20, 6))


@pytest.mark.parametrize(
    ("anchor", "end", "shape", "text"),
    [
        ((0, 4), (0, 7), Shape.CHARACTERS, "/var"),
        ((0, 7), (0, 4), Shape.CHARACTERS, "/var"),
        ((1, 19), (2, 5), Shape.CHARACTERS, "x?y=1 ("),
        ((2, 2), (2, 3), Shape.LINES, "GET https://a.test/x?y=1 (200)\n"),
        ((0, 3), (1, 3), Shape.LINES, "cat /var/log/app.log\nGET https://a.test/x?y=1 (200)\n"),
        ((0, 2), (1, 0), Shape.BLOCK, "cat\nGET"),
        ((3, 0), (3, 2), Shape.CHARACTERS, "\u6f22\u5b57"),
    ],
)
def test_what_is_selected(
    history: History, anchor: tuple[int, int], end: tuple[int, int], shape: Shape, text: str
) -> None:
    assert Selection(Place(*anchor), Place(*end), shape).text(history) == text


def test_columns_of_a_row() -> None:
    corners = Place(1, 3), Place(3, 5)
    assert [span(corners, row, 10, is_block=False) for row in range(5)] == [
        None,
        (3, 10),
        (0, 10),
        (0, 6),
        None,
    ]
    assert span(corners, 2, 10, is_block=True) == (3, 6)


@pytest.mark.parametrize(
    ("place", "thing"),
    [
        ((0, 8), "/var/log/app.log"),
        ((1, 6), "https://a.test/x?y=1"),
        ((2, 2), "https://a.test/x?y=1"),
        ((2, 7), "200"),
        ((2, 4), ""),
        ((3, 1), "\u6f22\u5b57"),
        ((3, 15), ""),
    ],
)
def test_a_thing_is_what_one_means(history: History, place: tuple[int, int], thing: str) -> None:
    assert thing_at(history, Place(*place)).text(history).strip(" (") == thing


def test_going_by_words_there_and_back(history: History) -> None:
    place, there = Place(0, 0), []
    while (following := next_word(history, place)) != place:
        there.append(place := following)
    assert there[:4] == [Place(0, 4), Place(0, 5), Place(0, 8), Place(0, 9)]
    assert there[-1] == Place(3, 5)
    back = [place]
    while (before := previous_word(history, place)) != place:
        back.append(place := before)
    assert back == [*reversed(there), Place(0, 0)]


def test_the_ends_of_words(history: History) -> None:
    assert end_of_word(history, Place(0, 0)) == Place(0, 2)
    assert end_of_word(history, Place(0, 2)) == Place(0, 4)
    assert end_of_word(history, Place(0, 18)) == Place(0, 19)
    assert end_of_word(history, Place(0, 19)) == Place(1, 2)
    assert end_of_word(history, Place(3, 7)) == Place(3, 7)


def test_a_selection_moves_with_its_rows() -> None:
    moved = Selection(Place(5, 1), Place(2, 3)).moved(-3)
    assert moved == Selection(Place(2, 1), Place(0, 3))


@pytest.mark.parametrize(
    ("anchor", "end", "shape", "text"),
    [
        ((0, 0), (0, 6), Shape.CHARACTERS, "aa\u6f22\u6f22"),
        ((0, 6), (0, 6), Shape.CHARACTERS, ""),
        ((0, 6), (1, 0), Shape.CHARACTERS, "\u5b57"),
        ((0, 6), (1, 6), Shape.BLOCK, "\nb"),
    ],
)
def test_a_column_left_free_for_a_wide_character_is_nothing(
    anchor: tuple[int, int], end: tuple[int, int], shape: Shape, text: str
) -> None:
    history = History(screen("aa\u6f22\u6f22\u5b57\u5b57xxb", 7))
    assert Selection(Place(*anchor), Place(*end), shape).text(history) == text
