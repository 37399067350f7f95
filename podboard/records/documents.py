"""Records as plain JSON or YAML values: the same names as in the database, ``(hidden)`` for each secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from podboard.errors import RecordError
from podboard.model.record import (
    FIELDS,
    SSH_PLAIN,
    SSH_SECRET,
    Record,
    SshConnectionDetails,
    is_kubeconfig_path,
    is_text,
)
from podboard.model.secret import HIDDEN, Secret
from podboard.model.text import one_line
from podboard.records.legacy import is_readable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from podboard.model.record import Json, Kept

LEGACY_MODEL: Final = "coding.kubernetespod"
"""What ``dumpdata`` of the Django application before podboard calls its pods."""

_TEXTS = ("namespace", "container", "context", "image", "cluster_host", "certificate_authority_data")
_SECRET_TEXTS = ("kubeconfig", "token")
_THE_STORES = ("other", "created_at", "updated_at")


class Reading(Struct, frozen=True):
    """What a document was read to be.

    Attributes:
        left_out: The secrets that it only says to exist, dotted below the field they are in.
    """

    record: Record
    left_out: tuple[str, ...] = ()


def document_of(record: Record, *, reveal: bool = False, settable: bool = False) -> dict[str, Json]:
    """Return a record as a document, without the fields it does not have.

    Args:
        reveal: Show its secrets; raises SealError if one does not open.
        settable: Only the fields that a person sets.
    """

    def shown(value: Any) -> Json:
        if isinstance(value, Secret):
            return value.reveal() if reveal else HIDDEN
        if isinstance(value, SshConnectionDetails):
            value = value.fields
        if isinstance(value, Mapping):
            return {name: shown(at) for name, at in value.items()}
        return value  # type: ignore[no-any-return]

    names = FIELDS if settable else (*FIELDS, *_THE_STORES)
    values = {name: shown(getattr(record, name)) for name in names}
    return {name: value for name, value in values.items() if value not in (None, "", False, {})}


def listed(document: Json) -> list[Json]:
    """Return the documents that a file's is a list of; a single one may stand alone.

    Raises:
        ValueError: It is no list of any; says so as the end of a sentence.
    """
    if isinstance(document, dict) and "pod_name" in document:
        return [document]
    if not isinstance(document, list):
        raise ValueError("holds neither a list of records nor a record")  # noqa: TRY004 - as the rest of them
    return document


def legacy_fields(document: Json) -> dict[str, Json] | None:
    """Return the columns of an object of ``dumpdata`` that is a pod, none if it is something else of it.

    Raises:
        ValueError: It is no object of ``dumpdata``.
    """
    if not (isinstance(document, dict) and {"model", "fields"} <= document.keys()):
        raise ValueError("is no object of dumpdata")
    fields = document["fields"]
    if str(document["model"]).lower() != LEGACY_MODEL:
        return None
    return {"id": document.get("pk"), **(fields if isinstance(fields, dict) else {})}


def read_record(
    document: Json, *, before: Record | None = None, replaced: Record | None = None, revealed: bool = False
) -> Reading:
    """Read a document as a record.

    ``(hidden)`` in the place of a secret stands for the one that ``before`` or ``replaced`` has there; else
    the secret is left out, which ``before`` does not allow.

    Args:
        before: The record that is edited: what no person sets stays as it is, and it gets no other fields
            below ``ssh_connection_details`` than those podboard knows.
        replaced: The record in whose place this one comes, with all of its fields.
        revealed: The secrets are all there: ``(hidden)`` means nothing.

    Raises:
        RecordError: It is none; its ``problems`` name the fields and quote no values.
    """
    reader = _Reader(before, before or replaced, revealed=revealed)
    values = reader.read(document)
    problems = reader.problems
    if not problems:
        record = Record(**values)
        problems = list(record.problems())
    if problems:
        raise RecordError("; ".join(problems), problems=tuple(problems))
    return Reading(record, tuple(reader.left_out))


@dataclass(slots=True)
class _Reader:
    before: Record | None
    hides: Record | None
    revealed: bool = field(kw_only=True)
    problems: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def read(self, document: Json) -> dict[str, Any]:
        """Return the record's values, as far as there are no problems."""
        if not isinstance(document, dict):
            self.problems.append("it is no map of fields")
            return {}
        self.problems += _not_text(document, "")
        settable = FIELDS if self.before else (*FIELDS, *_THE_STORES)
        unknown = [name for name in document if name not in settable]
        self.problems += [f"{_quoted(name)} is no field of a record" for name in unknown]
        values: dict[str, Any] = {
            "name": self._text(document, "name") or "",
            "pod_name": self._text(document, "pod_name") or "",
            "note": self._text(document, "note") or "",
            **{name: self._text(document, name) for name in _TEXTS},
            **{name: self._secret_text(document, name) for name in _SECRET_TEXTS},
            "insecure_skip_tls_verify": self._flag(document, "insecure_skip_tls_verify"),
            "labels": self._labels(document),
            "ssh_connection_details": self._details(document),
        }
        if self.before is None:
            return {**values, "other": self._other(document)}
        return values | {
            name: getattr(self.before, name) for name in ("other", "id", "created_at", "updated_at")
        }

    def _text(self, document: Mapping[str, Json], name: str) -> str | None:
        value = document.get(name)
        if value is not None and not isinstance(value, str):
            self.problems.append(_must_be_text(name, value))
            return None
        return value or None

    def _secret_text(self, document: Mapping[str, Json], name: str) -> Secret[str] | str | None:
        if self._is_hidden(document.get(name)):
            return self._stood_for(name, getattr(self.hides, name, None))
        text = self._text(document, name)
        if text is None or (name == "kubeconfig" and is_kubeconfig_path(text)):
            return text
        return Secret.of(text)

    def _flag(self, document: Mapping[str, Json], name: str) -> bool:
        value = document.get(name)
        if not isinstance(value, bool | None):
            self.problems.append(f"{name} must be true or false, without quotes")
        return value is True

    def _labels(self, document: Mapping[str, Json]) -> dict[str, str]:
        labels = {}
        for key, value in self._map(document, "labels").items():
            if isinstance(value, str):
                labels[key] = value
            else:
                self.problems.append(_must_be_text(f"labels.{_shown(key)}", value))
        return labels

    def _details(self, document: Mapping[str, Json]) -> SshConnectionDetails | None:
        name = "ssh_connection_details"
        details = self.hides.ssh_connection_details if self.hides else None
        had = details.fields if details else {}
        fields: dict[str, Kept] = {}
        for key, value in self._map(document, name).items():
            if self._is_hidden(value):
                if secret := self._stood_for(f"{name}.{key}", had.get(key)):
                    fields[key] = secret
            elif value is not None:
                fields |= SshConnectionDetails.of({key: value}).fields
                if key in SSH_SECRET and not isinstance(value, str) and not self.revealed:
                    self.problems.append(_must_be_text(f"{name}.{key}", value))
                if self.before and key not in (*had, *SSH_PLAIN, *SSH_SECRET):
                    self.problems.append(f"{name}.{_shown(key)} is no field that podboard knows")
        return SshConnectionDetails(fields) if fields else None

    def _other(self, document: Mapping[str, Json]) -> dict[str, Kept]:
        other: dict[str, Kept] = {}
        for key, value in self._map(document, "other").items():
            if self._is_hidden(value):
                if secret := self._stood_for(
                    f"other.{key}", self.hides.other.get(key) if self.hides else None
                ):
                    other[key] = secret
            else:
                other[key] = value if is_readable(key, value) else Secret.of(value)
        return other

    def _map(self, document: Mapping[str, Json], name: str) -> dict[str, Json]:
        value = document.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.problems.append(f"{name} must be a map")
            return {}
        return value

    def _is_hidden(self, value: Json) -> bool:
        return value == HIDDEN and not self.revealed

    def _stood_for(self, name: str, before: object) -> Secret[Any] | None:
        """Return the secret that ``(hidden)`` stands for, None where there is none."""
        if isinstance(before, Secret):
            return before
        if self.before:
            self.problems.append(f"{_shown(name)} is {HIDDEN}, but there is none to keep")
        else:
            self.left_out.append(name)
        return None


def _not_text(value: Json, path: str) -> Iterator[str]:
    """Name the texts that no file and no database can hold."""
    if isinstance(value, str):
        if not is_text(value):
            yield f"{_shown(path)} holds a character that no text has"
        return
    below: Sequence[tuple[object, Json]] = ()
    if isinstance(value, dict):
        below = tuple(value.items())
    elif isinstance(value, list):
        below = tuple(enumerate(value, 1))
    for name, at in below:
        inner = f"{path}.{name}" if path else str(name)
        if not is_text(inner):
            yield f"the name {_quoted(inner)} holds a character that no text has"
        yield from _not_text(at, inner)


def _must_be_text(name: str, value: Json) -> str:
    return f"{name} must be text" + ("" if isinstance(value, dict | list) else "; put it in quotes")


def _shown(name: str) -> str:
    return one_line(name, 80)


def _quoted(name: str) -> str:
    return f'"{_shown(name)}"'
