"""The database behind the board: opened late, and the demo's own."""

from __future__ import annotations

import asyncio
import importlib
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from podboard.model.record import Record
    from podboard.records.store import Store
    from podboard.records.upgrade import Summary

_FILE = "podboard.db"


@asynccontextmanager
async def open_records(path: Path, *, keyring: bool = True) -> AsyncIterator[Store]:
    """Open the database as ``podboard.records.store.open_store`` does, which is loaded beside the loop."""
    module = await asyncio.to_thread(importlib.import_module, "podboard.records.store")
    async with module.open_store(path, keyring=keyring) as store:
        yield store


async def upgrade_records(path: Path, **how: Any) -> Summary:
    """Bring the database forward as ``podboard.records.upgrade.upgrade`` does."""
    module = await asyncio.to_thread(importlib.import_module, "podboard.records.upgrade")
    summary: Summary = await module.upgrade(path, **how)
    return summary


@asynccontextmanager
async def demo_records(context: str) -> AsyncIterator[Store]:
    """Make a database with a few records of the demo's pods, and remove it when the block is left.

    Its folder is one of the demo's: if podboard is killed, the next demo sweeps it up.

    Args:
        context: The demo's.

    Raises:
        DemoError: There is no folder for temporary files.
    """
    from podboard.demo.folder import PrivateFolder

    folder = PrivateFolder()
    try:
        # Nothing of the demo is left in the person's keyring.
        async with open_records(folder.path / _FILE, keyring=False) as store:
            await store.add(_records(context))
            yield store
    finally:
        folder.remove()


def _records(context: str) -> list[Record]:
    from podboard.model.record import Record

    return [
        Record(
            name="web",
            pod_name="web-*",
            namespace="shop",
            context=context,
            labels={"team": "shop"},
            note="what customers see: a glob, since the pods of a Deployment change names",
        ),
        Record(
            name="postgres",
            pod_name="postgres-0",
            namespace="data",
            context=context,
            labels={"team": "data"},
            note="the primary: look twice before you type",
        ),
    ]
