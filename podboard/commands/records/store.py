"""The store, for commands that do one thing with it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from podboard.commands.database_flag import database_of, has_database
from podboard.commands.output import harmless, note
from podboard.records.store import empty_store, open_store

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Callable

    from podboard.records.store import Store

Result = TypeVar("Result")


def in_store(
    options: argparse.Namespace, act: Callable[[Store], Awaitable[Result]], *, creates: bool = False
) -> Result:
    """Open the database that was named, do something with it, and close it.

    Args:
        options: They name it.
        act: Has an empty store for the moment where there is no database: to look for something, perhaps
            under a mistyped path, makes none.
        creates: Whether there shall be one from now on.

    Raises:
        DatabaseError: It cannot be used.
    """

    async def opened() -> Result:
        path = database_of(options)
        if creates or has_database(path):
            async with open_store(path) as store:
                return await act(store)
        note(f"there is no database {harmless(str(path))} yet")
        async with empty_store() as store:
            return await act(store)

    return asyncio.run(opened())
