"""How ``podboard doctor`` goes: what is meant, the ladder, the telling."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from contextlib import aclosing
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from podboard.commands.database_flag import has_database
from podboard.commands.doctor_text import Style, block, checkup_document, last_line
from podboard.commands.in_terminal import InTerminal
from podboard.commands.output import document, emit
from podboard.commands.signals import until_signalled
from podboard.errors import PodboardError, RecordError, UsageError
from podboard.model.checkup import Scope
from podboard.model.names import checked_container, checked_namespace, checked_pod
from podboard.model.target import Target
from podboard.model.text import one_line
from podboard.records.store import open_store
from podboard.session.doctor import check_up
from podboard.session.own_terminal import terminal_name
from podboard.session.targets import target_of
from podboard.wiring import open_ways

if TYPE_CHECKING:
    from pathlib import Path

    from podboard.model.checkup import Checkup
    from podboard.model.overrides import Overrides
    from podboard.model.record import Record
    from podboard.wiring import Ways

_INPUT: Final = 0
_NARROWEST: Final = 40
_DEFAULT_NAMESPACE: Final = "default"


class Wish(Struct, frozen=True):
    """What the command line asks for.

    Attributes:
        pod: ``POD`` or ``NAMESPACE/POD``; empty for none.
        container: Empty for the default one.
        record: Its name; None for the one that fits the pod.
        with_exec: Whether a command that does nothing may be run in the pod.
        output: ``table`` or ``json``.
    """

    pod: str
    container: str
    record: str | None
    with_exec: bool
    output: str


def look(overrides: Overrides, database: Path, wish: Wish) -> int:
    """Look at every way, and tell of it.

    Args:
        overrides: What the flags say of the cluster.
        database: Where records are.
        wish: What else they say.

    Returns:
        0 where some way works, else 1; 128 and its number where a signal ended it.

    Raises:
        UsageError: The command line asks for something impossible.
        PodboardError: The configuration or the named record cannot be read.
    """
    overrides, pod = _place(overrides, wish)
    if wish.record is not None and not has_database(database):  # to look makes no database
        raise _no_record(wish.record)
    return asyncio.run(until_signalled(_look(overrides, database, wish, pod)))


def _place(overrides: Overrides, wish: Wish) -> tuple[Overrides, str]:
    """Return the flags with the namespace that was named with the pod, and the pod."""
    namespace, slash, pod = wish.pod.rpartition("/")
    if slash and overrides.namespace and namespace != overrides.namespace:
        raise UsageError(
            f"{one_line(wish.pod, 80)} is not in the namespace {one_line(overrides.namespace, 80)}",
            "name the namespace once",
        )
    if not wish.pod and wish.record is None and (wish.container or wish.with_exec):
        raise UsageError(f"{'--exec' if wish.with_exec else '--container'} needs a pod", "name one")
    overrides = replace(overrides, namespace=namespace) if slash else overrides
    if overrides.namespace or slash:
        checked_namespace(overrides.namespace)
    if wish.container:
        checked_container(wish.container)
    return overrides, checked_pod(pod) if wish.pod else ""


async def _look(overrides: Overrides, database: Path, wish: Wish, pod: str) -> int:
    record = await _named_record(database, wish.record) if wish.record is not None else None
    async with (
        InTerminal(database, terminal_name((_INPUT,))) as person,
        open_ways(overrides, person.services) as ways,
    ):
        alone = record if not pod else None
        namespace = overrides.namespace or await _namespace(ways, alone)
        target = Target(checked_namespace(namespace), pod, wish.container)
        if alone is not None:
            target = _named_by(alone, target, wish)
        scope = Scope(target, wish.with_exec)
        found: list[Checkup] = []
        async with aclosing(check_up(ways.ladder, scope, record, record_alone=alone is not None)) as checkups:
            async for checkup in checkups:
                found.append(checkup)
                if wish.output == "table":
                    async with person.turn:  # not into a question
                        emit(block(checkup, _style()))
        if wish.output == "table":
            emit(last_line(found, scope.target, _style()))
        else:
            emit(document(checkup_document(found, scope.target, await ways.context(), record), "json"))
    return 0 if any(checkup.works for checkup in found) else 1


async def _named_record(database: Path, name: str) -> Record:
    async with open_store(database) as store:
        try:
            return await store.record(name)
        except RecordError as error:
            raise _no_record(name) from error


def _no_record(name: str) -> UsageError:
    return UsageError(f'there is no record "{one_line(name, 80)}"', "see podboard records list")


def _named_by(record: Record, target: Target, wish: Wish) -> Target:
    """Return the pod that a record names in a namespace, if it names one alone; else the namespace."""
    named = target_of(record)
    if named.pod and named.namespace == target.namespace:
        return replace(named, container=target.container or named.container)
    if wish.with_exec or wish.container:
        raise UsageError(
            f'the record "{one_line(record.name, 80)}" names no single pod of {target.namespace}',
            f"{'--exec' if wish.with_exec else '--container'} needs one: name it",
        )
    return target


async def _namespace(ways: Ways, record: Record | None) -> str:
    """Return the namespace that is meant where none was named."""
    if record is not None and record.namespace is not None:
        return record.namespace
    try:
        return (await ways.client()).access.namespace
    except PodboardError:
        return _DEFAULT_NAMESPACE


def _style() -> Style:
    """Return how to write for whoever reads: a terminal breaks lines and may have colours."""
    if sys.stdout is None or not sys.stdout.isatty():
        return Style(None, has_colours=False)
    dull = "NO_COLOR" in os.environ or os.environ.get("TERM", "") in ("", "dumb")
    return Style(max(shutil.get_terminal_size().columns, _NARROWEST), has_colours=not dull)
