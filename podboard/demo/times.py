"""Moments and durations as the API server and kubectl write them.

Moments are seconds since the epoch (``float``), or nanoseconds (``int``) where logs need them.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Final

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NANO = 1_000_000_000
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "y": 365 * 86400}
_STEPS: Final = (
    (2 * _UNITS["m"], "s", ""),
    (10 * _UNITS["m"], "m", "s"),
    (3 * _UNITS["h"], "m", ""),
    (8 * _UNITS["h"], "h", "m"),
    (48 * _UNITS["h"], "h", ""),
    (8 * _UNITS["d"], "d", "h"),
    (2 * _UNITS["y"], "d", ""),
    (8 * _UNITS["y"], "y", "d"),
)
"""Below so many seconds, a duration is told in these units."""


def rfc3339(moment: float) -> str:
    """Write a moment to the second, as every ``metav1.Time`` is: ``2026-11-23T03:35:00Z``."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


def rfc3339_micro(moment: float) -> str:
    """Write a moment to the microsecond, as ``metav1.MicroTime`` (an event's ``eventTime``) is."""
    micros = round(moment * 1_000_000)
    return f"{_whole_seconds(micros // 1_000_000)}.{micros % 1_000_000:06d}Z"


def rfc3339_nano(nanoseconds: int) -> str:
    """Write a moment to the nanosecond, as log lines with timestamps have it."""
    return f"{_whole_seconds(nanoseconds // _NANO)}.{nanoseconds % _NANO:09d}Z"


def parse_rfc3339(text: str) -> float:
    """Read a moment with its offset from UTC (``Z`` or ``+01:00``), with or without a fraction.

    Raises:
        ValueError: The text is not of that form.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"a moment without its offset from UTC: {text!r}")
    return moment.timestamp()


def http_date(moment: float) -> str:
    """Write a moment as HTTP's ``Date`` header wants it, whatever the locale is."""
    at = time.gmtime(moment)
    clock = f"{at.tm_hour:02d}:{at.tm_min:02d}:{at.tm_sec:02d}"
    return f"{_DAYS[at.tm_wday]}, {at.tm_mday:02d} {_MONTHS[at.tm_mon - 1]} {at.tm_year:04d} {clock} GMT"


def human_duration(seconds: float) -> str:
    """Write a duration as kubectl's AGE column does: two units at most, fewer the longer it is.

    The steps are those of Kubernetes' ``duration.HumanDuration``: ``119s``, ``9m59s``, ``179m``,
    ``7h59m``, ``47h``, ``7d23h``, ``729d``, ``7y364d``, ``8y``.
    """
    whole = int(seconds)
    if whole < 0:
        return "0s" if whole == -1 else "<invalid>"
    large, small = next((units for limit, *units in _STEPS if whole < limit), ("y", ""))
    count, rest = divmod(whole, _UNITS[large])
    fine = rest // _UNITS[small] if small else 0
    return f"{count}{large}{fine}{small}" if fine else f"{count}{large}"


def _whole_seconds(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
