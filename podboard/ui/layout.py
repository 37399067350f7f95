"""How panes share a tab: a tree of splits, reckoned in cells. It knows no widget; a leaf is any value.

Parts that stand side by side have a column between them for the border. Of parts one above the other the
title of the lower one is the border.
"""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from itertools import accumulate
from math import ceil, floor
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeAlias, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from podboard.model.record import Json

Leaf = TypeVar("Leaf")
Other = TypeVar("Other")

LEAST_WIDTH: Final = 10
LEAST_HEIGHT: Final = 2
"""Cells a pane has at least beside others, its title among them."""

_COMFORT: Final = (80, 24)
"""What a program expects a terminal to have."""

_DEEPEST: Final = 32
_HEAVIEST: Final = 1e9
"""Of what is read: more than any screen has cells."""


class Direction(StrEnum):
    """Where one pane lies, seen from another."""

    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"

    @property
    def in_row(self) -> bool:
        """Whether it is to a side."""
        return self in (Direction.LEFT, Direction.RIGHT)

    @property
    def forward(self) -> bool:
        """Whether columns or rows grow that way."""
        return self in (Direction.RIGHT, Direction.DOWN)


class Area(NamedTuple):
    """A rectangle of cells."""

    column: int
    row: int
    width: int
    height: int

    def holds(self, column: int, row: int) -> bool:
        """Whether a cell is in it."""
        return self.column <= column < self.column + self.width and self.row <= row < self.row + self.height


class Split(Struct, Generic[Leaf], eq=False):
    """Parts side by side (``in_row``) or one above the other, two at least, and how they share the cells."""

    in_row: bool
    parts: list[Node[Leaf]]
    weights: list[float]


Node: TypeAlias = Leaf | Split[Leaf]


class Border(NamedTuple):
    """What stands between a part of a split and the next, and can be moved.

    Attributes:
        area: Where it is.
        split: What it divides.
        before: The place of the part before it.
        start: The first column or row of the split.
    """

    area: Area
    split: Split[Any]
    before: int
    start: int


class Places(NamedTuple, Generic[Leaf]):
    """Where everything is."""

    areas: dict[Leaf, Area]
    borders: list[Border]

    def border_at(self, column: int, row: int) -> Border | None:
        """The border that is there, if one is."""
        return next((border for border in self.borders if border.area.holds(column, row)), None)


class LayoutError(ValueError):
    """What was kept is no layout."""


