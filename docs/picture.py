"""Makes ``docs/board.svg``: podboard on its embedded cluster, as it draws itself. Run by ``make picture``."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from podboard.demo.cluster import DemoCluster
from podboard.model.overrides import Overrides
from podboard.ui.app import PodboardApp
from podboard.wiring import open_cluster

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from podboard.session.cluster import Cluster

PICTURE = Path(__file__).with_name("board.svg")
SIZE = (156, 30)


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something on the screen, ten seconds at most."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - the screen tells nobody
            await asyncio.sleep(0.02)


async def main() -> None:
    """Open a terminal beside the list, run something in it, and keep the picture."""
    async with DemoCluster() as demo:

        @asynccontextmanager
        async def connect() -> AsyncIterator[Cluster]:
            flags = Overrides(kubeconfig=str(demo.kubeconfig))
            async with open_cluster(flags, all_namespaces=True) as cluster:
                yield cluster

        app = PodboardApp(connect, "podboard-demo", warning="these shells run on this machine")
        async with app.run_test(size=SIZE) as pilot:
            board = app.board
            await until(lambda: "web-" in str(board._box.list._view and board._box.list._view.keys))  # noqa: SLF001
            await pilot.press("slash", *"web", "enter", "space", "space", "enter")
            await until(lambda: len(board._area.panes) == 2)  # noqa: PLR2004, SLF001 - the two just marked
            pane = board._area.panes[0]  # noqa: SLF001

            def shown() -> str:
                pane.paint()
                return "".join(run.text for row in pane.terminal.screen.rows for run in row)

            await until(lambda: "~$" in shown())
            pane.send_text("head -n 12 app.py\r")
            await until(lambda: "do_GET" in shown())
            await pilot.press("ctrl+right_square_bracket", "l", "escape")
            await pilot.pause()
            PICTURE.write_text(_plain(app.export_screenshot(title="podboard")), encoding="utf-8")


def _plain(svg: str) -> str:
    """Leave out the fonts, which would be fetched from elsewhere, and the comment on the library."""
    return re.sub(r"@font-face \{[^}]*\}\s*|<!--.*?-->\s*", "", svg)


if __name__ == "__main__":
    asyncio.run(main())
