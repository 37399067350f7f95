"""Shells that outlive their connection: the channel to one, and what becomes of it from drop to return.

``wire.resume`` has the command that opens them, ``wire.tmux`` what tmux is spoken to.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from podboard.model.ending import dropped
from podboard.session.leaving import Guest
from podboard.wire.exec_channel import Ended, Stdout
from podboard.wire.resume import (
    LEFT,
    NOT_TAKEN,
    TAKEN,
    TMUX,
    UNHELD,
    OpeningReader,
    Transparent,
    connection_marker,
)
from podboard.wire.tmux import BEAT_EVERY, Control, pasted, resized, typed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from podboard.model.size import Size
    from podboard.session.ladder import Channel
    from podboard.session.leaving import Leaver
    from podboard.wire.exec_channel import Event
    from podboard.wire.resume import Opening
    from podboard.wire.tmux import Picture


_LET_GO: Final = dropped("dropped: what holds the shell let go of the connection")

OPENING: Final = 1.0
"""Seconds from the first output in which it is to be known what was opened."""


class HeldChannel:
    """A channel to a shell that may be held: input and output are the shell's, whoever holds it.

    Input waits until it is known who that is.

    Args:
        channel: To ``wire.resume.resumable_shell_command``.
        size: The terminal's.
        history: As ``wire.tmux.Control`` has it.
        opened: Called once it is known what was opened.
        draw: Returns what is to be drawn, once the screen of a shell that is gone on with is known.
        bring: Brings a helper that is asked for, told whether there is a folder for it; returns whether it is
            there.

    Attributes:
        opening: What was opened; None until it is known.
    """

    def __init__(
        self,
        channel: Channel,
        size: Size,
        history: int,
        opened: Callable[[Opening], None],
        draw: Callable[[Picture], bytes],
        *,
        bring: Callable[[bool], Awaitable[bool]],
    ) -> None:
        self.opening: Opening | None = None
        self._channel = channel
        self._size = size
        self._history = history
        self._opened = opened
        self._draw = draw
        self._bring = bring
        self._reader = OpeningReader()
        self._control: Control | None = None
        self._take = self._take_opening
        self._tail = b""
        self._is_ready = asyncio.Event()
        self._silence: asyncio.TimerHandle | None = None
        self._saying: set[asyncio.Task[None]] = set()

    @property
    def history(self) -> int:
        """How many lines have left its screen, as far as tmux has told."""
        return self._control.history if self._control is not None else 0

    def attend(self, arrived: Callable[[], None]) -> None:
        """Call ``arrived`` whenever something has come after ``receive_nowait`` had nothing."""
        self._channel.attend(arrived)

    def receive_nowait(self) -> Event | None:
        """Return an event that is already here."""
        while isinstance(event := self._channel.receive_nowait(), Stdout):
            self._tail = (self._tail + event.data)[-len(LEFT) :]
            if data := self._take(event.data):
                return Stdout(data)
        if isinstance(event, Ended) and self._tail == LEFT:
            return Ended(_LET_GO)
        return event

    def write_nowait(self, data: bytes) -> bool:
        """Send a little input at once; False where it has to be written in turn."""
        return self._is_ready.is_set() and self._channel.write_nowait(self._worded(data))

    async def write(self, data: bytes) -> None:
        """Send input; returns when it is on its way."""
        await self._is_ready.wait()
        await self._channel.write(self._worded(data))

    async def paste(self, piece: bytes) -> None:
        """Send a piece of a paste; returns when the next may follow."""
        await self._is_ready.wait()
        await self._channel.paste(pasted(piece) if self._control is not None else piece)

    async def end_input(self) -> None:
        """Tell the command that no more input comes."""
        await self._channel.end_input()

    async def resize(self, size: Size) -> None:
        """Tell the container the terminal's size, and tmux, which does not ask its own terminal."""
        self._size = size
        await self._channel.resize(size)
        if self._control is not None and self._is_ready.is_set():
            await self._channel.write(resized(size))

    async def close(self) -> None:
        """Let go of the connection."""
        if self._silence is not None:
            self._silence.cancel()
        for task in self._saying:
            task.cancel()
        await asyncio.gather(*self._saying, return_exceptions=True)
        await self._channel.close()

    def _worded(self, data: bytes) -> bytes:
        return typed(data) if self._control is not None else data

    def _take_opening(self, data: bytes) -> bytes:
        has_asked = self._reader.asks
        shown = self._reader.take(data)
        if (opening := self._reader.opening) is not None:
            self._settle(opening)
            return self._take(shown)
        if self._silence is None:
            self._silence = self._expect_opening()
        if self._reader.asks and not has_asked:
            self._silence.cancel()
            self._spawn(self._answer())
        return shown

    def _expect_opening(self) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(OPENING, self._give_up)

    async def _answer(self) -> None:
        is_there = await self._bring(self._reader.has_folder)
        await self._channel.write(TAKEN if is_there else NOT_TAKEN)
        self._silence = self._expect_opening()

    def _give_up(self) -> None:
        """Take it for a plain shell: in some images it cannot tell."""
        if self.opening is None:
            self._settle(UNHELD)

    def _settle(self, opening: Opening) -> None:
        self.opening = opening
        self._opened(opening)
        if not opening.holder:
            # From here on this stands in nobody's way.
            self.receive_nowait = self._channel.receive_nowait  # type: ignore[method-assign]
            self.write_nowait = self._channel.write_nowait  # type: ignore[method-assign]
        if opening.holder == TMUX:
            self._control = Control(self._history if opening.is_same else None)
            self._take = self._take_from_tmux
            self._spawn(self._begin(self._control))
        else:
            self._take = Transparent(opening.holder).take if opening.holder else _as_it_is
            self._is_ready.set()

    def _take_from_tmux(self, data: bytes) -> bytes:
        control = self._control
        assert control is not None  # noqa: S101 - it was made before this was to be called
        output = control.take(data)
        if answer := control.answer():
            self._spawn(self._channel.write(answer))
        if (picture := control.picture) is not None:
            control.picture = None
            return self._draw(picture) + output
        return output

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._saying.add(task)
        task.add_done_callback(self._saying.discard)

    async def _begin(self, control: Control) -> None:
        size = self._size
        await self._channel.write(control.begin(size) + control.beat())
        self._is_ready.set()
        if size != self._size:
            await self._channel.write(resized(self._size))
        while True:
            await asyncio.sleep(BEAT_EVERY)
            await self._channel.write(control.beat())


