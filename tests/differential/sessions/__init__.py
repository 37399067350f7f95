"""Recorded output of full-screen programs (``tests.differential.record`` makes them)."""

from __future__ import annotations

import gzip
from pathlib import Path

from podboard.model.size import Size

FOLDER = Path(__file__).parent

SIZES = {
    "vim": Size(80, 24),
    "htop": Size(120, 40),
    "less": Size(80, 24),
    "tmux": Size(120, 40),
    "mc": Size(80, 24),
    "mc in colour": Size(120, 40),
    "dialog": Size(80, 24),
}


def session(name: str) -> bytes:
    """What the program wrote on a terminal of ``SIZES[name]``."""
    return gzip.decompress((FOLDER / f"{name.replace(' ', '-')}.gz").read_bytes())
