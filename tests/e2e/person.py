"""A person at a terminal: tmux on a private socket, keys in, the screen out."""

from __future__ import annotations

import os
import secrets
import shlex
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import signal
    from collections.abc import Callable, Mapping, Sequence

PATIENCE = 20.0
"""Seconds after which what a person waits for counts as never coming."""

_POLL = 0.02


class Person:
    """Sits at a terminal of ``columns`` by ``rows`` that runs ``command``, then waits with its exit code.

    Args:
        environ: What the command's environment is, and nothing else.
    """

    def __init__(
        self, command: Sequence[str], environ: Mapping[str, str], columns: int = 120, rows: int = 40
    ) -> None:
        self._socket = f"podboard-test-{secrets.token_hex(6)}"
        script = f"{shlex.join(command)}; printf 'ENDED %s\\n' $?; exec env -i cat"
        variables = [f"{name}={value}" for name, value in environ.items()]
        self._tmux(
            "-f", "/dev/null", "new-session", "-d", "-s", "it", "-x", str(columns), "-y", str(rows),
            "env", "-i", *variables, "TERM=tmux-256color", "sh", "-c", script,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.walk_away()

    def walk_away(self) -> None:
        """Close the terminal, whatever runs in it."""
        subprocess.run(["tmux", "-L", self._socket, "kill-server"], check=False, capture_output=True)

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-L", self._socket, *arguments], check=True, capture_output=True, text=True, timeout=10
        )
        return done.stdout

    def type(self, text: str) -> None:
        """Type text, letter by letter and in one go."""
        self._tmux("send-keys", "-t", "it", "-l", "--", text)

    def press(self, *keys: str) -> None:
        """Press keys, by tmux's names: ``Enter``, ``C-]``, ``Escape``."""
        for key in keys:
            self._tmux("send-keys", "-t", "it", key)

    def tell(self, number: signal.Signals) -> None:
        """Send a signal to the command."""
        shell = self._tmux("display", "-p", "-t", "it", "#{pane_pid}").strip()
        (command,) = Path(f"/proc/{shell}/task/{shell}/children").read_text().split()
        os.kill(int(command), number)

    def resize(self, columns: int, rows: int) -> None:
        """Make the terminal another size."""
        self._tmux("resize-window", "-t", "it", "-x", str(columns), "-y", str(rows))

    def wipe(self) -> None:
        """Have the terminal as it was at first, and blank, as what else writes on it may leave it."""
        self._tmux("send-keys", "-R", "-t", "it")

    def screen(self, *, colours: bool = False) -> str:
        """What the terminal shows."""
        return self._tmux("capture-pane", "-p", "-t", "it", *(["-e", "-N"] if colours else []))

    def cursor(self) -> tuple[int, int, bool]:
        """Where the cursor is: column, row, and whether it is shown."""
        told = self._tmux("display", "-p", "-t", "it", "#{cursor_x} #{cursor_y} #{cursor_flag}").split()
        return int(told[0]), int(told[1]), told[2] == "1"

    def sees(self, *texts: str) -> str:
        """Wait until all of the texts are on the screen; returns the screen."""
        return self.until(lambda screen: all(text in screen for text in texts), " and ".join(texts))

    def no_longer_sees(self, text: str) -> str:
        """Wait until the text has gone."""
        return self.until(lambda screen: text not in screen, f"the going of {text}")

    def until(self, holds: Callable[[str], bool], what: str) -> str:
        """Wait until the screen is as it should be."""
        limit = time.monotonic() + PATIENCE
        while not holds(screen := self.screen()):
            if time.monotonic() > limit:
                msg = f"waited in vain for {what}; the screen shows:\n{screen}"
                raise AssertionError(msg)
            time.sleep(_POLL)
        return screen


def environment(home: Path, **more: str) -> dict[str, str]:
    """A person's environment with a home of its own."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "TMPDIR": str(home),
        **more,
    }


def wait_for(holds: Callable[[], bool], what: str) -> None:
    """Wait until something outside the terminal holds."""
    limit = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < limit, f"waited in vain for {what}"
        time.sleep(_POLL)


def processes_in(folder: Path) -> list[str]:
    """The command lines of the processes whose environment or arguments name ``folder``."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal() or int(entry.name) == os.getpid():
            continue
        try:
            told = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it has just ended
            continue
        if str(folder).encode() in told and "tmux" not in command:
            found.append(command)
    return found
