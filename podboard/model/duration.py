"""Durations as kubectl prints them: two or three figures that matter.

Source: ``HumanDuration`` in Kubernetes' ``apimachinery/pkg/util/duration``.
"""

from __future__ import annotations

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_YEAR = 365 * _DAY

# Below the first figure, a duration is told in these units, the second one left out when it is zero.
_SCALE = (
    (10 * _MINUTE, _MINUTE, "m", 1, "s"),
    (3 * _HOUR, _MINUTE, "m", 0, ""),
    (8 * _HOUR, _HOUR, "h", _MINUTE, "m"),
    (2 * _DAY, _HOUR, "h", 0, ""),
    (8 * _DAY, _DAY, "d", _HOUR, "h"),
    (2 * _YEAR, _DAY, "d", 0, ""),
    (8 * _YEAR, _YEAR, "y", _DAY, "d"),
)


def human_duration(seconds: float) -> str:
    """Return a duration like ``2m30s``, ``3h5m``, ``4d3h`` or ``2y100d``.

    Clocks of two machines differ: up to two seconds into the future count as now, more is ``<invalid>``.
    """
    whole = int(seconds)
    if whole < -1:
        return "<invalid>"
    if whole < 2 * _MINUTE:
        return f"{max(whole, 0)}s"
    for limit, unit, mark, subunit, submark in _SCALE:
        if whole < limit:
            rest = whole % unit // subunit if subunit else 0
            return f"{whole // unit}{mark}{rest}{submark}" if rest else f"{whole // unit}{mark}"
    return f"{whole // _YEAR}y"
