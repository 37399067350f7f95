"""How long podboard holds its event loop after the first frame, in CPU time.

Run in a terminal as ``python -m bench.blocks FILE SECONDS``: shows the demo for some seconds and
writes the longest turn into FILE.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

from podboard.cli import main

_run = asyncio.events.Handle._run
_longest: dict[str, Any] = {"ms": 0.0, "what": "", "turns": 0}
_counting = False


def _timed(handle: asyncio.Handle) -> None:
    started = time.thread_time()
    _run(handle)
    spent = (time.thread_time() - started) * 1000
    if _counting:
        _longest["turns"] += 1
        if spent > _longest["ms"]:
            _longest.update(ms=spent, what=repr(handle)[:300])


def _watch(result: Path, seconds: float) -> None:
    from podboard.ui.app import PodboardApp

    serve = PodboardApp._serve

    async def served(app: PodboardApp, *arguments: Any) -> None:
        global _counting  # noqa: PLW0603 - one process, one measure
        _counting = True
        asyncio.get_running_loop().call_later(seconds, ended, app)
        await serve(app, *arguments)

    def ended(app: PodboardApp) -> None:
        result.write_text(json.dumps(_longest))
        app.exit()

    PodboardApp._serve = served  # type: ignore[method-assign]


if __name__ == "__main__":
    asyncio.events.Handle._run = _timed  # type: ignore[method-assign]
    _watch(Path(sys.argv[1]), float(sys.argv[2]))
    sys.exit(main(["demo"]))
