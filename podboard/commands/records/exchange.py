"""``podboard records import`` and ``export``."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from podboard.commands.output import document, emit, note
from podboard.commands.records.asking import (
    MOST_BYTES,
    STANDARD_INPUT,
    ask_passphrase,
    file_in_words,
    read_text,
)
from podboard.commands.records.assignments import is_secret
from podboard.commands.records.filters import matching
from podboard.commands.records.store import in_store
from podboard.errors import RecordError, SealError, UsageError
from podboard.model.text import one_line
from podboard.paths import expanded
from podboard.records.documents import Reading, document_of, legacy_fields, listed, read_record
from podboard.records.export import is_sealed, seal, unseal
from podboard.records.legacy import record_from_legacy
from podboard.wire.documents import parse_document

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from podboard.model.record import Json, Record

MOST_JSON_BYTES: Final = 256 << 20
"""JSON is read in seconds where YAML takes minutes, and what ten thousand records export is this large."""


def import_records(options: argparse.Namespace) -> int:
    """Store the records of a file, all or none."""
    where = file_in_words(options.file)
    documents, sealed = _documents(options, where)
    known = in_store(options, lambda store: store.records(), creates=not options.dry_run)
    intake = _Intake({record.name: record for record in known}, replaces=options.replace, revealed=sealed)
    for number, value in enumerate(documents, 1):
        intake.take(number, value)
    if intake.refused:
        for number, name, problem in intake.refused:
            note(f"record {number}{name}: {problem}")
        count = len({number for number, _, _ in intake.refused})
        raise RecordError(
            f"{count} of {len(documents)} records in {where} cannot be imported", "nothing was stored"
        )
    if not options.dry_run:
        in_store(options, lambda store: store.put(intake.added, intake.replaced), creates=True)
    for reading in intake.readings:
        _tell_what_is_missing(reading)
    if intake.passed_over:
        note(f"passed over {intake.passed_over} objects of other models")
    counts = f": {intake.counts}" if options.replace else ""
    done = "Would import" if options.dry_run else "Imported"
    emit(f"{done} {len(intake.readings)} pod records{counts}")
    return 0


def export(options: argparse.Namespace) -> int:
    """Write records down, without secrets or sealed."""
    records = matching(in_store(options, lambda store: store.records()), options.filters)
    value: Json
    if options.with_secrets:
        passphrase = ask_passphrase(options.passphrase_file, twice=True)
        value = seal([document_of(record, reveal=True) for record in records], passphrase)
    elif options.passphrase_file:
        raise UsageError("--passphrase-file is for secrets", "add --with-secrets")
    else:
        value = [document_of(record) for record in records]
    text = document(value, options.output)
    if options.file is None:
        emit(text)
        return 0
    _write(expanded(options.file), text)
    emit(f"Exported {len(records)} pod records")
    return 0


def _what_would_do(value: Json) -> str:
    """Say what to do with a file that is none of records."""
    if isinstance(value, dict) and "current-context" in value:
        return "it is a kubeconfig: podboard records refresh-access --kubeconfig gives it to records"
    return "records are read from JSON or YAML, as podboard records export writes them"


def _documents(options: argparse.Namespace, where: str) -> tuple[list[Json], bool]:
    """Return the documents of the file's records, and whether they came sealed: with all their secrets."""
    if STANDARD_INPUT == options.file == options.passphrase_file:
        raise UsageError("standard input cannot hold both the records and the passphrase")
    text = read_text(options.file, MOST_JSON_BYTES)
    if len(text) > MOST_BYTES and text.lstrip()[:1] not in {"[", "{"}:
        raise UsageError(f"{where} is larger than {MOST_BYTES >> 20} MiB", "write it as JSON")
    try:
        value = parse_document(text)
        if is_sealed(value):
            return unseal(value, ask_passphrase(options.passphrase_file, twice=False)), True
    except ValueError as error:
        raise RecordError(f"{where} {error}") from None
    try:
        return listed(value), False
    except ValueError as error:
        raise RecordError(f"{where} {error}", _what_would_do(value)) from None


