"""Amounts of bytes in words."""

from __future__ import annotations

_UNITS = ((1 << 20, "MiB"), (1 << 10, "KiB"))


def human_size(size: int) -> str:
    """Bytes as a person reads them: ``812 bytes``, ``9.4 KiB``, ``16 MiB``."""
    for unit, name in _UNITS:
        if size >= unit:
            return f"{_number(size / unit)} {name}"
    return "1 byte" if size == 1 else f"{size} bytes"


def sent_of(done: int, total: int) -> str:
    """A part and the whole in the whole's unit: ``3.2 of 16 MiB``."""
    for unit, name in _UNITS:
        if total >= unit:
            return f"{_number(min(done, total) / unit)} of {_number(total / unit)} {name}"
    return f"{min(done, total)} of {total} bytes"


def _number(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
