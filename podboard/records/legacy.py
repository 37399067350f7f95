"""Pods of the Django application before podboard, as records.

What it kept of a pod is the table ``coding_kubernetespod``; rows of its database and objects of its
``dumpdata`` come here alike. Old data is not refused for what new data would be: an odd name is kept.
"""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from podboard.errors import RecordError
from podboard.model.record import Record, SshConnectionDetails, is_kubeconfig_path, is_text
from podboard.model.secret import Secret
from podboard.model.text import one_line
from podboard.model.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from podboard.model.record import Json

READABLE: Final = frozenset(
    {"id", "project_id", "conversation_id", "status", "resource_limits", "started_at", "stopped_at"}
)
"""The columns without one of their own in podboard that are no secrets. All others are taken for secrets."""

_ALIASES: Final = MappingProxyType(
    {
        "hostname": "host",
        "user": "username",
        "private_key": "key_string",
        "key_path": "key_file",
        "key_filename": "key_file",
        "private_key_path": "key_file",
        "passphrase": "key_passphrase",
    }
)
_RELATIONS: Final = MappingProxyType({"project": "project_id", "conversation": "conversation_id"})
"""What ``dumpdata`` calls columns that refer to other tables."""

_JSON = frozenset({"resource_limits", "service_details", "ssh_connection_details"})
_EMPTY: Final[tuple[Json, ...]] = (None, "", {}, [])
_SERVER = re.compile(
    r"(?P<scheme>https?://)?(?P<login>[^/?#]*@)?(?P<place>[-\w.:\[\]]+(?:/[^?#@\s]*)?)(?P<rest>[?#].*)?",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)
_LONGEST_NAME = 253
_MOST_LEVELS = 64  # SQLite, too, reads JSON only so deep


def record_from_legacy(fields: Mapping[str, Json]) -> Record:
    """Return a pod of the application before as a record that is not stored yet.

    Its name is the pod's, which other records may have as well. Times that cannot be read are empty.

    Args:
        fields: By column; an object of ``dumpdata`` with its ``pk`` as ``id``. JSON may be text or not.

    Raises:
        RecordError: It cannot be a record; the message is the reason, without secrets.
    """
    values: dict[str, Json] = {column: value for column, value in _columns(fields) if value not in _EMPTY}
    pod_name = _take_text(values, "pod_name")
    if pod_name is None:
        raise RecordError("it has no pod_name")
    namespace, image = _take_text(values, "namespace"), _take_text(values, "image")
    kubeconfig, token = _take_text(values, "kubeconfig"), _take_text(values, "token")
    return Record(
        name=one_line(pod_name, _LONGEST_NAME).lstrip("- ") or "pod",
        pod_name=pod_name,
        namespace=namespace,
        image=image,
        cluster_host=_take_server(values),
        kubeconfig=kubeconfig if kubeconfig and is_kubeconfig_path(kubeconfig) else _secret(kubeconfig),
        token=_secret(token),
        ssh_connection_details=_take_details(values),
        created_at=_take_time(values, "created_at"),
        updated_at=_take_time(values, "updated_at"),
        other={
            column: value if is_readable(column, value) else Secret.of(value)
            for column, value in values.items()
        },
    )


def _columns(fields: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    for name, value in fields.items():
        column = _RELATIONS.get(name, name)
        if isinstance(value, str) and not is_text(value):
            raise RecordError(f"{one_line(column)} holds a character that no text has")
        yield column, _json(value) if column in _JSON or isinstance(value, dict | list | float) else value


def _json(value: Json) -> Json:
    """Return what JSON says; where that could not be stored, the text it is written in."""
    text = value if isinstance(value, str) else json.dumps(value)
    try:
        parsed: Json = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return parsed if _is_storable(parsed) else text


def is_readable(column: str, value: Json) -> bool:
    """Whether what has no column in podboard is surely no secret."""
    return column in READABLE and isinstance(value, dict if column == "resource_limits" else str | int)


def _is_storable(value: Json, levels: int = _MOST_LEVELS) -> bool:
    if isinstance(value, str):
        return is_text(value)
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return levels > 0 and all(
            is_text(name) and _is_storable(at, levels - 1) for name, at in value.items()
        )
    if isinstance(value, list):
        return levels > 0 and all(_is_storable(at, levels - 1) for at in value)
    return True


def _take_text(values: dict[str, Json], column: str) -> str | None:
    value = values.pop(column, None)
    if value is not None and not isinstance(value, str):
        raise RecordError(f"{column} is no text")
    return value.strip() or None if value else None


def _take_server(values: dict[str, Json]) -> str | None:
    """Take the API server's URL without what may be secret in it; then the whole stays behind."""
    text = _take_text(values, "cluster_host")
    parts = _SERVER.fullmatch(text) if text else None
    server = f"{parts['scheme'] or ''}{parts['place']}" if parts else None
    if text != server:
        values["cluster_host"] = text
    return server


def _take_details(values: dict[str, Json]) -> SshConnectionDetails | None:
    """Take what says how to reach a host over SSH; what is no JSON object stays behind."""
    details = values.get("ssh_connection_details")
    if not isinstance(details, dict):
        return None
    del values["ssh_connection_details"]
    fields = {name: value for name, value in details.items() if value not in _EMPTY}
    for alias, name in _ALIASES.items():
        if alias in fields and name not in fields:
            fields[name] = fields.pop(alias)
    return SshConnectionDetails.of(fields) if fields else None


def _take_time(values: dict[str, Json], column: str) -> str:
    """Take a time as podboard writes it; one that cannot be read stays behind."""
    try:
        time = datetime.fromisoformat(str(values.get(column)))
        # Django writes UTC, and in SQLite without saying so.
        utc = time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return ""
    del values[column]
    return rfc3339(utc)


def _secret(text: str | None) -> Secret[str] | None:
    return Secret.of(text) if text else None
