"""Moments and durations as the API server and kubectl write them.

Moments are seconds since the epoch (``float``), or nanoseconds (``int``) where logs need them.
"""

from __future__ import annotations

import calendar
import time

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NANO = 1_000_000_000


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
    """Read a moment in UTC (``Z``), with or without a fraction.

    Raises:
        ValueError: The text is not of that form.
    """
    if not text.endswith("Z"):
        raise ValueError(f"not a moment in UTC: {text!r}")
    whole, _, fraction = text[:-1].partition(".")
    seconds = calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S"))
    if not fraction:
        return float(seconds)
    if not fraction.isdecimal():
        raise ValueError(f"not a moment in UTC: {text!r}")
    return seconds + float(f"0.{fraction}")


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
    minutes, hours = whole // 60, whole // 3600
    days = hours // 24
    steps: tuple[tuple[bool, str], ...] = (
        (whole < -1, "<invalid>"),
        (whole < 0, "0s"),
        (whole < 120, f"{whole}s"),
        (minutes < 10, _two(minutes, "m", whole % 60, "s")),
        (minutes < 180, f"{minutes}m"),
        (hours < 8, _two(hours, "h", minutes % 60, "m")),
        (hours < 48, f"{hours}h"),
        (days < 8, _two(days, "d", hours % 24, "h")),
        (days < 365 * 2, f"{days}d"),
        (days < 365 * 8, _two(days // 365, "y", days % 365, "d")),
    )
    return next((text for fits, text in steps if fits), f"{days // 365}y")


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large}{large_unit}{small}{small_unit}" if small else f"{large}{large_unit}"


def _whole_seconds(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