class Layout(Generic[Leaf]):
    """The panes of one tab.

    Args:
        root: A leaf, or how leaves are split; each leaf is there once.
    """

    def __init__(self, root: Node[Leaf]) -> None:
        self._root = root

    @property
    def leaves(self) -> list[Leaf]:
        """All panes, from the left and from the top."""
        return list(_leaves(self._root))

    # -- changing it --------------------------------------------------------------------------

    def split(self, leaf: Leaf, direction: Direction, new: Leaf) -> None:
        """Put a new leaf beside another, which gives it half its room."""
        path = self._path(leaf)
        at = direction.forward
        if path and path[-1][0].in_row is direction.in_row:
            parent, index = path[-1]
            half = parent.weights[index] / 2
            parent.weights[index] = half
            parent.parts.insert(index + at, new)
            parent.weights.insert(index + at, half)
        else:
            parts: list[Node[Leaf]] = [leaf, new] if at else [new, leaf]
            self._put(path, Split(direction.in_row, parts, [1, 1]))

    def remove(self, leaf: Leaf) -> None:
        """Take a leaf away, if it is not the last; its neighbour gets its room."""
        path = self._path(leaf)
        if not path:
            return
        parent, index = path.pop()
        del parent.parts[index]
        freed = parent.weights.pop(index)
        parent.weights[max(index - 1, 0)] += freed
        if len(parent.parts) > 1:
            return
        last = parent.parts[0]
        if path and isinstance(last, Split) and last.in_row is path[-1][0].in_row:
            # Splits of splits the same way are one.
            above, place = path[-1]
            share = above.weights[place] / sum(last.weights)
            above.parts[place : place + 1] = last.parts
            above.weights[place : place + 1] = [weight * share for weight in last.weights]
        else:
            self._put(path, last)

    def swap(self, one: Leaf, other: Leaf) -> None:
        """Let two leaves change places."""
        first, second = self._path(one), self._path(other)
        self._put(first, other)
        self._put(second, one)

    def map(self, change: Callable[[Leaf], Other]) -> Layout[Other]:
        """The same splits with other leaves."""
        return Layout(_map(self._root, change))

    def only(self, wanted: Callable[[Leaf], bool]) -> Layout[Leaf] | None:
        """The same splits without the leaves that are not wanted; None where none is."""
        kept = self.map(lambda leaf: leaf)
        unwanted = [leaf for leaf in kept.leaves if not wanted(leaf)]
        if len(unwanted) == len(kept.leaves):
            return None
        for leaf in unwanted:
            kept.remove(leaf)
        return kept

    # -- where things are -----------------------------------------------------------------------

    def fits(self, width: int, height: int) -> bool:
        """Whether there is room for all panes."""
        least = _least(self._root)
        return least[0] <= width and least[1] <= height

    def places(self, width: int, height: int) -> Places[Leaf]:
        """Share out cells; there must be room for all."""
        places: Places[Leaf] = Places({}, [])
        _place(self._root, Area(0, 0, width, height), places)
        return places

    def neighbour(self, leaf: Leaf, direction: Direction, width: int, height: int) -> Leaf | None:
        """The pane one comes to from a leaf, beyond the edge at the other side; None if it is alone there.

        Of several it is the one with which it shares the longest border.
        """
        areas = self.places(width, height).areas
        here, found = areas[leaf], None
        longest = (-1, 0)
        for other, area in areas.items():
            if other == leaf or not (shared := _overlap(here, area, direction)):
                continue
            away = _distance(here, area, direction) % (width if direction.in_row else height)
            if found is None or (-away, shared) > longest:
                found, longest = other, (-away, shared)
        return found

    def move_border(self, border: Border, to: int, width: int, height: int) -> None:
        """Move a border to a column or row, as far as the panes on either side can give way."""
        sizes = self._sizes(border.split, width, height)
        gap = int(border.split.in_row)
        stands = border.start + sum(sizes[: border.before + 1]) + gap * border.before
        self._give(border.split, border.before, to - stands, sizes)

    def resize(self, leaf: Leaf, direction: Direction, cells: int, width: int, height: int) -> bool:
        """Move the border of a leaf that way; returns whether it has one that moved.

        That is the border behind it; where there is none, the one before it.
        """
        for split, index in reversed(self._path(leaf)):
            if split.in_row is direction.in_row:
                before = index if index + 1 < len(split.parts) else index - 1
                sizes = self._sizes(split, width, height)
                return self._give(split, before, cells if direction.forward else -cells, sizes)
        return False

    def _give(self, split: Split[Leaf], index: int, cells: int, sizes: list[int]) -> bool:
        """Give cells to the part before a border from the one behind it, as far as that can be."""
        axis = 0 if split.in_row else 1
        least, behind = (_least(split.parts[index + part])[axis] for part in (0, 1))
        given = max(least - sizes[index], min(cells, sizes[index + 1] - behind))
        sizes[index] += given
        sizes[index + 1] -= given
        split.weights[:] = sizes
        return given != 0

    def _sizes(self, split: Split[Leaf], width: int, height: int) -> list[int]:
        """How many cells each part of a split has along it."""
        sizes: list[int] = []
        _place(self._root, Area(0, 0, width, height), Places({}, []), split, sizes)
        return sizes

    # -- to keep it ---------------------------------------------------------------------------

    def to_json(self, leaf_to_json: Callable[[Leaf], Json]) -> Json:
        """What is kept of it."""

        def written(node: Node[Leaf]) -> Json:
            if not isinstance(node, Split):
                return {"pane": leaf_to_json(node)}
            parts: list[Json] = [written(part) for part in node.parts]
            return {"row" if node.in_row else "column": parts, "weights": list(node.weights)}

        return written(self._root)

    @staticmethod
    def from_json(kept: Json, leaf_from_json: Callable[[Json], Other]) -> Layout[Other]:
        """Read what was kept; raises LayoutError where it is no layout."""
        return Layout(_read(kept, leaf_from_json, _DEEPEST))

    # -- the tree -------------------------------------------------------------------------------

    def _path(self, leaf: Leaf) -> list[tuple[Split[Leaf], int]]:
        """The splits from the root down to a leaf, and which part of each leads there."""
        path: list[tuple[Split[Leaf], int]] = []
        if not _find(self._root, leaf, path):
            raise KeyError(leaf)
        return path

    def _put(self, path: list[tuple[Split[Leaf], int]], node: Node[Leaf]) -> None:
        if path:
            split, index = path[-1]
            split.parts[index] = node
        else:
            self._root = node


# -- arrangements -----------------------------------------------------------------------------


def side_by_side(leaves: Sequence[Leaf]) -> Layout[Leaf]:
    """All in one row."""
    return Layout(_even(leaves, in_row=True))


def stacked(leaves: Sequence[Leaf]) -> Layout[Leaf]:
    """All in one column."""
    return Layout(_even(leaves, in_row=False))


def first_on_top(leaves: Sequence[Leaf]) -> Layout[Leaf]:
    """The first above, the others beside each other below it."""
    return Layout(_first(leaves, in_row=False))


def first_at_left(leaves: Sequence[Leaf]) -> Layout[Leaf]:
    """The first at the left, the others one above the other beside it."""
    return Layout(_first(leaves, in_row=True))


def tiled(leaves: Sequence[Leaf], width: int, height: int) -> Layout[Leaf]:
    """An even grid, of panes as near as can be to what programs expect, or larger."""

    def comfort(columns: int) -> float:
        rows = ceil(len(leaves) / columns)
        return min((width - columns + 1) / columns / _COMFORT[0], height / rows / _COMFORT[1])

    columns = max(range(1, len(leaves) + 1), key=comfort)
    rows = ceil(len(leaves) / columns)
    columns = ceil(len(leaves) / rows)
    rest = [leaves[start : start + columns] for start in range(0, len(leaves), columns)]
    return Layout(_even([_even(row, in_row=True) for row in rest], in_row=False))


