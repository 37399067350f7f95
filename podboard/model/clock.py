"""Moments of a recording, as a person writes them."""

from __future__ import annotations

import re
from typing import Final

_TIME: Final = re.compile(r"(?:(?:([0-9]{1,5}):)?([0-9]{1,5}):)?([0-9]{1,9}(?:\.[0-9]{1,9})?)")


def read_clock(text: str) -> float:
    """Return the seconds of ``90``, ``1:30`` or ``1:02:03.5``; raises ValueError for all else."""
    if (found := _TIME.fullmatch(text.strip())) is None:
        msg = "a time is written like 90, 1:30 or 1:02:03.5"
        raise ValueError(msg)
    hours, minutes, seconds = found.groups(default="0")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def clock(seconds: float) -> str:
    """Write a time as ``1:02:03``."""
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
