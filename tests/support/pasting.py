"""A program in a pod that says what was pasted into it."""

import hashlib

from podboard.session.terminal import Terminal
from podboard.vt.paste import END, START
from tests.support.waiting import until

SIZE = 16 << 20
_LINE = "some text, gr\u00fc\u00dfe, \u65e5\u672c \U0001f469\u200d\U0001f469 and a tab\t.\n"
TEXT = (_LINE * (SIZE // len(_LINE.encode()) + 1)).encode()[:SIZE].decode(errors="ignore")
"""16 MiB of lines, all but a character."""

PATIENCE = 50.0
"""Seconds for all of it on a busy machine."""


def seen(terminal: Terminal) -> str:
    """What is on the screen."""
    terminal.screen.update()
    return "\n".join("".join(run.text for run in row) for row in terminal.screen.rows)


async def sum_of_paste(terminal: Terminal, *, bracketed: bool) -> tuple[str, str]:
    """Paste it into a program in a shell that stands; returns the sums of what came and of what should.

    Args:
        bracketed: Whether the program asks for pastes to be marked.
    """
    expected = START + TEXT.encode() + END if bracketed else TEXT.replace("\n", "\r").encode()
    mode = "h" if bracketed else "l"
    reads = f"head -c {len(expected)} | sha256sum"
    terminal.write(f"stty raw -echo; printf '\\033[?2004{mode}rea''dy'; {reads}; stty sane\r".encode())
    await until(lambda: "ready" in seen(terminal))
    assert terminal.screen.bracketed_paste == bracketed
    terminal.paste(TEXT)
    await until(lambda: "  -" in seen(terminal), PATIENCE)
    line = next(line for line in seen(terminal).splitlines() if "  -" in line)
    return line.rpartition("  -")[0][-64:], hashlib.sha256(expected).hexdigest()
