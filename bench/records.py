"""Ten thousand records: brought forward, listed, looked up, beside sqlite3's own command line."""

from __future__ import annotations

import shutil
import subprocess
import time
from typing import TYPE_CHECKING

from bench.report import alternate, below, compare, skipped
from bench.world import BIN, PYTHON
from podboard.datafiles import data_file
from tests.support.databases import execute, make_large_application

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.report import Result
    from bench.world import World

ROWS = 10_000
PODS = 5_000

_CARRIED = (
    "INSERT INTO records (id, name, namespace, pod_name, image, cluster_host, kubeconfig, token, "
    "ssh_connection_details, created_at, updated_at) SELECT lower(hex(randomblob(16))), pod_name, namespace, "
    "pod_name, image, cluster_host, 'sealed:1:' || kubeconfig, 'sealed:1:' || token, ssh_connection_details, "
    "created_at, updated_at FROM coding_kubernetespod"
)
"""What an upgrade writes, if nothing is sealed, read back or remembered."""

_LISTED = (
    "SELECT name, pod_name, namespace, container, context, kubeconfig IS NOT NULL, token IS NOT NULL, "
    "ssh_connection_details IS NOT NULL, updated_at FROM records ORDER BY name"
)
_LOOKED_AT = "SELECT name, pod_name, namespace, container, context, updated_at FROM records"


def records(world: World) -> Iterator[Result]:
    """From the database of the application before podboard to the record of each pod."""
    if shutil.which("sqlite3") is None:
        yield skipped(f"{ROWS:,} records", "there is no sqlite3 command")
        return
    folder = world.folder / "records"
    folder.mkdir()
    old = make_large_application(folder / "old.db", ROWS)
    yield _upgrade(world, old)
    current = folder / "current.db"
    shutil.copy(old, current)
    _podboard(world, current, "schema", "upgrade", "--no-backup")
    listed, theirs = alternate(
        7,
        lambda: _podboard(world, current, "records", "list"),
        lambda: _sqlite(current, _LISTED),
    )
    yield compare(f"podboard records list of {ROWS:,} / sqlite3", listed * 1e3, theirs * 1e3, "ms")
    yield _lookup(current, "")
    execute(current, "UPDATE records SET pod_name = pod_name || '*' WHERE rowid % 10 = 0")
    yield _lookup(current, ", every tenth a glob")


def _upgrade(world: World, old: Path) -> Result:
    """The whole upgrade: a backup that is checked, the tables, the rows."""
    copy = old.with_name("copy.db")

    def ours() -> float:
        shutil.copy(old, copy)
        took = _podboard(world, copy, "schema", "upgrade")
        for file in copy.parent.glob(f"{copy.name}*"):
            file.unlink()
        return took

    def theirs() -> float:
        shutil.copy(old, copy)
        backup = copy.with_name(f"{copy.name}.backup")
        schema = data_file("schema.sql")
        took = _sqlite(
            copy,
            f".backup {backup}",
            "PRAGMA integrity_check",
            "BEGIN IMMEDIATE",
            f".read {schema}",
            _CARRIED,
            "COMMIT",
        )
        for file in (copy, backup):
            file.unlink()
        return took

    took, least = alternate(3, ours, theirs)
    return compare(f"podboard schema upgrade of {ROWS:,} / sqlite3, unsealed", took, least, "s")


def _lookup(database: Path, which: str) -> Result:
    def ours() -> float:
        told = subprocess.run(
            [PYTHON, "-m", "bench.lookup", str(database), str(PODS)],
            check=True,
            capture_output=True,
            text=True,
        )
        return float(told.stdout)

    took, select = alternate(7, ours, lambda: _sqlite(database, _LOOKED_AT) * 1e3)
    return below(f"the records of {PODS:,} pods{which} / sqlite3's select", took, "ms", 50, select)


def _podboard(world: World, database: Path, *arguments: str) -> float:
    # No keyring of the person's is touched.
    environ = {**world.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    return _seconds([str(BIN / "podboard"), *arguments, "--database", str(database)], environ)


def _sqlite(database: Path, *statements: str) -> float:
    return _seconds(["sqlite3", "-bail", str(database), *statements])


def _seconds(argv: list[str], environ: dict[str, str] | None = None) -> float:
    started = time.perf_counter()
    subprocess.run(argv, env=environ, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started
