"""One terminal in a pod as it lives: the ways in, the channel, the screen, the end."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from podboard.errors import PodboardError
from podboard.model.attempt import SETUP_FAILED, Attempt, Outcome
from podboard.model.badge import Badge, TerminalState
from podboard.model.ending import EndingKind, failed
from podboard.model.text import one_line
from podboard.session.pump import Pump, Source, Turns
from podboard.vt.screen import Screen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podboard.model.ending import Ending
    from podboard.model.size import Size
    from podboard.model.target import Target

log = logging.getLogger(__name__)

SLICE: Final = 16 * 1024
"""Bytes fed to the core at a time, so that one large message cannot hold the event loop."""

_LOG_LINES: Final = 500

# What a program that was cut off may have left behind, ended or undone one by one: the core knows no
# soft reset.
_END_STRING: Final = b"\x18\x1b\\"
_LEAVE_ALTERNATE: Final = b"\x1b[?1049l"
_TIDY: Final = (
    b"\x0f\x1b(B"  # character sets
    b"\x1b7\x1b[?69l\x1b[r\x1b8"  # margins, which take the cursor home
    b"\x1b[4;20l\x1b[?7h"  # what a character does to its line
    b"\x1b[?9;1000;1002;1003;1004;2004;2026l"  # mouse and focus reports, bracketed paste, held screen
    b"\x1b[?1;66l\x1b[<99u\x1b[>4;0m"  # keys
    b"\x1b[0m\x1b[0 q\x1b[?25h"  # colours and cursor
)


class Channel(Source, Protocol):
    """A stream into a running container, opened by a way in; its last event is ``Ended``."""

    def write_nowait(self, data: bytes) -> bool:
        """Send a little input at once; False where it has to be written in turn."""
        ...

    async def write(self, data: bytes) -> None:
        """Send input; returns when it is on its way."""
        ...

    async def resize(self, size: Size) -> None:
        """Tell the container the terminal's size."""
        ...

    async def close(self) -> None:
        """Let go of the connection; safe to call at any time."""
        ...


class Rung(Protocol):
    """One way into a pod."""

    @property
    def name(self) -> str:
        """As badges and logs have it: ``ws:kubeconfig``."""
        ...

    @property
    def endpoint(self) -> str:
        """The server it goes to."""
        ...

    async def open(self, target: Target, size: Size) -> Channel:
        """Open a shell.

        Raises:
            PodboardError: It did not work; the message and the hint say why.
        """
        ...


class Listener(Protocol):
    """Who shows a terminal."""

    def on_output(self) -> None:
        """The screen may look different; called at most once a turn of the event loop."""
        ...

    def on_change(self) -> None:
        """The badge, the title, the bell, the attempts or the log changed."""
        ...


class LogLine(NamedTuple):
    """One line of a terminal's own log; ``at`` in seconds since 1970."""

    at: float
    level: int
    text: str


