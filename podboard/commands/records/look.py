"""``podboard records list``, ``show`` and ``history``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from podboard.commands.output import document, emit, harmless, note, table
from podboard.commands.records.asking import ask_yes
from podboard.commands.records.filters import matching
from podboard.commands.records.store import in_store
from podboard.errors import RecordError, UsageError
from podboard.model.duration import human_duration
from podboard.model.text import one_line
from podboard.records.documents import document_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from podboard.model.connection import Connection
    from podboard.model.record import Json, Record, RecordKey
    from podboard.records.resolve import Resolution
    from podboard.records.store import Store

_COLUMNS = ("NAME", "POD", "NAMESPACE", "CONTAINER", "CONTEXT", "ACCESS", "CHANGED")
_HISTORY_COLUMNS = (
    "STARTED",
    "LASTED",
    "CONTEXT",
    "NAMESPACE",
    "POD",
    "CONTAINER",
    "RECORD",
    "METHOD",
    "ENDING",
    "RECORDING",
)


def list_records(options: argparse.Namespace) -> int:
    """List records."""
    records = matching(in_store(options, lambda store: store.records()), options.filters)
    if not records and options.output in {"table", "name"}:
        note("no pod records found")
    elif options.output == "table":
        emit(_table(records))
    elif options.output == "name":
        emit("\n".join(harmless(record.name) for record in records))
    else:
        emit(document([document_of(record) for record in records], options.output))
    return 0


def show(options: argparse.Namespace) -> int:
    """Show the record of a name, or the one of a pod."""
    record, told = in_store(options, lambda store: _find(store, options))
    if options.reveal and not ask_yes(
        f'Show the secrets of "{harmless(record.name)}"?', otherwise="do without --reveal"
    ):
        emit("Nothing was shown")
        return 1
    if options.output == "yaml":
        shown = document(document_of(record, reveal=options.reveal), "yaml")
        emit("\n".join([*(f"# {line}" for line in told), shown]))
        return 0
    for line in told:
        note(line)
    if options.output == "table":
        emit(_table([record]))
    elif options.output == "name":
        emit(harmless(record.name))
    else:
        emit(document(document_of(record, reveal=options.reveal), options.output))
    return 0


def history(options: argparse.Namespace) -> int:
    """Show the last terminals."""
    connections = in_store(
        options, lambda store: store.connections(limit=options.limit, record=options.record)
    )
    if options.output != "table":
        emit(document([_connection_document(connection) for connection in connections], options.output))
    elif connections:
        emit(table(_HISTORY_COLUMNS, map(_connection_row, connections)))
    else:
        note("no terminals found")
    return 0


async def _find(store: Store, options: argparse.Namespace) -> tuple[Record, list[str]]:
    """Return the record that is meant, and what is to be said of it."""
    name: str = options.name
    namespace, pod = _namespace_and_pod(options)
    container, context = options.container or "", getattr(options, "context", None)
    found = (await store.resolver()).find(pod, namespace, container, context)
    is_pod = bool(namespace or container or context)
    if not is_pod and name in await store.names():
        record = await store.record(name)
        if found is None or found.record.name == name:
            return record, []
        return record, [f"a pod of this name may have another record: {_in_words(found.record)}"]
    if found is None:
        where = {"namespace": namespace, "container": container, "context": context}
        said = one_line(", ".join(f"{key} {value}" for key, value in where.items() if value))
        raise RecordError(
            f'no record fits the pod "{one_line(pod)}" ({said})'
            if is_pod
            else f'there is no record "{one_line(name)}", and none fits a pod of that name',
            "see podboard records list",
        )
    return await store.record(found.record.name), _reasons(found, namespace)


def _namespace_and_pod(options: argparse.Namespace) -> tuple[str | None, str]:
    namespace, slash, pod = options.name.rpartition("/")
    given = getattr(options, "namespace", None)
    if slash and given and namespace != given:
        raise UsageError(f"{one_line(options.name)} is not in the namespace {one_line(given)}")
    return (namespace if slash else given), pod


def _reasons(found: Resolution, namespace: str | None) -> list[str]:
    lines = [f'the record "{one_line(found.record.name)}": {one_line(found.why)}']
    lines += [f"fits as well: {_in_words(other)}" for other in found.others]
    if namespace is None and any(record.namespace for record in (found.record, *found.others)):
        lines.append("in one namespace it may be another: name it with -n")
    return lines


def _in_words(record: RecordKey) -> str:
    parts = ("pod_name", "namespace", "container", "context")
    said = [f"{part} {getattr(record, part)}" for part in parts if getattr(record, part) is not None]
    return one_line(f'"{record.name}" ({", ".join(said)})')


def _table(records: Sequence[Record]) -> str:
    now = datetime.now(UTC)
    return table(
        _COLUMNS,
        [
            (
                record.name,
                record.pod_name,
                record.namespace or "",
                record.container or "",
                record.context or "",
                ", ".join(_ways_in(record)),
                human_duration((now - datetime.fromisoformat(record.updated_at)).total_seconds()),
            )
            for record in records
        ],
    )


def _ways_in(record: Record) -> list[str]:
    ways = {
        "kubeconfig": record.kubeconfig,
        "token": record.cluster_host and record.token,
        "ssh": record.ssh_connection_details,
    }
    return [name for name, there in ways.items() if there is not None]


def _connection_row(connection: Connection) -> list[str]:
    ended = connection.ended_at
    return [
        connection.started_at.partition(".")[0] + "Z",
        "" if ended is None else human_duration(_seconds(connection.started_at, ended)),
        connection.context,
        connection.namespace,
        connection.pod_name,
        connection.container,
        connection.record_name or "",
        connection.method or "",
        one_line(connection.ending or ""),
        ", ".join(connection.recordings),
    ]


def _seconds(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


def _connection_document(connection: Connection) -> Json:
    import msgspec

    value: Json = msgspec.to_builtins(connection)
    return value
