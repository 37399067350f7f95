"""The table that ``make bench`` prints."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Result(Struct, frozen=True):
    """One line of the table.

    Attributes:
        measure: What was measured.
        podboard: podboard's figure, with its unit.
        other: What it is held against, with its unit.
        value: The ratio or the figure that counts.
        reach: The bound for it, in words: ``<= 1.3x``.
        reached: None where there is no bound.
    """

    measure: str
    podboard: str
    other: str
    value: str
    reach: str
    reached: bool | None


def at_most(measure: str, podboard: float, other: float, unit: str, bound: float) -> Result:
    """A ratio that should be small."""
    ratio = podboard / other
    return Result(
        measure,
        f"{podboard:.3g} {unit}",
        f"{other:.3g} {unit}",
        f"{ratio:.2f}x",
        f"<= {bound}x",
        ratio <= bound,
    )


def at_least(measure: str, podboard: float, other: float, unit: str, bound: float) -> Result:
    """A ratio that should be large."""
    ratio = podboard / other
    return Result(
        measure,
        f"{podboard:.3g} {unit}",
        f"{other:.3g} {unit}",
        f"{ratio:.2f}x",
        f">= {bound}x",
        ratio >= bound,
    )


def below(measure: str, figure: float, unit: str, bound: float, other: float | None = None) -> Result:
    """A figure that should be small; ``other`` is only told beside it."""
    beside = ("", "") if other is None else (f"{other:.3g} {unit}", f"{figure / other:.2f}x")
    return Result(measure, f"{figure:.3g} {unit}", *beside, f"<= {bound} {unit}", figure <= bound)


def compare(measure: str, podboard: float, other: float, unit: str) -> Result:
    """A ratio without a bound."""
    ratio = f"{podboard / other:.2f}x"
    return Result(measure, f"{podboard:.3g} {unit}", f"{other:.3g} {unit}", ratio, "", None)


def skipped(measure: str, why: str) -> Result:
    """What cannot be measured here."""
    return Result(f"{measure}: skipped, {why}", "", "", "", "", None)


def alternate(runs: int, *measures: Callable[[], float]) -> list[float]:
    """Run the measures in turn, ``runs`` times each, and return each one's median."""
    figures: list[list[float]] = [[] for _ in measures]
    for _ in range(runs):
        for figure, measure in zip(figures, measures, strict=True):
            figure.append(measure())
    return [statistics.median(figure) for figure in figures]


def quantile(figures: Iterable[float], share: float) -> float:
    """The figure that ``share`` of all do not exceed."""
    ordered = sorted(figures)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def print_line(result: Result) -> None:
    """Print one line."""
    mark = {True: "ok", False: "MISSED", None: ""}[result.reached]
    print(
        f"{result.measure:<58} {result.podboard:>12} {result.other:>12} {result.value:>8} "
        f"{result.reach:>10}  {mark}".rstrip(),
        flush=True,
    )


def print_head() -> None:
    """Print the line above the others."""
    print(f"{'measure':<58} {'podboard':>12} {'beside it':>12} {'ratio':>8} {'reach':>10}")
