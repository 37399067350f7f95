"""The size of a terminal."""

from __future__ import annotations

from typing import NamedTuple


class Size(NamedTuple):
    """Columns and rows, in cells."""

    columns: int
    rows: int
