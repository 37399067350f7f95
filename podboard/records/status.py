"""What a database is, whether it is whole, and what an upgrade would do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from msgspec import Struct

from podboard.model.text import one_line
from podboard.records.database import VERSION, Kind, check_version, open_any, problems, recognise, told
from podboard.records.upgrade import upgrade, words

if TYPE_CHECKING:
    from pathlib import Path

    from podboard.model.record import Json
    from podboard.records.upgrade import Summary


class Status(Struct, frozen=True, kw_only=True):
    """What a database is.

    Attributes:
        version: The one that was found, 0 for the application before podboard; None where there is nothing.
        problems: What is damaged, in SQLite's words.
        upgrade: What an upgrade would do; None where none is possible.
    """

    path: Path
    version: int | None = None
    problems: tuple[str, ...] = ()
    upgrade: Summary | None = None

    def lines(self) -> list[str]:
        """Tell it in plain words."""
        path = one_line(str(self.path))
        if self.version is None:
            return [f"There is no database {path} yet: podboard makes it when it has something to keep."]
        lines = [
            f"Database:  {path}",
            f"Found:     {words(self.version)}",
            f"Known:     {words(VERSION)}",
            f"Integrity: {'damaged' if self.problems else 'ok'}",
        ]
        lines += [f"  {one_line(problem)}" for problem in self.problems]
        if self.version > VERSION:
            lines.append("It is newer than this podboard: use a newer podboard.")
        return lines + (self.upgrade.lines() if self.upgrade is not None else [])

    def document(self) -> dict[str, Json]:
        """Tell it as JSON."""
        plan = self.upgrade
        return {
            "database": str(self.path),
            "found": self.version,
            "known": VERSION,
            "integrity": list(self.problems) or "ok" if self.version is not None else None,
            "upgrade": None
            if plan is None
            else {
                "needed": plan.changes,
                "steps": list(plan.steps),
                "rows": plan.read,
                "records": plan.written,
                "secrets": plan.sealed,
                "skipped": [{"row": row, "reason": reason} for row, reason in plan.skipped],
                "legacyTable": plan.legacy_there,
            },
        }


async def status(path: Path) -> Status:
    """Return what a database is; changes nothing.

    Raises:
        DatabaseError: It is no database, not podboard's, or cannot be read.
    """
    with told(path):
        is_there = await asyncio.to_thread(path.exists)
    if not is_there:
        return Status(path=path)
    async with open_any(path) as connection:
        kind, version = await recognise(connection)
        if kind is Kind.EMPTY:
            return Status(path=path)
        if kind is Kind.FOREIGN:
            check_version(path, kind, version)
        damage = tuple(await problems(connection))
    # Reading the rows of a damaged one may fail.
    plan = await upgrade(path, dry_run=True) if not damage and version <= VERSION else None
    return Status(path=path, version=version, problems=damage, upgrade=plan)
