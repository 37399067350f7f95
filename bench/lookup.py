"""What it takes to find the record of each of many pods: prints milliseconds.

Run as ``python -m bench.lookup DATABASE PODS``: opens the store, reads what records say of pods and looks
up pods that have a record each.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from podboard.records.store import open_store


async def measure(database: Path, pods: int) -> float:
    """Return seconds."""
    names = [f"web-{number}" for number in range(pods)]
    started = time.perf_counter()
    async with open_store(database) as store:
        resolver = await store.resolver()
        found = [resolver.find(name, "coding", "main", "prod") for name in names]
        taken = time.perf_counter() - started
    assert None not in found
    return taken


if __name__ == "__main__":
    print(asyncio.run(measure(Path(sys.argv[1]), int(sys.argv[2]))) * 1000)
