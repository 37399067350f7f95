"""What a whole new frame costs in process: prints milliseconds. Run as ``python -m bench.frame``."""

from __future__ import annotations

import statistics
import time

from rich.console import Console

from bench.streams import stream
from podboard.model.size import Size
from podboard.ui.look import Look
from podboard.vt.screen import Screen

if __name__ == "__main__":
    screen, look = Screen(Size(200, 50)), Look()
    console = Console(force_terminal=True, color_system="truecolor")
    text = stream("plain", 1 << 20).replace(b"\n", b"\r\n")
    costs = []
    for start in range(0, len(text) - 16384, 16384):
        screen.feed(text[start : start + 16384])
        started = time.perf_counter()
        for row in screen.update():
            look.strip(screen.rows[row]).render(console)
        costs.append(time.perf_counter() - started)
    print(statistics.median(costs) * 1000)
