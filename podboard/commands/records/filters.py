"""Which records a list or an export is about."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from podboard.commands.records.assignments import check_field
from podboard.model.record import is_pattern
from podboard.records.documents import document_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from podboard.model.record import Json, Record


def matching(records: Iterable[Record], filters: Sequence[str]) -> list[Record]:
    """Return the records that fit all filters.

    Args:
        filters: ``FIELD=GLOB``, or a text or glob that is in the name or the pod_name.

    Raises:
        UsageError: A filter's field is none.
    """
    tests = []
    for text in filters:
        field, equals, pattern = text.partition("=")
        if equals:
            check_field(field)
            tests.append(([field], pattern))
        else:
            tests.append((["name", "pod_name"], text if is_pattern(text) else f"*{text}*"))
    if not tests:
        return list(records)
    return [record for record in records if _fits(document_of(record), tests)]


def _fits(document: dict[str, Json], tests: Iterable[tuple[list[str], str]]) -> bool:
    return all(
        any(fnmatchcase(_text(document, field), pattern) for field in fields) for fields, pattern in tests
    )


def _text(document: dict[str, Json], field: str) -> str:
    """Return a field as text, empty where the record has none; a secret is ``(hidden)``."""
    name, dot, key = field.partition(".")
    value = document.get(name)
    if dot:
        value = value.get(key) if isinstance(value, dict) else None
    if isinstance(value, dict):
        return ", ".join(value)
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
