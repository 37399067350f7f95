"""What looks at a way step by step, whatever it goes over: names, connections, time limits."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from podboard.errors import PodboardError
from podboard.model.checkup import Check, Result, failed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from podboard.model.checkup import Step

    Look = Callable[[], Awaitable[Check]]

PATIENCE: Final = 5.0
"""Seconds for a step on the network."""

_NEXT_ADDRESS: Final = 0.25
"""Seconds until a host's next address is tried beside the first, as browsers do."""


async def in_turn(looks: Sequence[tuple[Step, Look]]) -> AsyncIterator[Check]:
    """Take steps one after another; behind one that fails, none is taken.

    Args:
        looks: Each takes one step; may raise PodboardError.
    """
    has_failed = False
    for step, look in looks:
        if has_failed:
            yield Check(step, Result.SKIPPED)
            continue
        began = time.monotonic()
        try:
            check = await look()
        except PodboardError as error:
            check = failed(step, error)
        has_failed = check.result is Result.FAILED
        yield replace(check, duration=time.monotonic() - began)


async def look_up(host: str, port: int) -> list[str]:
    """Return a name's addresses.

    Raises:
        TimeoutError: Nobody knew it in time.
        OSError: It has none.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[str]] = loop.create_future()

    def settle(addresses: list[str], error: OSError | None) -> None:
        if found.done():
            return
        if error is not None:
            found.set_exception(error)
        else:
            found.set_result(addresses)

    def ask() -> None:
        addresses, failure = [], None
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            addresses = list(dict.fromkeys(str(info[4][0]) for info in infos))
        except UnicodeError:
            failure = OSError("no name of a host")
        except OSError as error:
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, addresses, failure)

    # No thread of the pool: one that asks a dead server in vain would keep the process from ending.
    threading.Thread(target=ask, name="look-up", daemon=True).start()
    async with asyncio.timeout(PATIENCE):
        return await found


def is_address(host: str) -> bool:
    """Whether this is no name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


async def connect(host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a connection; raises OSError, TimeoutError where nobody answers in time."""
    async with asyncio.timeout(PATIENCE):
        return await asyncio.open_connection(host, port, happy_eyeballs_delay=_NEXT_ADDRESS)
