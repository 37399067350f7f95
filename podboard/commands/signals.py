"""Commands that come to an end in order when they are told to."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Coroutine

_ENDING: Final = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


async def until_signalled(work: Coroutine[None, None, int]) -> int:
    """Let signals end the work in order; return its result, or 128 and the signal's number."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None  # noqa: S101 - this runs in it
    ended_by: list[int] = []

    def end(number: int) -> None:
        ended_by.append(number)
        task.cancel()

    for number in _ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            loop.add_signal_handler(number, end, number)
    try:
        return await work
    except asyncio.CancelledError:
        if not ended_by:
            raise
        return 128 + ended_by[0]
