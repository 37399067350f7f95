"""What a whole new frame costs in process: prints milliseconds. Run as ``python -m bench.frame``."""

from __future__ import annotations

import statistics
import time

from rich.color import ColorSystem

from bench.streams import stream
from podboard.model.size import Size
from podboard.ui.line.differ import Abilities
from podboard.ui.line.shadow import Shadow
from podboard.ui.look import Look
from podboard.vt.screen import Screen

if __name__ == "__main__":
    size = Size(200, 50)
    screen, look, shadow = Screen(size), Look(), Shadow(size, Abilities())
    shadow.write("\x1b[?1049h")
    text = stream("plain", 1 << 20).replace(b"\n", b"\r\n")
    costs = []
    for start in range(0, len(text) - 16384, 16384):
        screen.feed(text[start : start + 16384])
        started = time.perf_counter()
        for row in screen.update():
            shadow.grid.draw(row, 0, look.draw(screen.rows[row]), ColorSystem.TRUECOLOR)
        shadow.change()
        costs.append(time.perf_counter() - started)
    print(statistics.median(costs) * 1000)