class Terminal:
    """A shell in a container, from the first attempt to its end, and again if the person asks.

    Args:
        rungs: The ways in, in the order they are tried.
        size: The size of the screen, which the container is told.
        scrollback: Lines kept above the screen.
        turns: Shared by all terminals, so that those nobody looks at read one after another.

    Attributes:
        attempts: Every try so far, in order.
        ending: How the last shell ended; None while there is one.
        opened: When the present shell was opened, in seconds since 1970.
        shown: Whether somebody looks at it now.
        unseen: Whether there was output since somebody last looked.
        lines: What happened, for the diagnostics panel.
        received: Bytes that came from its shells so far.
        sent: Bytes that went to them.
    """

    def __init__(
        self,
        target: Target,
        rungs: Sequence[Rung],
        size: Size,
        *,
        scrollback: int = 10_000,
        turns: Turns | None = None,
    ) -> None:
        self.target = target
        self.screen = Screen(size, scrollback)
        self.badge = Badge(TerminalState.CONNECTING)
        self.attempts: list[Attempt] = []
        self.ending: Ending | None = None
        self.opened = 0.0
        self.shown = False
        self.unseen = False
        self.lines: deque[LogLine] = deque(maxlen=_LOG_LINES)
        self.received = 0
        self.sent = 0
        self._rungs = tuple(rungs)
        self._turns = turns or Turns()
        self._channel: Channel | None = None
        self._listener: Listener | None = None
        self._input = bytearray()
        self._signs = ("", 0, False)
        self._has_input = asyncio.Event()
        self._has_size = asyncio.Event()

    def attach(self, listener: Listener) -> None:
        """Tell ``listener`` from now on what happens."""
        self._listener = listener

    # -- what a person does -----------------------------------------------------------------

    def write(self, data: bytes) -> None:
        """Send input to the shell, after all that was sent before; what comes too early waits for it."""
        if self.badge.state in (TerminalState.CLOSED, TerminalState.FAILED):
            return
        if self._channel is not None and not self._input and self._channel.write_nowait(data):
            self.sent += len(data)
            return
        self._input += data
        self._has_input.set()

    def resize(self, size: Size) -> None:
        """Change the size of the screen; the container hears of the last of many changes."""
        if size != self.screen.size:
            self.screen.resize(size)
            self._has_size.set()

    # -- its life ---------------------------------------------------------------------------

    async def run(self) -> None:
        """Open a shell and serve it until it ends. May be called again once it has."""
        again = self.ending is not None
        self._become(TerminalState.RECONNECTING if again else TerminalState.CONNECTING)
        self.ending = None
        channel = await self._climb()
        if channel is None:
            return
        if again:
            self._draw_line("new shell")
        senders = [
            asyncio.create_task(self._send_input(channel)),
            asyncio.create_task(self._send_sizes(channel)),
        ]
        pump = Pump(channel, self._feed, self._say_output, lambda: self.shown, self._turns)
        try:
            ending = await pump.run()
        finally:
            self._channel = None
            for sender in senders:
                sender.cancel()
            await asyncio.gather(*senders, return_exceptions=True)
            await channel.close()
        self._end(ending)

    def fail(self, sentence: str, hint: str = "") -> None:
        """End it because podboard itself cannot go on."""
        self._end(failed(sentence, hint))

    async def _climb(self) -> Channel | None:
        for rung in self._rungs:
            self.badge = Badge(self.badge.state, rung.name)
            self._note(logging.INFO, f"{rung.name}: connecting to {rung.endpoint}")
            started, clock = time.time(), time.monotonic()
            size = self.screen.size
            try:
                channel = await rung.open(self.target, size)
            except PodboardError as error:
                status = getattr(error, "status", None)
                outcome, sentence, hint = Outcome.FAILED, error.message, error.hint
                self._note(logging.ERROR, f"{SETUP_FAILED}: {self.target}: {rung.name}: {sentence}")
            else:
                status, outcome, sentence, hint = None, Outcome.OPENED, "", ""
            duration = time.monotonic() - clock
            self.attempts.append(
                Attempt(rung.name, rung.endpoint, started, duration, outcome, status, sentence, hint)
            )
            if outcome is Outcome.OPENED:
                if self.screen.size == size:
                    self._has_size.clear()
                self.opened = time.time()
                self._note(logging.INFO, f"{rung.name}: open after {duration:.2f} s")
                self._become(TerminalState.OPEN)
                return channel
        last = self.attempts[-1]
        self._end(failed(last.sentence, last.hint))
        return None

    def _feed(self, data: bytes) -> None:
        screen = self.screen
        self.received += len(data)
        if len(data) <= SLICE:
            screen.feed(data)
        else:
            for start in range(0, len(data), SLICE):
                screen.feed(data[start : start + SLICE])
        if replies := screen.take_replies():
            self.write(replies)

    def _say_output(self) -> None:
        signs = (self.screen.title, self.screen.bells, self.unseen or not self.shown)
        if signs != self._signs:
            self._signs = signs
            self.unseen = signs[-1]
            self._changed()
        if self._listener is not None:
            self._listener.on_output()

    async def _send_input(self, channel: Channel) -> None:
        while True:
            # Only while nothing waits here may input take the short way.
            self._channel = channel if not self._input else None
            await self._has_input.wait()
            self._has_input.clear()
            self._channel = None
            data = bytes(self._input)
            self._input.clear()
            await channel.write(data)
            self.sent += len(data)

    async def _send_sizes(self, channel: Channel) -> None:
        # Beside the input: a program that does not read holds input back, but not its size.
        while True:
            await self._has_size.wait()
            self._has_size.clear()
            await channel.resize(self.screen.size)

    # -- how it stands ----------------------------------------------------------------------

    def _end(self, ending: Ending) -> None:
        self.ending = ending
        self._input.clear()
        failure = ending.kind is EndingKind.FAILED
        self._note(logging.WARNING if failure else logging.INFO, ending.sentence)
        self._become(TerminalState.FAILED if failure else TerminalState.CLOSED, ending.exit_code)

    def _become(self, state: TerminalState, exit_code: int | None = None) -> None:
        self.badge = Badge(state, self.badge.method, exit_code)
        self._changed()

    def _note(self, level: int, text: str) -> None:
        text = one_line(text)
        log.log(level, "%s", text if text.startswith(SETUP_FAILED) else f"{self.target}: {text}")
        self.lines.append(LogLine(time.time(), level, text))
        self._changed()

    def _changed(self) -> None:
        if self._listener is not None:
            self._listener.on_change()

    def _draw_line(self, words: str) -> None:
        """Put the screen in order after a shell that was cut off, and mark where the next begins."""
        screen = self.screen
        # On the primary screen, leaving the other one would take the cursor to where it once was saved.
        leave = _LEAVE_ALTERNATE if screen.alternate else b""
        screen.feed(_END_STRING + leave + _TIDY)
        rule = f" {words} ".center(screen.size.columns - 1, "─")
        screen.feed(f"\r\n\x1b[2m{rule}\x1b[0m\r\n".encode())
        self._say_output()
