"""``podboard records add``, ``set``, ``remove`` and ``rotate-key``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from podboard.commands.output import emit, harmless
from podboard.commands.records.asking import ask_yes
from podboard.commands.records.assignments import assign, parse_assignments
from podboard.commands.records.store import in_store
from podboard.records.documents import document_of, read_record

if TYPE_CHECKING:
    import argparse

    from podboard.records.store import Store


def add(options: argparse.Namespace) -> int:
    """Add one record."""
    document = assign({}, parse_assignments([f"name={options.name}", *options.assignments]))
    record = read_record(document, revealed=True).record
    in_store(options, lambda store: store.add([record]), creates=True)
    emit(f'Added the record "{harmless(record.name)}"')
    return 0


def set_fields(options: argparse.Namespace) -> int:
    """Change fields of one record."""
    assignments = parse_assignments(options.assignments)

    async def change(store: Store) -> bool:
        before = await store.record(options.name)
        document = assign(document_of(before, settable=True), assignments)
        record = read_record(document, before=before).record
        if record != before:
            await store.change([record])
        return record != before

    changed = in_store(options, change)
    emit(f'{"Changed" if changed else "Nothing was changed in"} the record "{harmless(options.name)}"')
    return 0


def remove(options: argparse.Namespace) -> int:
    """Remove records, all or none."""
    names = list(dict.fromkeys(options.names))
    if len(names) > 1 and not options.yes:
        listed = ", ".join(f'"{harmless(name)}"' for name in names)
        if not ask_yes(f"Remove {len(names)} records, {listed}?", otherwise="give --yes"):
            emit("Nothing was removed")
            return 1
    in_store(options, lambda store: store.remove(names))
    for name in names:
        emit(f'Removed the record "{harmless(name)}"')
    return 0


def rotate_key(options: argparse.Namespace) -> int:
    """Seal all secrets with a new key."""
    count = in_store(options, lambda store: store.rotate_key())
    emit(f"Sealed the secrets of {count} pod records with a new key")
    return 0