class Stay:
    """A terminal's shell from the drop of its connection until somebody has come back to it, or nobody will.

    Args:
        leaver: Ends what is not gone on with.
    """

    def __init__(self, leaver: Leaver) -> None:
        self._leaver = leaver
        self._kept: Guest | None = None
        self._connection = ""
        self.history = 0

    @property
    def marker(self) -> str:
        """Of the shell to go on with; empty where there is none."""
        return self._kept.marker if self._kept is not None else ""

    def lose(self, guest: Guest, channel: HeldChannel) -> None:
        """Note that the connection of a shell was lost: it is kept if something holds it."""
        if channel.opening is not None and channel.opening.holder:
            self._kept, self.history = guest, channel.history
        else:
            self._leaver.lose(guest)

    def settle(self, opening: Opening, guest: Guest) -> Guest:
        """Take in what was opened, and return the shell that is there now.

        What is left of the old connection goes in any case, and the old shell where another was opened.

        Args:
            guest: As it was to be opened.
        """
        kept, self._kept = self._kept, None
        before, self._connection = self._connection, guest.marker
        if kept is None:
            return guest
        if not opening.is_same:
            self._leaver.leave(replace(kept, way=guest.way))
            return guest
        self._leaver.leave(Guest(connection_marker(before), kept.target, guest.way))
        self._leaver.gone(guest.marker)
        return replace(kept, way=guest.way)

    def abandon(self) -> None:
        """End what is kept: nobody comes back for it."""
        kept, self._kept = self._kept, None
        if kept is not None:
            self._leaver.leave(kept)


def _as_it_is(data: bytes) -> bytes:
    return data
