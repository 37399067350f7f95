"""Databases as older programs left them."""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parent.parent / "databases"

OLD = ("version-1", "application", "application-migrated")
"""Every database that can be upgraded, by the name of its fixture."""

NOW = "2024-01-02 03:04:05.123456"


def make(path: Path, fixture: str, *, journal: str = "DELETE") -> Path:
    """Make the database of a fixture."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA journal_mode={journal}")
        connection.executescript((FIXTURES / f"{fixture}.sql").read_text("utf-8"))
    path.chmod(0o600)
    return path


def make_application(path: Path, rows: Iterable[dict[str, Any]]) -> Path:
    """Make a database of the application before podboard with these pods and no others."""
    make(path, "application-migrated")
    execute(path, "DELETE FROM coding_kubernetespod")
    usual = {
        "namespace": "coding",
        "image": "python:3.11",
        "status": "running",
        "resource_limits": "{}",
        "service_details": "{}",
        "created_at": NOW,
        "updated_at": NOW,
    }
    with closing(sqlite3.connect(path)) as connection, connection:
        for row in rows:
            values = usual | row
            columns = ", ".join(f'"{column}"' for column in values)
            connection.execute(
                f"INSERT INTO coding_kubernetespod ({columns}) VALUES ({', '.join('?' * len(values))})",
                list(values.values()),
            )
    return path


def make_large_application(path: Path, rows: int) -> Path:
    """Make one of pods with kubeconfigs of 4 KiB, tokens and SSH details; each secret has SECRET in it."""
    return make_application(
        path,
        (
            {
                "pod_name": f"web-{number}",
                "cluster_host": "https://10.0.0.1:6443",
                "kubeconfig": f"SECRET-{number}-".ljust(4096, "k"),
                "token": f"SECRET-{number}",
                "ssh_connection_details": json.dumps({"host": "bastion", "password": f"SECRET-{number}"}),
            }
            for number in range(rows)
        ),
    )


def execute(path: Path, statement: str, *arguments: Any) -> list[Any]:
    """Execute a statement and return its rows."""
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(statement, arguments).fetchall()


def contents(path: Path) -> dict[str, list[Any]]:
    """Return all tables and all rows."""
    with closing(sqlite3.connect(path)) as connection:
        connection.text_factory = bytes
        tables = connection.execute("SELECT CAST(name AS BLOB) FROM sqlite_schema WHERE type = 'table'")
        return {
            name.decode(): connection.execute(f'SELECT * FROM "{name.decode()}"').fetchall()
            for (name,) in tables.fetchall()
        }


def objects(path: Path) -> set[tuple[str, str, str | None]]:
    """Return what a database is made of: type, name and statement of each object."""
    return set(execute(path, "SELECT type, name, sql FROM sqlite_schema"))


def is_whole(path: Path) -> bool:
    """Whether SQLite finds nothing wrong."""
    return execute(path, "PRAGMA integrity_check") == [("ok",)]
