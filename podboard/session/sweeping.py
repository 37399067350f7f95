"""Hangs up what a podboard that was killed, or had no connection, has left in pods."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from podboard.errors import PodboardError
from podboard.model.attempt import SSH
from podboard.model.text import one_line
from podboard.session.climber import Climber
from podboard.session.ladder import Ladder
from podboard.session.leaving import Guest, hang_up, hang_up_request
from podboard.session.own_process import is_gone

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podboard.model.shell import Shell

log = logging.getLogger(__name__)

_PATIENCE: Final = 30.0
"""Seconds for one shell: more than one way may be tried."""


def leftovers(shells: Iterable[Shell]) -> list[Shell]:
    """Return those nobody looks after: the podboard that did has given up, or ended without a word."""
    return [shell for shell in shells if not shell.owner or is_gone(shell.owner)]


async def sweep(ladder: Ladder, shells: Iterable[Shell]) -> None:
    """Hang up leftovers in the background, and ask nobody anything for it.

    What only SSH reaches waits until somebody opens a terminal there, or clears it by hand.
    """
    quiet = Ladder([rung for rung in ladder.rungs if rung.name != SSH], ladder.find_record)
    for shell in shells:
        target = ladder.leaver.take_over(shell)
        if trouble := await clear(quiet, Guest(shell.marker, target, None)):
            ladder.leaver.stays(shell.marker, trouble)
        else:
            ladder.leaver.gone(shell.marker)


async def clear(ladder: Ladder, guest: Guest) -> str:
    """Hang up a shell by whatever way leads there; returns why that was not possible, or nothing."""
    climber = Climber(ladder, lambda: None, lambda _, text: log.info("%s: %s", guest.target, one_line(text)))
    try:
        async with asyncio.timeout(_PATIENCE):
            channel = await climber.climb(hang_up_request(guest))
            if channel is None:
                told = climber.told
                return "" if climber.is_gone else told.sentence if told is not None else "no way leads there"
            left = await hang_up(channel)
    except TimeoutError:
        return f"no answer within {_PATIENCE:.0f} s"
    except PodboardError as error:
        return error.message
    return f"{left} of its processes did not end" if left else ""
