"""Records as rows of the database, their secrets sealed."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from podboard.model.record import Record, SshConnectionDetails
from podboard.model.secret import Secret
from podboard.records.sealing import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from podboard.model.record import Json, Kept
    from podboard.records.sealing import Sealer

COLUMNS: Final = (
    "id",
    "name",
    "namespace",
    "pod_name",
    "container",
    "context",
    "image",
    "cluster_host",
    "kubeconfig",
    "token",
    "certificate_authority_data",
    "insecure_skip_tls_verify",
    "ssh_connection_details",
    "labels",
    "note",
    "other",
    "created_at",
    "updated_at",
)
SELECT: Final = f"SELECT {', '.join(COLUMNS)} FROM records"
INSERT: Final = f"INSERT INTO records ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
_VALUES = ", ".join(f"{column} = ?" for column in COLUMNS[1:])
UPDATE: Final = f"UPDATE records SET {_VALUES} WHERE id = ? AND updated_at = ?"


def row_of(record: Record, sealer: Sealer, key: str) -> list[str | int | None]:
    """Return a record as a row, in the order of ``COLUMNS``.

    Args:
        key: The name of the key to seal with.
    """

    def seal(text: str, field: str) -> str:
        return sealer.seal(key, text, record.id, field)

    values: dict[str, Any] = {column: getattr(record, column) for column in COLUMNS}
    for column in ("kubeconfig", "token"):
        if isinstance(secret := values[column], Secret):
            values[column] = seal(secret.reveal(), column)
    if record.ssh_connection_details is not None:
        details = record.ssh_connection_details.fields
        values["ssh_connection_details"] = _seal_fields(details, "ssh_connection_details", seal)
    values["other"] = _seal_fields(record.other, "other", seal)
    values["labels"] = json.dumps(dict(record.labels), ensure_ascii=False)
    values["insecure_skip_tls_verify"] = int(record.insecure_skip_tls_verify)
    return list(values.values())


def record_of(row: Sequence[Any], sealer: Sealer) -> Record:
    """Return a row as a record, whose secrets stay sealed until they are asked for."""
    values = dict(zip(COLUMNS, row, strict=True))
    record: str = values["id"]
    for column in ("kubeconfig", "token"):
        value = values[column]
        if value is not None and value.startswith(PREFIX):
            values[column] = _sealed_text(sealer, value, record, column)
    if (details := values["ssh_connection_details"]) is not None:
        fields = _sealed_fields(sealer, details, record, "ssh_connection_details")
        values["ssh_connection_details"] = SshConnectionDetails(fields)
    values["other"] = _sealed_fields(sealer, values["other"], record, "other")
    values["labels"] = json.loads(values["labels"])
    values["insecure_skip_tls_verify"] = bool(values["insecure_skip_tls_verify"])
    return Record(**values)


def _seal_fields(fields: Mapping[str, Kept], column: str, seal: Callable[[str, str], str]) -> str:
    return json.dumps(
        {
            name: seal(json.dumps(value.reveal() if isinstance(value, Secret) else value), f"{column}.{name}")
            # What only looks sealed is sealed, so that it is not taken for what it looks like.
            if isinstance(value, Secret) or (isinstance(value, str) and value.startswith(PREFIX))
            else value
            for name, value in fields.items()
        },
        ensure_ascii=False,
    )


def _sealed_text(sealer: Sealer, sealed: str, record: str, field: str) -> Secret[str]:
    return Secret(partial(sealer.open, sealed, record, field))


def _sealed_fields(sealer: Sealer, text: str, record: str, column: str) -> dict[str, Kept]:
    return {
        name: Secret(partial(_open_json, sealer, value, record, f"{column}.{name}"))
        if isinstance(value, str) and value.startswith(PREFIX)
        else value
        for name, value in json.loads(text).items()
    }


def _open_json(sealer: Sealer, sealed: str, record: str, field: str) -> Json:
    value: Json = json.loads(sealer.open(sealed, record, field))
    return value
