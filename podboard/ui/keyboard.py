"""What a key does on the board: one state machine, run in the order the keys were typed.

Textual hands a key from queue to queue before something acts on it, and what is typed meanwhile
goes to whatever has the focus by then. A person who types ``/web`` or ``enter ls`` without a pause
must get just that. So the board's keys are taken here as they are read; where an action takes time
(a terminal is put on the screen), the keys behind it wait for it.
"""

from __future__ import annotations

import inspect
import logging
import time
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len
from textual import events

from podboard.ui.dialog_keys import DialogKeys
from podboard.ui.keymap import (
    AFTER_LEADER,
    ENDED,
    LEADER,
    LEADER_SHOWN,
    LIST,
    MOVING,
    OF_PODS,
    OFFERED,
    RESIZE_KEYS,
    SCROLLING,
    action_of,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from podboard.ui.screens.board import Board
    from podboard.ui.widgets.key_line import KeyLine

log = logging.getLogger(__name__)

REPEAT: Final = 0.5
"""Seconds for which the keys that move a border need no leader again."""

MENU_AFTER: Final = 0.5
"""Seconds a person may hesitate after the leader before a zoomed terminal shows its menu."""


_DIGITS: Final = frozenset("0123456789")
_LONGEST_COUNT: Final = 7

_LEAVES: Final = "esc leaves it"


class Asked(NamedTuple):
    """What is being typed on the line at the bottom.

    Attributes:
        sign: What stands in front of it.
        done: Takes it, once it is typed.
        typed: Takes it whenever it has changed.
        left: Told where the person thinks better of it.
    """

    sign: str
    text: str
    done: Callable[[str], None]
    typed: Callable[[str], None] | None = None
    left: Callable[[], None] | None = None


class Keyboard:
    """Takes the board's keys.

    Attributes:
        filter: The filter as it is being typed; None while it is not.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        self._leading = False
        self._asked: Asked | None = None
        self._busy = 0
        # What was typed of a number before a key of the scroll mode.
        self._count = ""
        self._resizing_until = 0.0
        self._ahead: deque[events.Key | events.Paste] = deque()
        self._dialogs = DialogKeys(board, self._take_back, self._failure_told)
        self.filter: str | None = None

    def take_text(self, text: str) -> bool:
        """Send typed text to the terminal in focus; whether there is one that takes it."""
        pane = self._board.focused_pane
        if pane is None or self._busy or self._dialogs.is_at_work or self._leading or self._asked is not None:
            return False
        if pane.is_scrolling or pane.is_ended or pane.is_covered or self._is_resizing:
            return False
        self._board.audience(pane).send_text(text)
        return True

    def take(self, event: events.Key | events.Paste) -> None:
        """Act on what was typed or pasted when it is its turn; what nobody has use for does nothing."""
        if self._dialogs.is_at_work or (self._busy and self._dialogs.has_come_unasked):
            self._dialogs.take(event)
        elif self._busy:
            self._ahead.append(event)
        elif not self._board.is_active:
            self._dialogs.take(event)
        else:
            self._act(event)

    def _act(self, event: events.Key | events.Paste) -> None:
        if isinstance(event, events.Key):
            self._press(event)
        else:
            self._paste(event.text)
        self.show()

    def _press(self, event: events.Key) -> None:
        if self._leading:
            self._leading = False
            # First, for what follows may show another terminal, or give the whole screen back.
            self._board.show_menu(shown=False)
            self._after_leader(event)
        elif event.key == LEADER:
            self._leading = True
            self._board.key_line.hush()
            self._board.set_timer(MENU_AFTER, self._show_menu)
        elif self._is_resizing and event.key in RESIZE_KEYS.split(","):
            self._resize(event.key)
        elif self._asked is not None:
            self._edit_asked(self._asked, event)
        elif self.filter is not None:
            self._edit_filter(event)
        elif self._board.focused_pane is not None:
            self._in_terminal(event)
        elif action := action_of((*OFFERED, *LIST) if self._board.offer else LIST, event.key):
            self.perform(action)

    def _in_terminal(self, event: events.Key) -> None:
        self._resizing_until = 0.0
        pane = self._board.focused_pane
        if pane is None:
            return
        if pane.is_scrolling:
            self._board.key_line.hush()
            if event.key in _DIGITS and (event.key != "0" or self._count):
                self._count = (self._count + event.key)[-_LONGEST_COUNT:]
                return
            count, self._count = int(self._count) if self._count else None, ""
            if action := action_of(MOVING, event.key):
                pane.move(action, count)
            elif action := action_of(SCROLLING, event.key):
                getattr(self._board.scroll_desk, f"action_{action}")()
        elif not pane.is_ended:
            if pane.is_covered:
                self._board.key_line.hush()
            self._board.audience(pane).send_key(event.key, event.character)
        elif action := action_of(ENDED, event.key):
            self.perform(action)

    def _after_leader(self, event: events.Key) -> None:
        self._resizing_until = 0.0
        if event.key == LEADER:
            if pane := self._board.focused_pane:
                self._board.audience(pane).send_key(LEADER, event.character)
        elif event.key.isdecimal():
            self._board.go_to_tab(int(event.key) - 1)
        elif (action := action_of(AFTER_LEADER, event.key)) == "resize":
            self._resize(event.key)
        elif action == "go":
            self._board.split_desk.go(event.key)
        elif action:
            self.perform(action)

    def _resize(self, key: str) -> None:
        """Move a border; for a moment the same keys do so again without the leader, as in tmux."""
        self._board.split_desk.resize(key)
        self._resizing_until = time.monotonic() + REPEAT

    @property
    def _is_resizing(self) -> bool:
        return bool(self._resizing_until) and time.monotonic() < self._resizing_until

    def _edit_filter(self, event: events.Key) -> None:
        self._board.key_line.hush()
        text = self.filter or ""
        match event.key:
            case "enter" | "tab" | "up" | "down":
                self.filter = None
            case "escape" | "ctrl+c":
                self.filter, text = None, ""
            case _:
                self.filter = text = _edited(text, event)
        self._board.set_filter(text)

    def ask(
        self,
        sign: str,
        done: Callable[[str], None],
        text: str = "",
        *,
        typed: Callable[[str], None] | None = None,
        left: Callable[[], None] | None = None,
    ) -> None:
        """Let the person type something on the line at the bottom.

        Args:
            sign: What stands in front of it.
            done: Takes what was typed; not called where the person thinks better of it.
            text: What stands there at first.
            typed: Takes what stands there whenever it has changed.
            left: Called where the person thinks better of it.
        """
        self._asked = Asked(sign, text, done, typed, left)

    def _edit_asked(self, asked: Asked, event: events.Key) -> None:
        self._board.key_line.hush()
        match event.key:
            case "enter":
                self._asked = None
                asked.done(asked.text)
            case "escape" | "ctrl+c":
                self._asked = None
                if asked.left is not None:
                    asked.left()
            case _:
                self._retype(asked, _edited(asked.text, event))

    def _retype(self, asked: Asked, text: str) -> None:
        self._asked = asked._replace(text=text)
        if asked.typed is not None and text != asked.text:
            asked.typed(text)

    def _paste(self, text: str) -> None:
        """Put pasted text where typed text would go, if there is such a place."""
        if self._asked is not None:
            self._retype(self._asked, self._asked.text + _printable(text))
        elif self.filter is not None:
            self.filter += _printable(text)
            self._board.set_filter(self.filter)
        elif (pane := self._board.focused_pane) and not self._board.broadcast_desk.takes_paste(pane, text):
            self._board.paste_desk.paste(pane, text)

    # -- actions ----------------------------------------------------------------------------

    def perform(self, action: str) -> None:
        """Do what a table of keys names; keys typed before it is done wait."""
        self._board.key_line.hush()
        match action:
            case "filter":
                self.filter = self._board.filter_text
                self._board.set_filter(self.filter)
            case "scroll_mode":
                if pane := self._board.focused_pane:
                    pane.begin_scrolling()
                    pane.show_scroll()
            case _ if action in OF_PODS and not self._board.has_listed:
                self.wait_for(action, self._when_listed(action))
            case _:
                name = f"action_{action}"
                act = getattr(self._board, name, None)
                with self._failure_told(action):
                    done = act() if act is not None else self._board.do(name)
                    if inspect.isawaitable(done):
                        self.wait_for(action, done)

    async def _when_listed(self, action: str) -> None:
        await self._board.listed()
        self.perform(action)

    def wait_for(self, action: str, work: Awaitable[None]) -> None:
        """Let what is typed wait until an action has done its work."""
        self._busy += 1
        self._board.run_worker(self._finish(action, work), exit_on_error=False)

    async def _finish(self, action: str, work: Awaitable[None]) -> None:
        with self._failure_told(action):
            await work
        self._busy -= 1
        self._go_on()

    def _take_back(self, typed: deque[events.Key | events.Paste]) -> None:
        """Take what was typed behind the end of a dialog."""
        self._ahead += typed
        typed.clear()
        self._go_on()

    def _go_on(self) -> None:
        """Act on what has waited, up to where it has to wait again."""
        while self._ahead and not self._busy:
            event = self._ahead.popleft()
            if self._board.is_active:
                self._act(event)
            else:
                self._dialogs.take(event)

    @contextmanager
    def _failure_told(self, action: str) -> Iterator[None]:
        try:
            yield
        except Exception:
            log.exception("%s failed", action)
            self._board.tell("podboard itself failed here; the log file says more")

    # -- what is shown ----------------------------------------------------------------------

    def _show_menu(self) -> None:
        """Remind a person who waits after the leader of what may follow, even where the line is hidden."""
        if self._leading:
            self._board.show_menu(shown=True)

    def show(self) -> None:
        """Say on the line at the bottom what the keys do now."""
        line: KeyLine = self._board.key_line
        if self._leading:
            line.set_keys(AFTER_LEADER, mode=LEADER_SHOWN)
            return
        self._board.show_menu(shown=self._asked is not None or line.is_telling)
        if self._asked is not None:
            asked = self._asked
            room = self._board.size.width - cell_len(asked.sign) - len(_LEAVES) - 5
            line.set_keys((), mode=f"{asked.sign}{_end_of(asked.text, room)}▏", right=_LEAVES)
        elif self.filter is not None:
            line.set_keys((), mode="FILTER", right="enter keeps it · esc takes it away")
        elif self._board.focused_pane is None and self._board.offer:
            line.set_keys((*OFFERED, *LIST), mode=self._board.offer)
        elif self._board.focused_pane is None and self._board.has_terminals:
            line.set_keys(LIST, mode=self._board.broadcast_desk.banner, right=f"{LEADER_SHOWN} leader")
        elif self._board.focused_pane is None:
            line.set_keys(key for key in LIST if key.action != "terminal")
        elif self._board.focused_pane.is_scrolling:
            line.set_keys((*SCROLLING, *MOVING), mode=f"SCROLL {self._count}".rstrip())
        elif banner := self._board.broadcast_desk.banner:
            line.set_keys((), mode=banner, right=self._board.broadcast_desk.state(line.size.width))
        else:
            where = "keys go to the pod · " if self._board.focused_pane.terminal.takes_input else ""
            line.set_keys((), right=f"{where}{LEADER_SHOWN} leader")


def _edited(text: str, event: events.Key) -> str:
    """What becomes of a typed text with another key."""
    match event.key:
        case "backspace" | "ctrl+h":
            return text[:-1]
        case "ctrl+u":
            return ""
        case "ctrl+w":
            before, space, _ = text.rstrip().rpartition(" ")
            return before + space
    return text + event.character if event.character is not None and event.is_printable else text


def _end_of(text: str, room: int) -> str:
    """As much of the end of a text as has room, in cells; a sign says that more is before it."""
    if cell_len(text) <= room:
        return text
    end = text[-max(room - 1, 1) :]
    while cell_len(end) >= room and len(end) > 1:
        end = end[1:]
    return f"…{end}"


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())
