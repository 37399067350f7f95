"""Waiting for the thing itself, never for time to pass."""

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Return as soon as a condition holds; fail with its name when it does not in time."""
    try:
        async with asyncio.timeout(seconds):
            while not condition():  # noqa: ASYNC110 - a condition of any kind tells nobody
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(f"did not come true within {seconds} s: {condition.__qualname__}") from None
