"""``podboard history --leftovers``: what is left in pods, and away with it."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from itertools import groupby
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from podboard.commands.database_flag import database_of
from podboard.commands.flags import overrides
from podboard.commands.in_terminal import InTerminal
from podboard.commands.output import document, emit, note, table
from podboard.commands.records.store import in_store
from podboard.commands.signals import until_signalled
from podboard.model.target import Target
from podboard.model.text import one_line
from podboard.records.store import open_store
from podboard.session.leaving import Guest
from podboard.session.own_process import is_gone
from podboard.session.own_terminal import terminal_name
from podboard.session.sweeping import clear, leftovers
from podboard.wiring import open_ways

if TYPE_CHECKING:
    import argparse
    from collections.abc import AsyncGenerator, Sequence

    from podboard.model.record import Json
    from podboard.model.shell import Shell
    from podboard.records.store import Store

_COLUMNS: Final = ("STARTED", "CONTEXT", "NAMESPACE", "POD", "CONTAINER", "WHY")
_INPUT: Final = 0


def show(options: argparse.Namespace) -> int:
    """Show what is left."""
    shells = in_store(options, _left)
    if options.output != "table":
        emit(document([_document(shell) for shell in shells], options.output))
    elif shells:
        emit(table(_COLUMNS, map(_row, shells)))
    else:
        note("nothing is left in pods")
    return 0


def forget(options: argparse.Namespace) -> int:
    """Strike it off the list."""

    async def strike(store: Store) -> int:
        shells = await _left(store)
        await store.forget_shells(*(shell.marker for shell in shells))
        return len(shells)

    note(f"{in_store(options, strike)} forgotten")
    return 0


def clear_them(options: argparse.Namespace) -> int:
    """Hang up what is left; returns 1 where that was not possible."""
    return asyncio.run(until_signalled(_clear(options)))


async def _clear(options: argparse.Namespace) -> int:
    remaining = 0
    async with open_store(database_of(options)) as store:
        shells = await _left(store)
        if not shells:
            note("nothing is left in pods")
        async with aclosing(_cleared(options, shells)) as cleared:
            async for shell, trouble in cleared:
                if trouble:
                    remaining += 1
                    await store.put_shell(replace(shell, owner="", trouble=trouble))
                else:
                    await store.forget_shells(shell.marker)
                note(f"{_where(shell)}: {one_line(trouble) if trouble else 'hung up'}")
    return 1 if remaining else 0


async def _cleared(
    options: argparse.Namespace, shells: Sequence[Shell]
) -> AsyncGenerator[tuple[Shell, str], None]:
    """Hang up each, and tell why that was not possible, or nothing."""
    given = overrides(options)
    async with InTerminal(database_of(options), terminal_name((_INPUT,))) as person:
        for context, some in groupby(sorted(shells, key=lambda shell: shell.context), _context):
            cluster = replace(given, context=context) if context and not given.context else given
            async with open_ways(cluster, person.services) as ways:
                for shell in some:
                    target = Target(shell.namespace, shell.pod_name, shell.container)
                    yield shell, await clear(ways.ladder, Guest(shell.marker, target, None))


async def _left(store: Store) -> list[Shell]:
    return leftovers(await store.shells())


def _context(shell: Shell) -> str:
    return shell.context


def _where(shell: Shell) -> str:
    return str(Target(shell.namespace, shell.pod_name, shell.container))


def _why(shell: Shell) -> str:
    if shell.trouble is not None:
        return one_line(shell.trouble)
    return "the podboard that opened it was killed" if is_gone(shell.owner) else ""


def _row(shell: Shell) -> list[str]:
    return [
        shell.started_at.partition(".")[0] + "Z",
        shell.context,
        shell.namespace,
        shell.pod_name,
        shell.container,
        _why(shell),
    ]


def _document(shell: Shell) -> Json:
    return {
        "started_at": shell.started_at,
        "context": shell.context,
        "namespace": shell.namespace,
        "pod_name": shell.pod_name,
        "container": shell.container,
        "why": _why(shell),
    }
