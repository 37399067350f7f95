"""What is poured through a terminal: the same bytes in every run."""

from __future__ import annotations

import random
from string import ascii_lowercase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

KINDS = ("plain", "SGR", "redraw")


def write_streams(folder: Path, size: int) -> dict[str, Path]:
    """Write one file of ``size`` bytes a kind into ``folder``."""
    paths = {}
    for kind in KINDS:
        paths[kind] = folder / f"{kind}.stream"
        paths[kind].write_bytes(stream(kind, size))
    return paths


def stream(kind: str, size: int) -> bytes:
    """Make ``size`` bytes: lines of words, lines of coloured words, or screens painted over and over."""
    chance = random.Random(kind)  # noqa: S311 - the same words every time
    words = ["".join(chance.choices(ascii_lowercase, k=chance.randint(2, 9))) for _ in range(3000)]
    pieces: list[str] = []
    length = 0
    while length < size:
        piece = _MAKERS[kind](chance, words)
        pieces.append(piece)
        length += len(piece)
    return "".join(pieces).encode()[:size]


def _plain(chance: random.Random, words: list[str]) -> str:
    return " ".join(chance.choices(words, k=18)) + "\n"


def _sgr(chance: random.Random, words: list[str]) -> str:
    return (
        " ".join(
            f"\x1b[{chance.choice((1, 3, 4, 7))};38;5;{chance.randint(0, 255)}m{word}\x1b[0m"
            for word in chance.choices(words, k=12)
        )
        + "\n"
    )


def _redraw(chance: random.Random, words: list[str]) -> str:
    rows = (
        f"\x1b[{y};1H\x1b[3{y % 8}m{' '.join(chance.choices(words, k=8)):<100.100}\x1b[0m\x1b[K"
        for y in range(1, 45)
    )
    return "\x1b[H" + "".join(rows)


_MAKERS = {"plain": _plain, "SGR": _sgr, "redraw": _redraw}
