"""Typing, one character after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from bench.outer import Outer

_KEYS: Final = "abcdefgh"


def type_many(outer: Outer, count: int = 200) -> list[float]:
    """Type at a prompt; returns the seconds each character took until it was painted."""
    outer.settle(0.3)
    taken = []
    for number in range(count):
        taken.append(outer.type_one(_KEYS[number % len(_KEYS)]))
        outer.settle(0.03)
        if number % 50 == 49:
            outer.write("\x15")
            outer.settle(0.1)
    return taken