def _even(parts: Sequence[Any], *, in_row: bool) -> Any:
    return parts[0] if len(parts) == 1 else Split(in_row, list(parts), [1] * len(parts))


def _first(leaves: Sequence[Any], *, in_row: bool) -> Any:
    first, *others = leaves
    return _even([first, _even(others, in_row=not in_row)], in_row=in_row) if others else first


# -- the tree, part by part ---------------------------------------------------------------------


def _leaves(node: Node[Leaf]) -> Iterator[Leaf]:
    if isinstance(node, Split):
        for part in node.parts:
            yield from _leaves(part)
    else:
        yield node


def _map(node: Node[Leaf], change: Callable[[Leaf], Other]) -> Node[Other]:
    if isinstance(node, Split):
        return Split(node.in_row, [_map(part, change) for part in node.parts], list(node.weights))
    return change(node)


def _find(node: Node[Leaf], leaf: Leaf, path: list[tuple[Split[Leaf], int]]) -> bool:
    if not isinstance(node, Split):
        return node == leaf
    for index, part in enumerate(node.parts):
        path.append((node, index))
        if _find(part, leaf, path):
            return True
        path.pop()
    return False


def _least(node: Node[Leaf]) -> tuple[int, int]:
    """The columns and rows a node needs."""
    if not isinstance(node, Split):
        return LEAST_WIDTH, LEAST_HEIGHT
    widths, heights = zip(*(_least(part) for part in node.parts), strict=True)
    return (sum(widths) + len(widths) - 1, max(heights)) if node.in_row else (max(widths), sum(heights))


def _place(
    node: Node[Leaf],
    area: Area,
    places: Places[Leaf],
    wanted: Split[Leaf] | None = None,
    found: list[int] | None = None,
) -> None:
    """Find the places in a node; the sizes of the parts of a wanted split go to ``found``."""
    if not isinstance(node, Split):
        places.areas[node] = area
        return
    axis = 0 if node.in_row else 1
    gap = int(node.in_row)
    total = (area.width if node.in_row else area.height) - gap * (len(node.parts) - 1)
    sizes = _share(total, node.weights, [_least(part)[axis] for part in node.parts])
    if node is wanted and found is not None:
        found += sizes
    start = at = area[axis]
    for index, (part, size) in enumerate(zip(node.parts, sizes, strict=True)):
        if node.in_row:
            _place(part, area._replace(column=at, width=size), places, wanted, found)
        else:
            _place(part, area._replace(row=at, height=size), places, wanted, found)
        at += size
        if index + 1 < len(sizes):
            between = area._replace(column=at, width=1) if node.in_row else area._replace(row=at, height=1)
            places.borders.append(Border(between, node, index, start))
        at += gap


def _share(total: int, weights: Sequence[float], least: Sequence[int]) -> list[int]:
    """Share out cells by weight, to none fewer than the least it needs."""
    exact = [Fraction(weight) for weight in weights]
    fixed: set[int] = set()
    while True:
        free = total - sum(least[index] for index in fixed)
        whole = sum(weight for index, weight in enumerate(exact) if index not in fixed)
        short = {
            index
            for index, weight in enumerate(exact)
            if index not in fixed and weight * free < least[index] * whole
        }
        if not short:
            break
        fixed |= short
    shares = [
        Fraction(least[index]) if index in fixed else weight * free / whole
        for index, weight in enumerate(exact)
    ]
    ends = [floor(end + Fraction(1, 2)) for end in accumulate(shares)]
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]


def _overlap(here: Area, there: Area, direction: Direction) -> int:
    """Over how many cells one lies across from the other."""
    if direction.in_row:
        return max(min(here.row + here.height, there.row + there.height) - max(here.row, there.row), 0)
    return max(min(here.column + here.width, there.column + there.width) - max(here.column, there.column), 0)


def _distance(here: Area, there: Area, direction: Direction) -> int:
    """How far it is from an edge of one to the near edge of the other; negative behind it."""
    axis = 0 if direction.in_row else 1
    if direction.forward:
        return there[axis] - here[axis] - here[axis + 2]
    return here[axis] - there[axis] - there[axis + 2]


def _read(kept: Json, read_leaf: Callable[[Json], Other], depth: int) -> Node[Other]:
    if isinstance(kept, dict) and depth:
        if "pane" in kept:
            return read_leaf(kept["pane"])
        parts, weights = kept.get("row", kept.get("column")), kept.get("weights")
        if isinstance(parts, list) and isinstance(weights, list) and len(parts) == len(weights) > 1:
            nodes = [_read(part, read_leaf, depth - 1) for part in parts]
            return Split("row" in kept, nodes, [_weight(weight) for weight in weights])
    msg = "no layout"
    raise LayoutError(msg)


def _weight(value: Json) -> float:
    if isinstance(value, int | float) and 0 < value <= _HEAVIEST:
        return float(value)
    msg = "no weight"
    raise LayoutError(msg)