@dataclass
class _Intake:
    """What the records of a file come to.

    Attributes:
        known: The records that are stored, by name.
        replaces: Whether a record of the file comes in the place of the known one of its name.
        added: Those that are new.
        replaced: Those that come in the place of others, which they differ from.
        refused: A record's number, its name in words, and what is wrong with it.
        passed_over: How many objects of a dumpdata are no pods.
    """

    known: dict[str, Record]
    replaces: bool = field(kw_only=True)
    revealed: bool = field(kw_only=True)
    readings: list[Reading] = field(default_factory=list)
    added: list[Record] = field(default_factory=list)
    replaced: list[Record] = field(default_factory=list)
    refused: list[tuple[int, str, str]] = field(default_factory=list)
    passed_over: int = 0
    _numbers: dict[str, int] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)

    def take(self, number: int, value: Json) -> None:
        """Read one record."""
        name = ""
        try:
            if isinstance(value, dict) and "model" in value:
                reading = self._legacy(value)
                if reading is None:
                    self.passed_over += 1
                    return
                name = reading.record.name
            else:
                name = str(value.get("name", "")) if isinstance(value, dict) else ""
                reading = read_record(value, replaced=self._in_place(name), revealed=self.revealed)
            problems = [*reading.record.problems(), *self._problems_of_name(name)]
        except RecordError as error:
            problems = list(error.problems)
        else:
            self._numbers.setdefault(name, number)
            self.readings.append(reading)
            self._sort_in(reading.record)
        shown = f' "{one_line(name)}"' if name else ""
        self.refused += [(number, shown, problem) for problem in problems]

    def _legacy(self, value: dict[str, Json]) -> Reading | None:
        fields = legacy_fields(value)
        if fields is None:
            return None
        record = record_from_legacy(fields)
        # Names of pods come again: in another namespace, or after a pod is gone.
        name, count = record.name, self._counts.get(record.name, 1)
        while name in self._numbers:
            count += 1
            name = f"{record.name}-{count}"
        self._counts[record.name] = count
        return Reading(replace(record, name=name))

    @property
    def counts(self) -> str:
        """How many records it changes what about."""
        added, replaced = len(self.added), len(self.replaced)
        return f"{added} added, {replaced} replaced, {len(self.readings) - added - replaced} unchanged"

    def _in_place(self, name: str) -> Record | None:
        return self.known.get(name) if self.replaces else None

    def _sort_in(self, record: Record) -> None:
        before = self._in_place(record.name)
        if before is None:
            self.added.append(record)
        elif not _is_same(record, before):
            kept = {name: getattr(before, name) for name in ("id", "created_at", "updated_at")}
            self.replaced.append(replace(record, **kept))

    def _problems_of_name(self, name: str) -> Iterator[str]:
        if name in self.known and not self.replaces:
            yield "there is a record of this name already"
        if name in self._numbers:
            yield f"record {self._numbers[name]} has this name, too"


def _is_same(record: Record, before: Record) -> bool:
    """Whether nothing about a record would change; not if it had a secret that does not open any more."""
    times = {"created_at": "", "updated_at": ""}
    try:
        return document_of(replace(record, **times), reveal=True) == document_of(
            replace(before, **times), reveal=True
        )
    except SealError:
        return False


def _tell_what_is_missing(reading: Reading) -> None:
    if not reading.left_out:
        return
    name = reading.record.name
    fields = [one_line(field) for field in reading.left_out]
    settable = [field for field in fields if is_secret(field)]
    hint = f": podboard records set {shlex.quote(name)} {settable[0]}" if settable else ""
    note(f'"{one_line(name)}" was imported without {", ".join(fields)}{hint}')


def _write(path: Path, text: str) -> None:
    """Write a file that its owner alone can read, whole or not at all; a device or a pipe is written to."""
    try:
        target = Path(os.path.realpath(path))
        if target.exists() and not (target.is_file() or target.is_dir()):
            target.write_text(f"{text}\n", "utf-8")
            return
        with NamedTemporaryFile(
            "w", encoding="utf-8", dir=target.parent, prefix=f".{target.name}.", delete=False
        ) as file:
            try:
                file.write(f"{text}\n")
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(target)
            except BaseException:
                Path(file.name).unlink()
                raise
    except OSError as error:
        raise UsageError(f"{one_line(str(path))} cannot be written: {error.strerror}") from error
