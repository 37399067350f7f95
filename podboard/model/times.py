"""Times as podboard keeps them."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """Return the time as podboard keeps it."""
    return rfc3339(datetime.now(UTC))


def rfc3339(time: datetime) -> str:
    """Return a time in UTC as podboard keeps it: to the microsecond, so that it sorts as text."""
    return time.isoformat(timespec="microseconds").replace("+00:00", "Z")
