"""One terminal in a pod as it lives: the ways in, the channel, the screen, the end."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from podboard.errors import PodboardError
from podboard.model.attempt import FALLING_BACK, NO_SHELL, SETUP_FAILED, SSH_FAILED, Outcome
from podboard.model.badge import OVER, Badge, TerminalState
from podboard.model.ending import CLOSED_BY_US, EndingKind, failed
from podboard.model.request import ExecRequest
from podboard.model.sizes import sent_of
from podboard.model.target import DEBUGGER
from podboard.model.text import one_line
from podboard.session.climber import Climber
from podboard.session.holding import HeldChannel, Stay
from podboard.session.outage import Outage
from podboard.session.outbox import Outbox, Paste
from podboard.session.pump import Pump, Turns
from podboard.vt.history import History, Place
from podboard.vt.paste import encode_paste, encode_pieces
from podboard.vt.screen import Screen
from podboard.wire.resume import SCREEN, TMUX, UNHELD

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

    from podboard.errors import Denied
    from podboard.model.attempt import Attempt
    from podboard.model.ending import Ending
    from podboard.model.record import Record
    from podboard.model.size import Size
    from podboard.model.target import Target
    from podboard.session.attaching import Attachment
    from podboard.session.debugging import Debugging
    from podboard.session.ladder import Channel, Ladder
    from podboard.session.leaving import Guest
    from podboard.session.recorder import Recorder, Recordings
    from podboard.wire.resume import Opening
    from podboard.wire.tmux import Picture

log = logging.getLogger(__name__)

SLICE: Final = 16 * 1024
"""Bytes fed to the core at a time, so that one large message cannot hold the event loop."""

ANSWERS: Final = 64 * 1024
"""Bytes of waiting input beyond which a program is not answered: it asks and does not read."""

_LITTLE: Final = 1024
"""Characters of a paste that is sent as if it were typed."""

_LOG_LINES: Final = 500

_WORTH_A_WORD: Final = 0.3
"""Seconds after which a person wonders what is awaited."""

_PHRASES: Final = (SETUP_FAILED, FALLING_BACK, SSH_FAILED)

_NO_WAY: Final = (
    "there is no way into this pod",
    "a kubeconfig, or a record of the pod with a token or an SSH host, would be one",
)

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


_NEW_SHELL: Final = "new shell"
_SAME_SHELL: Final = "the same shell"
_ATTACHED: Final = "attached again"

_BESIDE: Final = " ─ ─ "
"""What of a rule there is to be beside its words."""


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
        ladder: The ways in, shared by all terminals of the cluster.
        size: The size of the screen, which the container is told.
        scrollback: Lines kept above the screen.
        turns: Shared by all terminals, so that those nobody looks at read one after another.
        recordings: Where it is recorded; None where it cannot be.
        returns: Whether a new shell is opened by itself where a connection was dropped.
        resumes: Whether its next shell is to outlive a drop, where the image has something that holds it.
        helper: What holds it where the image has nothing: a program to be copied there.

    Attributes:
        attachment: How it is attached to the container's own process; None where it opens a shell.
        belongs_to: What its pod belongs to, as ``pod_columns.group`` has it.
        holder: What holds the present shell, as ``wire.resume`` has it; empty for nothing.
        came_back: What is to be said of the last return, where it was to the same shell; else empty.
        awaited: What is awaited before it can be opened; empty where nothing is.
        debugging: What leads, or has led, to the debug container that it is opened in.
        successor: The pod that took the place of its own, if that is gone.
        outage: The last drop, while and after there was one; None once a shell was opened otherwise.
        ending: How the last shell ended; None while there is one.
        settled: Set while it is known whether a way in opens: it has, or none has.
        opened: When the present shell was opened, in seconds since 1970.
        unseen: Whether there was output since somebody last looked.
        lines: What happened, for the diagnostics panel.
        received: Bytes that came from its shells so far.
        sent: Bytes that went to them.
        recorder: What records the present shell; None where nothing does.
        recorded: The files it was recorded to so far.
        recording_trouble: Why the last recording stopped before it should have; empty if it did not.
    """

    def __init__(
        self,
        target: Target,
        ladder: Ladder,
        size: Size,
        *,
        scrollback: int = 10_000,
        turns: Turns | None = None,
        recordings: Recordings | None = None,
        returns: bool = False,
        resumes: bool = False,
        helper: Path | None = None,
    ) -> None:
        self.target = target
        self.attachment: Attachment | None = None
        self.awaited = ""
        self.debugging: Debugging | None = None
        self.returns = returns
        self.resumes = resumes
        self.helper = helper
        self.holder = ""
        self.came_back = ""
        self.belongs_to = ""
        self.successor: Target | None = None
        self.outage: Outage | None = None
        self.screen = Screen(size, scrollback)
        self.badge = Badge(TerminalState.CONNECTING)
        self.ending: Ending | None = None
        self.opened = 0.0
        self._shown = False
        self.unseen = False
        self.lines: deque[LogLine] = deque(maxlen=_LOG_LINES)
        self.received = 0
        self.sent = 0
        self.recorder: Recorder | None = None
        self.recorded: list[str] = []
        self.recording_trouble = ""
        self._recordings = recordings
        self._is_to_record = recordings is not None and recordings.automatic
        self._ladder = ladder
        self._climber: Climber | None = None
        self._climbing_since = time.monotonic()
        self._is_returning = False
        self._leads: Callable[[Callable[[str], None]], Awaitable[Target]] | None = None
        self._new_shell = self._opened_anew = _NEW_SHELL
        self._denied: Denied | None = None
        self._stay = Stay(ladder.leaver)
        self._guest: Guest | None = None
        self._is_to_be_held = False
        self._unheld = ""
        self._is_answered = False
        self._turns = turns or Turns()
        self._channel: Channel | None = None
        self._pump: Pump | None = None
        self._listener: Listener | None = None
        self._outbox = Outbox()
        self._signs = ("", 0, False)
        self._has_input = asyncio.Event()
        self._has_size = asyncio.Event()
        self.settled = asyncio.Event()

    @property
    def attempts(self) -> list[Attempt]:
        """What became of each way in when it was last opened, in the order of the ladder."""
        return self._climber.attempts if self._climber is not None else []

    @property
    def shown(self) -> bool:
        """Whether somebody looks at it now."""
        return self._shown

    @shown.setter
    def shown(self, shown: bool) -> None:
        self._shown = shown
        if self._pump is not None:
            self._pump.show(is_shown=shown)

    @property
    def record(self) -> Record | None:
        """The record by which it was last opened; None where it was opened by something else."""
        return self._climber.used_record if self._climber is not None else None

    @property
    def detour(self) -> Attempt | None:
        """The way that would have come first, where the shell was opened by another."""
        ways = [attempt for attempt in self.attempts if attempt.outcome is not Outcome.NOT_APPLICABLE]
        return ways[0] if ways and ways[0].outcome is not Outcome.OPENED else None

    @property
    def denied(self) -> Denied | None:
        """Who may not open it, or debug its image, if that is why it failed."""
        if self._denied is not None:
            return self._denied
        return next((attempt.denied for attempt in self.attempts if attempt.denied is not None), None)

    @property
    def takes_input(self) -> bool:
        """Whether there is a shell for what is typed, or one is on its way that the person asked for."""
        has_ended = self.badge.state in OVER
        hears_none = self.attachment is not None and not self.attachment.stdin
        return not (has_ended or self._is_returning or hears_none)

    @property
    def lacks_shell(self) -> bool:
        """Whether it could not be opened for want of a shell, or of a debug container that has one."""
        if self.ending is None or self.ending.kind is not EndingKind.FAILED:
            return False
        told = self.ending.sentence
        return told.startswith(NO_SHELL) or (self.debugging is not None and DEBUGGER in told)

    @property
    def has_tried(self) -> bool:
        """Whether it was tried to open it since it was last open."""
        return all(attempt.outcome is not Outcome.OPENED for attempt in self.attempts)

    @property
    def climbing_for(self) -> float:
        """For how many seconds it has been opened by now, 0 where it is open or has ended."""
        is_climbing = self.badge.state in (TerminalState.CONNECTING, TerminalState.RECONNECTING)
        return time.monotonic() - self._climbing_since if is_climbing else 0.0

    def attach(self, listener: Listener) -> None:
        """Tell ``listener`` from now on what happens."""
        self._listener = listener

    # -- what a person does -----------------------------------------------------------------

    def write(self, data: bytes) -> None:
        """Send input to the shell, after all that was sent before; what comes too early waits for it."""
        if self.takes_input:
            self._send(self._take_in(data))

    def _take_in(self, data: bytes) -> bytes:
        """Note what was typed or pasted; returns what of it is to be sent."""
        if self.attachment is not None:
            data, echo = self.attachment.input(data)
            if echo:
                self._feed_screen(echo)
                self._say_output()
        if self.recorder is not None:
            self.recorder.input(data)
        return data

    def _send(self, data: bytes) -> None:
        if self._channel is not None and not self._outbox and self._channel.write_nowait(data):
            self.sent += len(data)
            return
        self._outbox.put(data)
        self._has_input.set()

    def paste(self, text: str) -> None:
        """Send pasted text, after all that was sent before and before all that is sent later."""
        bracketed = self.screen.bracketed_paste
        if len(text) <= _LITTLE:
            self.write(encode_paste(text, bracketed=bracketed))
        elif self.takes_input:
            size = len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
            self._outbox.put_paste(Paste(encode_pieces(text, bracketed=bracketed), size))
            self._has_input.set()

    @property
    def pasting(self) -> Paste | None:
        """The paste that is being sent; None where none is."""
        return self._outbox.paste

    def cancel_paste(self) -> None:
        """Send no more of the paste that is being sent."""
        if (paste := self._outbox.paste) is not None:
            paste.cancel()
            self._note(logging.INFO, f"a paste was given up: {sent_of(paste.sent, paste.size)} were sent")

    def resize(self, size: Size) -> None:
        """Change the size of the screen; the container hears of the last of many changes."""
        if size != self.screen.size:
            self.screen.resize(size)
            if self.recorder is not None:
                self.recorder.resize(size)
            self._has_size.set()

    def start_recording(self, picture: bytes = b"") -> None:
        """Record it from now on, and whenever its shell is opened again.

        Args:
            picture: What makes an empty screen of its size look as this one does.
        """
        if self._recordings is None or self.recorder is not None:
            return
        self._is_to_record = True
        self.recording_trouble = ""
        self.recorder = recorder = self._recordings.start(self.target, self.screen.size, self._lose_recording)
        self.recorded.append(str(recorder.path))
        if picture:
            recorder.output(picture)
        self._note(logging.INFO, f"recording to {recorder.path}")

    def stop_recording(self) -> None:
        """Record it no longer."""
        self._is_to_record = False
        if self.recorder is not None:
            self.recorder.end()
            self.recorder = None
            self._note(logging.INFO, "the recording ends here")

    # -- its life ---------------------------------------------------------------------------

    async def run(self) -> None:
        """Open a shell and serve it until it ends. May be called again once it has."""
        try:
            await self._serve()
        finally:
            recorder, self.recorder = self.recorder, None
            if recorder is not None:
                recorder.end(self.ending.exit_code if self.ending is not None else None)
                await recorder.written()

    async def _serve(self) -> None:
        if not await self._prepare():
            return
        again, self._is_returning = self.ending is not None, self.will_return
        if again and not self._is_returning:
            self._ladder.forget_failures()
        try:
            opened = await self._return() if self._is_returning else await self._open(again=again)
        finally:
            self._is_returning = False
        if opened is None:
            return
        channel, self._guest = opened
        told = self.outage.told(self.badge.method) if again and self.outage is not None else ()
        self.outage, self.came_back = None, ""
        settle = partial(self._settle, told, again=again)
        held: HeldChannel | None = None
        if self._is_to_be_held:
            draw, history = partial(self._draw_anew, told), self._stay.history
            channel = held = HeldChannel(
                channel, self.screen.size, history, settle, draw, bring=self._bring_helper
            )
        else:
            settle(UNHELD)
        received = self.received
        senders = [
            asyncio.create_task(self._send_input(channel)),
            asyncio.create_task(self._send_sizes(channel)),
        ]
        self._pump = pump = Pump(channel, self._feed, self._say_output, self._turns, is_shown=self._shown)
        attachment = self.attachment
        ending: Ending | None = None
        try:
            ending = await (pump.run() if attachment is None else attachment.follow(pump.run()))
        finally:
            self._channel = self._pump = None
            for sender in senders:
                sender.cancel()
            if ending is None and self._guest is not None:
                self._ladder.leaver.leave(self._guest, channel, has_begun=self.received > received)
            elif ending is None:
                await channel.close()
            await asyncio.gather(*senders, return_exceptions=True)
        await channel.close()
        if self._guest is not None:
            self._part(self._guest, ending, held)
        self._end(ending)

    async def _bring_helper(self, has_folder: bool) -> bool:  # noqa: FBT001 - of a callback
        """Have something hold the shell that waits for it; whether it is there."""
        why = "no folder there can be written to"
        if has_folder and self._guest is not None and self.helper is not None:
            from podboard.session.helper import bring

            loop = asyncio.get_running_loop()
            word = loop.call_later(_WORTH_A_WORD, self._await, "copying what is to hold the shell")
            try:
                why = await bring(self.helper, self._guest)
            finally:
                word.cancel()
                self.awaited = ""
                self._changed()
        self._unheld = why
        return not why

    def _part(self, guest: Guest, ending: Ending, held: HeldChannel | None) -> None:
        """Take in what an ending means for the shell."""
        if ending.kind is not EndingKind.DROPPED:
            self._ladder.leaver.gone(guest.marker)
        elif held is not None:
            self._stay.lose(guest, held)
        else:
            self._ladder.leaver.lose(guest)

    def _settle(self, told: Sequence[str], opening: Opening, *, again: bool) -> None:
        """Take in which shell it is, before its first word, and say so where another one was before."""
        if self._guest is not None:
            self._guest = self._stay.settle(opening, self._guest)
        self.holder = opening.holder
        # What tmux holds is answered by tmux.
        self._is_answered = opening.holder == TMUX
        if opening.is_same:
            self.came_back = one_line(" · ".join((_SAME_SHELL, *told)))
            self._note(logging.INFO, self.came_back)
            # tmux tells first what has become of the screen; else it is only known that it may have changed.
            if opening.holder != TMUX and not self.screen.alternate:
                self._mark_return(told)
        elif again:
            self._draw_line(*told, self._new_shell)
        if opening.holder and not opening.is_same:
            self._note(logging.INFO, f"{opening.holder} holds the shell beyond a drop")
        if self._unheld:
            plain, self._unheld = one_line(f"a plain shell: {self._unheld}"), ""
            self._note(logging.WARNING, plain)
            self._draw(f"\x1b[2m{plain}\x1b[0m\r\n".encode())
        if again and opening.holder == SCREEN:
            # It clears the screen.
            self._draw(b"\r\n" * self.screen.size.rows)
        self._new_shell = self._opened_anew

    @property
    def will_return(self) -> bool:
        """Whether a new shell is to be opened by itself: the connection was dropped."""
        return self.returns and self.ending is not None and self.ending.kind is EndingKind.DROPPED

    def hurry(self) -> None:
        """Try at once to come back, if it waits for that."""
        if self.outage is not None:
            self._ladder.forget_failures()
            self.outage.hurry()

    def begin_again(self) -> None:
        """Take what is typed from now on for the next shell: one that has ended is about to be run again."""
        self._become(TerminalState.RECONNECTING)

    def begin_anew(self, *, resumes: bool) -> None:
        """Take the shell for ended, once nobody serves it any more, so that the next one is another.

        Args:
            resumes: Whether that is to outlive a drop.
        """
        self.resumes, self.ending, self.outage = resumes, CLOSED_BY_US, None
        self._outbox.clear()
        self._note(logging.INFO, "left for a new shell")

    def join(self, attachment: Attachment) -> None:
        """Attach to the container's own process when it is run, and open no shell."""
        self.attachment = attachment
        self._new_shell = self._opened_anew = _ATTACHED

    def deny(self, denied: Denied, sentence: str, hint: str) -> None:
        """Say of one that has failed that it cannot be debugged for want of a right."""
        self._denied = denied
        self._end(failed(sentence, hint))

    def debug(self, debugging: Debugging) -> None:
        """Open the next shell in a debug container."""
        self.debugging = debugging
        self._leads = debugging.lead

    async def _prepare(self) -> bool:
        """Wait for the debug container that is to be opened, if one is; whether it runs."""
        self._denied = None
        lead, self._leads = self._leads, None
        if lead is None:
            return True
        self.ending = None
        self._become(TerminalState.CONNECTING)
        try:
            self.target = await lead(self._await)
        except PodboardError as error:
            self._end(failed(error.message, error.hint))
            return False
        finally:
            self.awaited = ""
        return True

    def _await(self, what: str) -> None:
        if what != self.awaited:
            self.awaited = what
            self._note(logging.INFO, what)

    async def _return(self) -> tuple[Channel, Guest | None] | None:
        """Try until a way opens, or no way can be expected to."""
        while True:
            self.ending = None
            self._become(TerminalState.RECONNECTING)
            if self.outage is not None:
                await self.outage.wait()
            opened = await self._open(again=True)
            if opened is not None or not self.returns or self._climber is None:
                return opened
            if not self._climber.may_open_later:
                return None

    def move(self) -> None:
        """Open the next shell in the pod that took the place of its own."""
        if self.successor is not None:
            self._stay.abandon()
            self.target, self.successor = self.successor, None
            self._new_shell = one_line(f"{self._opened_anew} in {self.target.pod}")

    async def _open(self, *, again: bool) -> tuple[Channel, Guest | None] | None:
        self._become(TerminalState.RECONNECTING if again else TerminalState.CONNECTING)
        self.ending = None
        return await self._climb()

    def fail(self, sentence: str, hint: str = "") -> None:
        """End it because podboard itself cannot go on."""
        self._end(failed(sentence, hint))

    def abandon(self) -> None:
        """Hang up, if that can be, the shells whose connection was dropped: nobody comes back for them."""
        self._stay.abandon()
        self._ladder.leaver.abandon(self.target)

    async def _climb(self) -> tuple[Channel, Guest | None] | None:
        self._climbing_since = time.monotonic()
        self.holder = ""
        self._climber = climber = Climber(self._ladder, self._climbed, self._note)
        size = self.screen.size
        self.settled.clear()
        try:
            channel = await climber.climb(self._request())
        finally:
            self.settled.set()
        if channel is None:
            told = climber.told
            self._end(failed(told.sentence, told.hint) if told else failed(*_NO_WAY))
            return None
        if self.screen.size == size:
            self._has_size.clear()
        self.opened = time.time()
        if self._is_to_record:
            self.start_recording()
        self.badge = Badge(self.badge.state, climber.winner)
        self._become(TerminalState.OPEN)
        return channel, climber.guest

    def _request(self) -> ExecRequest:
        size, attachment = self.screen.size, self.attachment
        if attachment is None:
            self._is_to_be_held = self.resumes or bool(self._stay.marker)
            resumes = self._stay.marker if self._is_to_be_held else None
            may_ask = self._is_to_be_held and self.helper is not None
            return ExecRequest(
                self.target, (), tty=True, size=size, is_shell=True, resumes=resumes, may_ask=may_ask
            )
        return ExecRequest(
            self.target, (), tty=attachment.tty, size=size, stdin=attachment.stdin, attaches=True
        )

    def _climbed(self) -> None:
        trying = [attempt.method for attempt in self.attempts if attempt.outcome is Outcome.TRYING]
        if trying:
            self.badge = Badge(self.badge.state, trying[-1])
        self._changed()

    def _feed(self, data: bytes) -> None:
        screen = self.screen
        self.received += len(data)
        if self.attachment is not None:
            data = self.attachment.output(data)
        self._feed_screen(data)
        replies = screen.take_replies()
        if replies and not self._is_answered and self._outbox.typed < ANSWERS:
            self._send(replies)

    def _feed_screen(self, data: bytes) -> None:
        screen = self.screen
        if self.recorder is not None:
            self.recorder.output(data)
        if len(data) <= SLICE:
            screen.feed(data)
        else:
            for start in range(0, len(data), SLICE):
                screen.feed(data[start : start + SLICE])

    def _say_output(self) -> None:
        if self._listener is not None:
            self._listener.on_output()
        signs = (self.screen.title, self.screen.bells, self.unseen or not self._shown)
        if signs != self._signs:
            self._signs = signs
            self.unseen = signs[-1]
            self._changed()

    async def _send_input(self, channel: Channel) -> None:
        while True:
            # Only while nothing waits here may input take the short way.
            self._channel = channel if not self._outbox else None
            await self._has_input.wait()
            self._has_input.clear()
            self._channel = None
            while (item := self._outbox.take())[0]:
                await self._send_item(channel, *item)

    async def _send_item(self, channel: Channel, data: bytes, paste: Paste | None) -> None:
        if paste is None:
            await channel.write(data)
        else:
            await channel.paste(self._take_in(data))
            paste.note_sent(len(data))
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
        if ending.kind is EndingKind.DROPPED:
            self.outage = Outage(ending)
        if (paste := self._outbox.paste) is not None:
            self._note(
                logging.WARNING, f"it ended within a paste: {sent_of(paste.sent, paste.size)} were sent"
            )
        self._outbox.clear()
        failure = ending.kind is EndingKind.FAILED
        self._note(logging.WARNING if failure else logging.INFO, ending.sentence)
        self._become(TerminalState.FAILED if failure else TerminalState.CLOSED, ending.exit_code)

    def _lose_recording(self, why: str) -> None:
        self.recorder = None
        self.recording_trouble = why
        self._note(logging.WARNING, why)

    def _become(self, state: TerminalState, exit_code: int | None = None) -> None:
        self.badge = Badge(state, self.badge.method, exit_code)
        self._changed()

    def _note(self, level: int, text: str) -> None:
        text = one_line(text)
        log.log(level, "%s", text if text.startswith(_PHRASES) else f"{self.target}: {text}")
        self.lines.append(LogLine(time.time(), level, text))
        self._changed()

    def _changed(self) -> None:
        if self._listener is not None:
            self._listener.on_change()

    def _draw_anew(self, told: Sequence[str], picture: Picture) -> bytes:
        """What brings the screen to what tmux has, behind what was printed meanwhile, and a mark."""
        history = History(self.screen)
        rows, size = history.rows, self.screen.size
        standing = history.text(Place(rows - size.rows, 0), Place(rows - 1, size.columns - 1), unwrap=False)
        is_the_same = not picture.missed and standing.rstrip() == "\n".join(picture.text).rstrip()
        if is_the_same and picture.is_alternate == self.screen.alternate:
            return picture.set_up()
        if not picture.is_alternate:
            self._mark_return(told)
        return picture.drawn()

    def _mark_return(self, told: Sequence[str]) -> None:
        """Mark where what was printed meanwhile may be missing, or begins."""
        leave = _LEAVE_ALTERNATE if self.screen.alternate else b""
        self._draw(_END_STRING + leave + self._rule(*told, _SAME_SHELL))

    def show_again(self, text: bytes) -> None:
        """Show what another terminal had shown, before there is a shell of its own."""
        self.screen.feed(text)
        self.screen.take_replies()

    def mark(self, *words: str) -> None:
        """Draw a line where one thing ends and the next begins."""
        self._draw_line(*words)

    def _draw_line(self, *words: str) -> None:
        """Put the screen in order after a shell that was cut off, and mark where the next begins."""
        # On the primary screen, leaving the other one would take the cursor to where it once was saved.
        leave = _LEAVE_ALTERNATE if self.screen.alternate else b""
        self._draw(_END_STRING + leave + _TIDY + self._rule(*words))

    def _rule(self, *words: str) -> bytes:
        columns = self.screen.size.columns - 1
        lines = [" · ".join(words)]
        if len(lines[0]) + len(_BESIDE) > columns:
            lines = [*words[:-2], " · ".join(words[-2:])]
        rules = [f" {one_line(line, max(columns - len(_BESIDE), 1))} ".center(columns, "─") for line in lines]
        return "\r\n\x1b[2m{}\x1b[0m\r\n".format("\r\n".join(rules)).encode()

    def _draw(self, drawn: bytes) -> None:
        self.screen.feed(drawn)
        if self.recorder is not None:
            self.recorder.output(drawn)
        self._say_output()
