"""What one terminal with a full scrollback takes: prints megabytes. Run as ``python -m bench.memory``."""

from __future__ import annotations

from pathlib import Path

from bench.streams import stream
from podboard.model.size import Size
from podboard.vt.screen import Screen


def resident() -> int:
    """Bytes this process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


if __name__ == "__main__":
    lines = (" ".join(["0123456789"] * 11) + "\r\n").encode() * 12_000
    Screen(Size(120, 40)).feed(stream("plain", 1 << 20))
    before = resident()
    screen = Screen(Size(120, 40))
    for start in range(0, len(lines), 16384):
        screen.feed(lines[start : start + 16384])
    screen.update()
    assert screen.scrollback >= 10_000, screen.scrollback
    print((resident() - before) / 1e6)
