"""Goes up the ladder without opening anything: every way into a pod, looked at step by step."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from msgspec.structs import replace

from podboard.errors import DatabaseError, NotApplicableError, PodboardError
from podboard.model.attempt import SSH, Attempt, Outcome
from podboard.model.checkup import Check, Result, Step, failed, summed_up

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from podboard.model.checkup import Checkup, Scope
    from podboard.model.record import Record
    from podboard.session.ladder import Ladder, Rung

_OF_RECORDS: Final = frozenset({"ws:record", "ws:token", SSH})
"""The methods that stand on a record."""


async def check_up(
    ladder: Ladder, scope: Scope, record: Record | None = None, *, record_alone: bool = False
) -> AsyncGenerator[Checkup, None]:
    """Look at the ways into a pod, side by side; tell of them in their order.

    Args:
        ladder: The ways.
        scope: What to look at.
        record: What to go by instead of what is kept about the pod; it need not be stored.
        record_alone: Whether to look only at that record's own ways.
    """
    trouble: DatabaseError | None = None
    if record is not None:
        # It may be a draft of one that is stored: no client that was made for that one counts.
        record = replace(record, id=uuid4().hex)
    elif scope.target.pod:
        try:
            record = await ladder.find_record(scope.target)
        except DatabaseError as error:
            trouble = error
    rungs = [rung for rung in ladder.rungs if not record_alone or rung.name in _OF_RECORDS]
    tasks = [asyncio.create_task(_examine(rung, scope, record, trouble)) for rung in rungs]
    try:
        for task in tasks:
            yield await task
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _examine(rung: Rung, scope: Scope, record: Record | None, trouble: DatabaseError | None) -> Checkup:
    """Look at one way.

    Args:
        trouble: Why it is not known whether there is a record.
    """
    began = time.monotonic()
    attempt = Attempt(rung.name, "", time.time(), 0.0, Outcome.TRYING)
    checks: list[Check] = []
    try:
        way = await rung.way(scope.target, record)
        await way.prepare()
        attempt = replace(attempt, endpoint=way.endpoint)
        checks = [check async for check in way.check(scope)]
    except NotApplicableError as error:
        if trouble is not None and rung.name in _OF_RECORDS:
            checks = [failed(Step.CONFIGURATION, trouble)]
        else:
            reason = str(error)
            if record is None and not scope.target.pod and rung.name in _OF_RECORDS:
                reason = "no pod or record was named"
            checks = [Check(Step.CONFIGURATION, Result.NOT_APPLICABLE, reason)]
    except PodboardError as error:
        checks = [failed(Step.CONFIGURATION, error)]
    return summed_up(replace(attempt, duration=time.monotonic() - began), tuple(checks))
