"""Times as podboard keeps them."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """Return the time: RFC 3339 in UTC, to the microsecond, so that it sorts as text."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
