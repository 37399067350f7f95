"""Records the sessions that the terminals are compared by: ``python -m tests.differential.record [NAME...]``.

Programs run in namespaces of their own (Linux, as root), so that no recording tells of the machine it was
made on. A recording is what the program wrote, in one piece, compressed.
"""

# ruff: noqa: E501 - scripts are left as they run

from __future__ import annotations

import fcntl
import gzip
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from typing import TYPE_CHECKING, NamedTuple

from podboard.vt.screen import Screen
from tests.differential.sessions import FOLDER, SIZES

if TYPE_CHECKING:
    from podboard.model.size import Size

QUIET = 0.4
"""Seconds without output after which a program is taken to wait for a key."""

_ENTER = """
set -e
hostname pod
mount -t tmpfs none /home
mkdir -p /home/dev/src /home/dev/docs /home/dev/.config
cd /home/dev
for n in $(seq 1 60); do echo "line $n of a text that is read, with some words to wrap: $(seq -s ' ' 1 $n)"; done > docs/long.txt
for n in $(seq 31 37); do printf '\\033[1;%dmcolour %d\\033[0m plain \\033[7mreverse\\033[0m \\033[4munderlined\\033[0m\\n' $n $n; done > docs/colours.txt
printf '日本語のテキスト\\n한국어 텍스트\\n👍 ünïcödé e\\314\\201\\n' >> docs/colours.txt
cat docs/long.txt >> docs/colours.txt
printf '#include <stdio.h>\\n\\n/* Says hello. */\\nint main(void) {\\n\\tfor (int i = 0; i < 10; i++) {\\n\\t\\tprintf("hello %%d\\\\n", i);\\n\\t}\\n\\treturn 0;\\n}\\n' > src/hello.c
touch src/a.c src/b.h docs/README .config/x
exec env -i HOME=/home/dev PATH=/usr/bin:/bin TERM=xterm-256color COLORTERM=truecolor LANG=C.UTF-8 SHELL=/bin/sh PS1='$ ' """


class Session(NamedTuple):
    """What is run, and what is typed into it, one entry after the other has had its effect."""

    command: str
    keys: tuple[str, ...]


SESSIONS = {
    "vim": Session(
        "vim -u NONE -N src/hello.c",
        (
            ":syntax on\r", ":set number ruler showcmd incsearch hlsearch\r", "jjj", "/print\r", "n",
            'oputs("日本語 and a long line that will have to wrap around the edge of the screen, twice");\x1b',
            "Vjj", "\x1b", "ggyG3p", "\x06", "\x02", ":split docs/long.txt\r", "\x06\x06", "\x17w", "G", "dd",
            "5ix\x1b", "u", ":vsplit\r", ":help\r", "\x04", ":qall!\r",
        ),
    ),
    "htop": Session(
        "sh -c 'sleep 100 & sleep 200 & yes >/dev/null & exec htop --delay=5'",
        ("", "", "j", "j", "t", "", "H", "", "/sleep\r", "\x1bOQ", "\x1b[B", "\x1b[C", "\x1b", "", "q"),
    ),
    "less": Session("less -R docs/colours.txt", (" ", " ", "b", "/text\r", "n", "G", "g", "-S\r", "\x1b[C", "j", "k", "q")),
    "tmux": Session(
        "tmux -u -f /dev/null new-session 'exec sh' \\; set -g status-right pod",
        (
            "ls -l /home/dev/src | cut -c1-10\r", "\x02%", "cat docs/colours.txt\r", '\x02"', "seq 1 200\r",
            "\x02o", "\x02[", "\x1b[5~", "q", "\x02z", "\x02z", "\x02 ", "\x02c", "vim -u NONE src/hello.c\r",
            ":q\r", "\x02n", "\x02w", "q", "\x02?", "q", "\x02:kill-server\r",
        ),
    ),
    "mc": Session(
        "mc -u -b docs src", ("", "\x1b[B", "\t", "\x1b[B\x1b[B", "\x1bOR", "\x1b[6~", "\x1b[21~", "\x1b[20~", "\x1b[C", "\x1b\x1b", "\x1b[15~", "\x1b\x1b", "\x1b[21~", "\r"),
    ),
    "mc in colour": Session(
        "mc -u docs src", ("", "\x1b[B", "\t", "\x1b[B\x1b[B", "\x1bOR", "\x1b[6~", "\x1b[21~", "\x1b[20~", "\x1b[C", "\x1b\x1b", "\x1b[15~", "\x1b\x1b", "\x1b[21~", "\r"),
    ),
    "dialog": Session(
        "sh -c \"dialog --menu 'Which one?' 15 50 5 a first b second c third; "
        "dialog --checklist 'Which ones?' 15 50 5 a first on b second off c third on; "
        "dialog --backtitle back --title title --yesno 'A question?' 7 40; "
        "(for n in 0 20 40 60 80 100; do echo $n; sleep 0.1; done) | dialog --gauge working 8 50; "
        "dialog --msgbox 'ünïcödé 日本語' 8 40\"",
        ("\x1b[B", "\x1b[B", "\r", " ", "\x1b[B ", "\r", "\t", "\r", "\r"),
    ),
}  # fmt: skip


def record(session: Session, size: Size) -> bytes:
    """Run the program in a terminal of ``size``; returns all that it wrote."""
    pid, master = pty.fork()
    if pid == 0:
        inner = f"{_ENTER} {session.command}"
        os.execvp("unshare", ["unshare", "-pufm", "--mount-proc", "sh", "-c", inner])  # noqa: S606 - no shell
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", size.rows, size.columns, 0, 0))
    screen = Screen(size)
    output = _read(master, screen)
    for keys in session.keys:
        try:
            os.write(master, keys.encode())
        except OSError:
            break
        output += _read(master, screen)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(master)
    return output


def _read(master: int, screen: Screen) -> bytes:
    """What the program writes until it is quiet, for two seconds at most; its questions are answered."""
    pieces = []
    limit = time.monotonic() + 2
    while time.monotonic() < limit and select.select([master], [], [], QUIET)[0]:
        try:
            data = os.read(master, 1 << 16)
        except OSError:  # it has ended
            break
        screen.feed(data)
        if replies := screen.take_replies():
            os.write(master, replies)
        pieces.append(data)
    return b"".join(pieces)


def main(names: list[str]) -> None:
    """Record the sessions of these names, or all."""
    for name in names or SESSIONS:
        data = record(SESSIONS[name], SIZES[name])
        path = FOLDER / f"{name.replace(' ', '-')}.gz"
        path.write_bytes(gzip.compress(data, mtime=0))
        sys.stdout.write(f"{path.name}: {len(data)} bytes, {path.stat().st_size} compressed\n")


if __name__ == "__main__":
    main(sys.argv[1:])
