"""``podboard schema``: the version of the database, its upgrade, its backups."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from podboard.commands.database_flag import add_database_flag, database_of
from podboard.commands.output import emit

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser], told: str) -> None:
    """Add the command and its own commands; ``told`` is told of it in a list of all."""
    schema = commands.add_parser(
        "schema",
        help=told,
        description="See what version the database is of, bring it forward, or take a backup back.",
    )
    actions = schema.add_subparsers(dest="action", metavar="ACTION", title="actions", required=True)
    status = actions.add_parser(
        "status",
        help="what the database is, whether it is whole, and what an upgrade would do",
        description="Tell what the database is, whether it is whole, and what an upgrade would do.",
    )
    status.add_argument("-o", "--output", choices=("text", "json"), default="text", help="as text or as JSON")
    upgrade = actions.add_parser(
        "upgrade",
        help="bring the database forward",
        description="Bring the database to the version that this podboard knows; "
        "also the one of the application before podboard. A backup is made first.",
    )
    upgrade.add_argument("--dry-run", action="store_true", help="only tell what would be done")
    upgrade.add_argument("--no-backup", action="store_true", help="make no backup first")
    upgrade.add_argument(
        "--drop-legacy",
        action="store_true",
        help="remove the application's table, and its readable secrets, when all of it was carried over",
    )
    upgrade.add_argument("--yes", action="store_true", help="do not ask before the table is removed")
    restore = actions.add_parser(
        "restore",
        help="take a backup back",
        description="Let the database be what a backup holds. What it was before is kept as a backup, too.",
    )
    restore.add_argument("backup", metavar="BACKUP", help="the file that an upgrade named")
    for action in (schema, status, upgrade, restore):
        add_database_flag(action)


def run(options: argparse.Namespace) -> int:
    """Do what was asked for.

    Returns:
        The exit code.

    Raises:
        DatabaseError: The database is not what it should be, or cannot be read or written.
        UsageError: There is nobody to ask before something is removed.
    """
    actions: dict[str, Callable[[argparse.Namespace], int]] = {
        "status": _status,
        "upgrade": _upgrade,
        "restore": _restore,
    }
    return actions[options.action](options)


def _status(options: argparse.Namespace) -> int:
    import asyncio
    import json

    from podboard.errors import DatabaseError
    from podboard.records.status import status

    found = asyncio.run(status(database_of(options)))
    if options.output == "json":
        emit(json.dumps(found.document(), indent=2))
    else:
        emit("\n".join(found.lines()))
    return DatabaseError.exit_code if found.problems else 0


def _upgrade(options: argparse.Namespace) -> int:
    import asyncio

    from podboard.errors import DatabaseError
    from podboard.records.upgrade import upgrade

    if options.drop_legacy and not options.dry_run and not options.yes:
        _ask_to_drop()
    with _Progress() as progress:
        summary = asyncio.run(
            upgrade(
                database_of(options),
                backup=not options.no_backup,
                drop_legacy=options.drop_legacy,
                dry_run=options.dry_run,
                progress=progress,
            )
        )
    emit("\n".join(summary.lines()))
    return DatabaseError.exit_code if summary.reasons_to_keep else 0


def _restore(options: argparse.Namespace) -> int:
    import asyncio
    from pathlib import Path

    from podboard.records.backup import restore

    with _Progress() as progress:
        restored = asyncio.run(restore(database_of(options), Path(options.backup), progress))
    emit("\n".join(restored.lines()))
    return 0


def _ask_to_drop() -> None:
    """Have a person type the name of the table that is to go."""
    from podboard.errors import UsageError
    from podboard.records.database import LEGACY_TABLE

    if not sys.stdin.isatty():
        raise UsageError(f"nobody can be asked whether to remove {LEGACY_TABLE}", "say --yes")
    print(f"The table {LEGACY_TABLE} will be removed for good.", file=sys.stderr)
    print("Type its name to go on: ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip() != LEGACY_TABLE:
        raise UsageError("that is not its name", "nothing was changed")


class _Progress:
    """Tells on a terminal, in one line, how far something is; tells nobody else."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._line = ""

    def __enter__(self) -> Callable[[str, int, int], None]:
        return self._tell

    def __exit__(self, *_: object) -> None:
        self._write("")

    def _tell(self, step: str, done: int, total: int) -> None:
        self._write(f"{step}: {done * 100 // max(total, 1)} %")

    def _write(self, line: str) -> None:
        if self._shown and line != self._line:
            # The line before is wiped with blanks, which every terminal knows.
            print(f"\r{line:<{len(self._line)}}\r{line}", end="", file=sys.stderr, flush=True)
            self._line = line
