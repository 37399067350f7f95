"""The store, for commands that do one thing with it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from podboard.commands.database_flag import database_of
from podboard.records.store import open_store

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Callable

    from podboard.records.store import Store

Result = TypeVar("Result")


def in_store(options: argparse.Namespace, act: Callable[[Store], Awaitable[Result]]) -> Result:
    """Open the database that was named, do something with it, and close it; raises DatabaseError."""

    async def opened() -> Result:
        async with open_store(database_of(options)) as store:
            return await act(store)

    return asyncio.run(opened())
