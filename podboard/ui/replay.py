"""The player of recordings, on the whole screen."""

from __future__ import annotations

import asyncio
import logging
import time
from functools import partial
from typing import TYPE_CHECKING, Final

from rich.segment import Segment
from textual.app import App
from textual.geometry import Offset
from textual.screen import Screen
from textual.strip import Strip

from podboard.datafiles import data_file
from podboard.model.clock import clock, read_clock
from podboard.model.text import one_line
from podboard.session.replay import Player
from podboard.ui.driver import PodboardDriver
from podboard.ui.keymap import REPLAY, action_of
from podboard.ui.look import Look
from podboard.ui.widgets.key_line import KeyLine
from podboard.ui.widgets.looks import LooksMixin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual import events
    from textual.app import ComposeResult
    from textual.geometry import Region, Size

    from podboard.wire.asciicast import Cast

log = logging.getLogger(__name__)

TICK: Final = 1 / 30
"""Seconds between two looks at what is due."""

LEAP: Final = 5.0
"""Seconds a leap is long."""

SPEEDS: Final = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)


class CastView(LooksMixin):
    """The recorded screen. Where it is larger than there is room, the part with the cursor is shown."""

    ALLOW_SELECT = False
    LOOKS = "cast-view"
    DEFAULT_CSS = """
    CastView { width: 1fr; height: 1fr; }
    """

    def __init__(self, player: Player) -> None:
        super().__init__()
        self._player = player
        self._pen = Look(color=not self.app.no_color)

    def show(self) -> None:
        """Bring the screen up to date, and the cursor to where it was."""
        screen = self._player.screen
        screen.update()
        cursor, (left, above) = screen.cursor, self._corner
        self.app.cursor_position = self.region.offset + Offset(cursor.column - left, cursor.row - above)
        driver = self.app._driver  # noqa: SLF001 - the app has no public way to its driver
        if isinstance(driver, PodboardDriver):
            driver.show_cursor(cursor if cursor.visible else None)
        self.refresh()

    def on_resize(self) -> None:
        """Show another part, if need be."""
        self.show()

    @property
    def _corner(self) -> tuple[int, int]:
        """The column and the row of the recorded screen that are the first shown."""
        screen, (width, height) = self._player.screen, self.size
        column, row = screen.cursor.column, screen.cursor.row
        return (
            max(min(column - width + 1, screen.size.columns - width), 0),
            max(min(row - height + 1, screen.size.rows - height), 0),
        )

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the lines the compositor wants."""
        screen = self._player.screen
        left, above = self._corner
        rows = screen.rows[crop.y + above : crop.bottom + above]
        left, right = crop.x + left, crop.right + left
        lines = [self._pen.draw(row).strip.crop_extend(left, right, None) for row in rows]
        return lines + [Strip.blank(crop.width)] * (crop.height - len(lines))


class ReplayLine(LooksMixin):
    """What is played, and where that is; what is asked for, while it is typed."""

    LOOKS = "top-line"
    DEFAULT_CSS = """
    ReplayLine { height: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._left = self._right = ""
        self._is_asking = False

    def say(self, left: str, right: str, *, is_asking: bool) -> None:
        """Show these; both must be fit for the screen."""
        if (left, right, is_asking) != (self._left, self._right, self._is_asking):
            self._left, self._right, self._is_asking = left, right, is_asking
            self.refresh()

    def get_content_height(self, _container: Size, _viewport: Size, _width: int) -> int:
        """One line."""
        return 1

    def render_line(self, _y: int) -> Strip:
        """Draw the line."""
        width = self.size.width
        right = Strip([Segment(f" {self._right} ", self.look(""))])
        style = self.look("warning" if self._is_asking else "")
        left = Strip([Segment(" replay ", self.look("name")), Segment(f" {self._left}", style)])
        room = max(width - right.cell_length, 0)
        return Strip.join([left.adjust_cell_length(room, self.look("")), right]).adjust_cell_length(width)


class ReplayScreen(Screen[None], inherit_bindings=False):
    """Plays one recording.

    Args:
        cast: The recording.
        name: Its file's, fit for the screen.
        speed: How many times as fast as it was.
        idle_limit: Seconds a pause lasts at most, however long it was; None where it lasts.
        at: The moment to begin at.
        search: A text to begin with the appearance of.
    """

    def __init__(
        self, cast: Cast, name: str, *, speed: float, idle_limit: float | None, at: float, search: str
    ) -> None:
        super().__init__()
        self._cast = cast
        self._player = Player(cast)
        self._name = name
        self._speed = speed
        self._idle_limit = idle_limit
        self._begin = (at, search)
        self._line = ReplayLine()
        self._view = CastView(self._player)
        self._key_line = KeyLine()
        self._is_playing = False
        self._working: asyncio.Task[None] | None = None
        self._looked_at = 0.0
        self._sought = ""
        self._asking = ""
        self._typed = ""

    def compose(self) -> ComposeResult:
        """A line, the screen, a line."""
        yield self._line
        yield self._view
        yield self._key_line

    def render_lines(self, crop: Region) -> list[Strip]:
        """Nothing of its own: widgets cover it."""
        return [Strip.blank(crop.width)] * crop.height

    def on_mount(self) -> None:
        """Begin to play."""
        self._key_line.set_keys(REPLAY)
        at, search = self._begin
        if search:
            self._search(search)
        else:
            self._do(self._player.go_to(at))
            self._is_playing = True
        self._looked_at = time.monotonic()
        self.set_interval(TICK, self._tick)
        if self._cast.is_cut_off:
            self._key_line.tell("the recording ends in the middle of a line: what wrote it was cut off")

    # -- the moment -------------------------------------------------------------------------

    def _tick(self) -> None:
        """Play what has become due."""
        now = time.monotonic()
        passed, self._looked_at = (now - self._looked_at) * self._speed, now
        if not self._is_playing or self._working is not None:
            return
        player = self._player
        if player.next_at is None and player.at >= self._cast.duration:
            self._is_playing = False
            self._show()
            return
        at = player.at + passed
        if (
            self._idle_limit is not None
            and player.next_at is not None
            and at - player.last_at > self._idle_limit
        ):
            at = max(at, player.next_at)
        self._do(player.go_to(at))

    def _do(self, way: Iterator[None]) -> None:
        """Go a way in place of any other, and let others have turns meanwhile."""
        if self._working is not None:
            self._working.cancel()
        self._working = None
        if next(way, _DONE) is _DONE:
            self._show()
        else:
            self._working = asyncio.create_task(self._go_on(way))

    async def _go_on(self, way: Iterator[None]) -> None:
        for _ in way:
            self._show_line()
            await asyncio.sleep(0)
        self._working = None
        self._show()

    def _search(self, text: str) -> None:
        self._sought = text
        self._is_playing = False
        self._do(self._find(text))

    def _find(self, text: str) -> Iterator[None]:
        begin = self._player.at
        for found in self._player.find(text):
            if found:
                self._key_line.hush()
                return
            yield
        yield from self._player.go_to(begin)
        self._key_line.tell(one_line(f"{text} does not appear from here on"))

    def _show(self) -> None:
        self._view.show()
        self._show_line()

    def _show_line(self) -> None:
        player, cast = self._player, self._cast
        if self._asking:
            left = f"{self._asking}: {self._typed}▏"
        else:
            left = one_line(" · ".join(filter(None, (cast.title, self._name))))
        size = player.screen.size
        sign = "▶" if self._is_playing else "◼" if player.at >= cast.duration else "⏸"
        parts = [f"{size.columns}x{size.rows}"]
        if player.exit_code:
            parts.append(one_line(f"exit code {player.exit_code}", 20))
        if self._working is not None:
            parts.append("looking…")
        parts.append(f"{sign} {clock(player.at)} of {clock(cast.duration)} · {self._speed:g}x")
        self._line.say(left, " · ".join(parts), is_asking=bool(self._asking))

    # -- keys -------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """Do what a key says."""
        event.stop()
        if self._asking:
            self._type(event)
        elif action := action_of(REPLAY, event.key):
            self._key_line.hush()
            getattr(self, f"action_{action}")()
        self._show_line()

    def on_paste(self, event: events.Paste) -> None:
        """Take in what is asked for."""
        if self._asking:
            self._typed += "".join(character for character in event.text if character.isprintable())
            self._show_line()

    def _type(self, event: events.Key) -> None:
        match event.key:
            case "enter":
                asked, self._asking = self._asking, ""
                self._answer(asked, self._typed)
            case "escape" | "ctrl+c":
                self._asking = ""
            case "backspace" | "ctrl+h":
                self._typed = self._typed[:-1]
            case "ctrl+u":
                self._typed = ""
            case _:
                if event.character is not None and event.is_printable:
                    self._typed += event.character

    def _answer(self, asked: str, typed: str) -> None:
        if not typed:
            return
        if asked == _SEARCH:
            self._search(typed)
            return
        try:
            at = read_clock(typed)
        except ValueError as error:
            self._key_line.tell(str(error))
        else:
            self._do(self._player.go_to(at))

    def action_pause(self) -> None:
        """Play, or pause; at the end, play from the beginning."""
        if not self._is_playing and self._player.at >= self._cast.duration:
            self._do(self._player.go_to(0.0))
        self._is_playing = not self._is_playing

    def action_step(self) -> None:
        """Go to where the screen changes next."""
        self._is_playing = False
        self._do(self._player.step())

    def action_back(self) -> None:
        """Go back a little."""
        self._do(self._player.go_to(self._player.at - LEAP))

    def action_forward(self) -> None:
        """Go forward a little."""
        self._do(self._player.go_to(self._player.at + LEAP))

    def action_first(self) -> None:
        """Go to the beginning."""
        self._do(self._player.go_to(0.0))

    def action_last(self) -> None:
        """Go to the end."""
        self._do(self._player.go_to(self._cast.duration))

    def action_slower(self) -> None:
        """Play slower."""
        self._speed = max((speed for speed in SPEEDS if speed < self._speed), default=SPEEDS[0])

    def action_faster(self) -> None:
        """Play faster."""
        self._speed = min((speed for speed in SPEEDS if speed > self._speed), default=SPEEDS[-1])

    def action_search(self) -> None:
        """Ask for a text to go to."""
        self._asking, self._typed = _SEARCH, ""

    def action_next(self) -> None:
        """Go to where the text appears next."""
        if self._sought:
            self._search(self._sought)
        else:
            self._key_line.tell("nothing was searched for yet: / does")

    def action_time(self) -> None:
        """Ask for a moment to go to."""
        self._asking, self._typed = "go to", ""

    def action_quit(self) -> None:
        """Leave."""
        self.app.exit()


_SEARCH: Final = "search"
_DONE: Final = object()


class ReplayApp(App[None], inherit_bindings=False):
    """Shows a ``ReplayScreen``.

    Attributes:
        failure: What podboard itself failed with.
    """

    CSS_PATH = str(data_file("podboard.tcss"))
    ENABLE_COMMAND_PALETTE = False
    TITLE = "podboard"

    def __init__(
        self, cast: Cast, name: str, *, speed: float, idle_limit: float | None, at: float, search: str
    ) -> None:
        super().__init__(driver_class=PodboardDriver, ansi_color=True)
        self.set_reactive(App.theme, "ansi-dark")
        self._make_screen = partial(
            ReplayScreen, cast, name, speed=speed, idle_limit=idle_limit, at=at, search=search
        )
        self.failure: Exception | None = None

    def on_mount(self) -> None:
        """Show the player."""
        self.push_screen(self._make_screen())

    def _handle_exception(self, error: Exception) -> None:
        """Leave with a sentence instead of a traceback, which goes to the log."""
        log.error("the player failed", exc_info=error)
        self.failure = self.failure or error
        self.exit(return_code=1)
