"""How panes share a tab."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.ui.layout import (
    LEAST_HEIGHT,
    LEAST_WIDTH,
    Area,
    Direction,
    Layout,
    LayoutError,
    first_at_left,
    first_on_top,
    side_by_side,
    stacked,
    tiled,
)

if TYPE_CHECKING:
    from podboard.model.record import Json

LEFT, RIGHT, UP, DOWN = Direction.LEFT, Direction.RIGHT, Direction.UP, Direction.DOWN


def grid() -> Layout[str]:
    """Two by two: a b above c d."""
    return tiled("abcd", 140, 40)


def areas(layout: Layout[str], width: int = 81, height: int = 24) -> dict[str, Area]:
    return layout.places(width, height).areas


@st.composite
def layouts(draw: st.DrawFn) -> Layout[int]:
    """What many splits, closings, moves and swaps leave behind."""
    layout: Layout[int] = Layout(0)
    for new in range(1, draw(st.integers(0, 12)) + 1):
        leaves = layout.leaves
        leaf = draw(st.sampled_from(leaves))
        layout.split(leaf, draw(st.sampled_from(Direction)), new)
        match draw(st.sampled_from(("split", "split", "remove", "swap", "resize"))):
            case "remove":
                layout.remove(draw(st.sampled_from(layout.leaves)))
            case "swap":
                layout.swap(draw(st.sampled_from(layout.leaves)), draw(st.sampled_from(layout.leaves)))
            case "resize" if layout.fits(300, 200):
                layout.resize(new, draw(st.sampled_from(Direction)), draw(st.integers(0, 50)), 300, 200)
    return layout


@given(layouts(), st.integers(1, 400), st.integers(1, 200))
def test_panes_and_borders_cover_an_area_and_each_other_nowhere(
    layout: Layout[int], width: int, height: int
) -> None:
    if not layout.fits(width, height):
        assert width < LEAST_WIDTH * 40 or height < LEAST_HEIGHT * 40
        return
    places = layout.places(width, height)
    assert sorted(places.areas) == sorted(layout.leaves)
    cells = [[0] * width for _ in range(height)]
    columns = [border.area for border in places.borders if border.split.in_row]
    for area in (*places.areas.values(), *columns):
        for row in range(area.row, area.row + area.height):
            for column in range(area.column, area.column + area.width):
                cells[row][column] += 1
    assert all(count == 1 for row in cells for count in row)
    if len(places.areas) > 1:
        assert all(
            area.width >= LEAST_WIDTH and area.height >= LEAST_HEIGHT for area in places.areas.values()
        )


@given(layouts())
def test_what_is_kept_is_what_was_there(layout: Layout[int]) -> None:
    kept = layout.to_json(lambda leaf: leaf)
    again = Layout.from_json(kept, lambda leaf: leaf)
    assert again.leaves == layout.leaves
    assert again.places(2000, 1000).areas == layout.places(2000, 1000).areas


@given(layouts(), st.sampled_from(Direction))
def test_all_panes_can_be_gone_to(layout: Layout[int], direction: Direction) -> None:
    width, height = 300, 200
    at = layout.leaves[0]
    found = layout.neighbour(at, direction, width, height)
    assert found != at
    assert found is None or found in layout.leaves


@given(layouts(), st.sampled_from(Direction), st.integers(-500, 500))
def test_borders_stop_where_panes_would_be_too_small(
    layout: Layout[int], direction: Direction, cells: int
) -> None:
    width, height = 300, 200
    for leaf in layout.leaves:
        layout.resize(leaf, direction, cells, width, height)
        assert layout.fits(width, height)
        places = layout.places(width, height)
        assert len(places.areas) == 1 or all(
            area.width >= LEAST_WIDTH and area.height >= LEAST_HEIGHT for area in places.areas.values()
        )


def test_a_split_gives_the_new_pane_half() -> None:
    layout = Layout("a")
    layout.split("a", RIGHT, "b")
    assert areas(layout) == {"a": Area(0, 0, 40, 24), "b": Area(41, 0, 40, 24)}
    layout.split("b", DOWN, "c")
    assert areas(layout)["b"] == Area(41, 0, 40, 12)
    assert areas(layout)["c"] == Area(41, 12, 40, 12)
    layout.split("a", LEFT, "d")
    layout.split("a", UP, "e")
    assert layout.leaves == ["d", "e", "a", "b", "c"]


def test_a_split_the_same_way_leaves_the_others_as_they_were() -> None:
    layout = side_by_side("ab")
    layout.split("b", RIGHT, "c")
    assert [area.width for area in areas(layout).values()] == [40, 19, 20]


def test_a_neighbour_gets_the_room_of_what_is_closed() -> None:
    layout = side_by_side("abc")
    layout.remove("b")
    assert [area.width for area in areas(layout).values()] == [53, 27]
    layout.remove("a")
    layout.remove("c")
    assert layout.leaves == ["c"]


def test_splits_the_same_way_become_one() -> None:
    layout = side_by_side("ab")
    layout.split("b", DOWN, "c")
    layout.split("c", RIGHT, "d")
    layout.remove("b")
    kept = layout.to_json(lambda leaf: leaf)
    assert isinstance(kept, dict)
    assert kept["row"] == [{"pane": "a"}, {"pane": "c"}, {"pane": "d"}]
    assert [area.width for area in areas(layout).values()] == [40, 19, 20]


def test_swapping_leaves_the_splits_alone() -> None:
    layout = grid()
    before = areas(layout)
    layout.swap("a", "d")
    assert areas(layout) == {"d": before["a"], "b": before["b"], "c": before["c"], "a": before["d"]}


@pytest.mark.parametrize(
    ("leaf", "direction", "found"),
    [
        ("a", RIGHT, "b"),
        ("a", DOWN, "c"),
        ("d", LEFT, "c"),
        ("d", UP, "b"),
        ("a", LEFT, "b"),
        ("b", RIGHT, "a"),
        ("c", DOWN, "a"),
        ("a", UP, "c"),
    ],
)
def test_arrows_go_to_the_neighbour_and_round_the_edge(leaf: str, direction: Direction, found: str) -> None:
    assert grid().neighbour(leaf, direction, 80, 24) == found


def test_of_several_neighbours_it_is_the_one_with_the_longest_border() -> None:
    layout = side_by_side("ab")
    layout.split("b", DOWN, "c")
    layout.resize("b", DOWN, 3, 80, 24)
    assert layout.neighbour("a", RIGHT, 80, 24) == "b"
    layout.resize("b", UP, 6, 80, 24)
    assert layout.neighbour("a", RIGHT, 80, 24) == "c"
    assert stacked("ab").neighbour("a", RIGHT, 80, 24) is None


def test_the_border_of_a_pane_moves() -> None:
    layout = side_by_side("abc")
    assert layout.resize("a", RIGHT, 5, 81, 24)
    assert [area.width for area in areas(layout).values()] == [31, 22, 26]
    assert layout.resize("c", RIGHT, 6, 81, 24)
    assert [area.width for area in areas(layout).values()] == [31, 28, 20]
    assert layout.resize("c", RIGHT, 60, 81, 24)
    assert not layout.resize("c", RIGHT, 1, 81, 24)
    assert not layout.resize("a", DOWN, 1, 81, 24)
    assert [area.width for area in areas(layout).values()] == [31, 38, 10]


def test_a_border_is_found_and_dragged() -> None:
    layout = side_by_side("ab")
    layout.split("b", DOWN, "c")
    assert layout.places(81, 24).border_at(10, 10) is None
    between = layout.places(81, 24).border_at(40, 10)
    assert between is not None
    layout.move_border(between, 20, 81, 24)
    assert areas(layout)["b"] == Area(21, 0, 60, 12)
    title = layout.places(81, 24).border_at(50, 12)
    assert title is not None
    layout.move_border(title, 5, 81, 24)
    assert areas(layout)["c"] == Area(21, 5, 60, 19)
    layout.move_border(title, -50, 81, 24)
    assert areas(layout)["b"].height == LEAST_HEIGHT


@pytest.mark.parametrize(
    ("count", "width", "height", "rows"),
    [
        (1, 80, 24, [1]),
        (2, 200, 50, [2]),
        (2, 80, 50, [1, 1]),
        (3, 250, 40, [3]),
        (4, 140, 40, [2, 2]),
        (5, 200, 50, [3, 2]),
        (12, 300, 100, [3, 3, 3, 3]),
    ],
)
def test_a_grid_has_panes_that_programs_feel_well_in(
    count: int, width: int, height: int, rows: list[int]
) -> None:
    found = tiled(range(count), width, height).places(width, height).areas
    tops = sorted({area.row for area in found.values()})
    assert [sum(area.row == top for area in found.values()) for top in tops] == rows
    assert list(found) == list(range(count))


def test_one_may_be_larger_than_the_others() -> None:
    at_left = areas(first_at_left("abc"))
    assert at_left == {"a": Area(0, 0, 40, 24), "b": Area(41, 0, 40, 12), "c": Area(41, 12, 40, 12)}
    on_top = areas(first_on_top("abc"))
    assert on_top == {"a": Area(0, 0, 81, 12), "b": Area(0, 12, 40, 12), "c": Area(41, 12, 40, 12)}
    assert first_on_top("a").leaves == ["a"]


def test_only_some_may_be_kept() -> None:
    kept = grid().only(lambda leaf: leaf in "ad")
    assert kept is not None
    assert kept.leaves == ["a", "d"]
    assert grid().only(lambda _: False) is None
    assert grid().leaves == ["a", "b", "c", "d"]


def test_what_does_not_fit_is_told() -> None:
    assert grid().fits(21, 4)
    assert not grid().fits(20, 4)
    assert not grid().fits(21, 3)
    assert Layout("a").places(1, 1).areas == {"a": Area(0, 0, 1, 1)}


def test_what_is_not_there_is_not_found() -> None:
    with pytest.raises(KeyError):
        grid().remove("x")


def deep(levels: int) -> Json:
    kept: Json = {"pane": "a"}
    for _ in range(levels):
        kept = {"row": [kept, {"pane": "b"}], "weights": [1, 1]}
    return kept


@pytest.mark.parametrize(
    "kept",
    [
        None,
        7,
        [],
        {},
        {"row": []},
        {"row": [{"pane": 1}], "weights": [1]},
        {"row": [{"pane": 1}, {"pane": 2}], "weights": [1]},
        {"row": [{"pane": 1}, {"pane": 2}], "weights": [1, 0]},
        {"row": [{"pane": 1}, {"pane": 2}], "weights": [1, float("nan")]},
        {"row": [{"pane": 1}, {"pane": 2}], "weights": [1, float("inf")]},
        {"column": [{"pane": 1}, 5], "weights": [1, 1]},
        deep(40),
    ],
)
def test_what_is_no_layout_is_refused(kept: Json) -> None:
    with pytest.raises(LayoutError):
        Layout.from_json(kept, lambda leaf: leaf)
