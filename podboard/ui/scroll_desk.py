"""What a person does with what terminals have shown, beyond looking: search, copy, save, open."""

from __future__ import annotations

import asyncio
import os
import re
import time
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from podboard.model.text import one_line
from podboard.paths import expanded
from podboard.session.reading import read_together
from podboard.ui.opener import open_address, opener
from podboard.vt.search import Pattern, PatternError, SlowPatternError, Tally, whole_word
from podboard.vt.selection import word_at
from podboard.vt.transcript import Transcript

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from podboard.ui.screens.board import Board
    from podboard.ui.scroll_mode import ScrollMode
    from podboard.ui.widgets.terminal_pane import TerminalPane
    from podboard.vt.screen import Screen

TOO_SLOW: Final = "this pattern takes too long"

PATIENCE: Final = 2.0
"""Seconds for a search in all terminals, for which keys wait."""

TURN: Final = 0.004
"""Seconds that a search takes at a time, or a little more."""

MOST_PREVIEWED: Final = 50_000
"""Rows that are searched with every key that is typed of a pattern; more take too long for that."""

MOST: Final = 1000
"""Results that are listed: the last ones, as they are the latest of each terminal."""

_ADDRESS: Final = re.compile(r"""(?:https?|mailto):[!-~]+""")
# What ends a sentence or closes a bracket rather than an address.
_TAIL: Final = """.,;:!?'")]}>*"""
_OPENED: Final = ("http", "https", "mailto")


class Result(NamedTuple):
    """A hit in one of many terminals: the number it has there, and the line it is in."""

    pane: TerminalPane
    number: int
    line: str


class ScrollDesk:
    """Does what the keys of the table SCROLLING say."""

    def __init__(self, board: Board) -> None:
        self._board = board

    @property
    def _scrolling(self) -> tuple[TerminalPane, ScrollMode] | None:
        pane = self._board.focused_pane
        return (pane, pane.scroll) if pane is not None and pane.scroll is not None else None

    # -- searching --------------------------------------------------------------------------

    def action_search(self) -> None:
        """Ask for a pattern, and go to where it comes next."""
        self._ask_in_terminal("/", backward=False)

    def action_search_back(self) -> None:
        """Ask for a pattern, and go to where it came last."""
        self._ask_in_terminal("?", backward=True)

    def _ask_in_terminal(self, sign: str, *, backward: bool) -> None:
        """Ask for a pattern, and show while it is typed where it leads."""
        if self._scrolling is None:
            return
        pane, mode = self._scrolling
        mode.begin_search()

        def typed(text: str) -> None:
            if pane.scroll is mode and mode.history.rows <= MOST_PREVIEWED:
                mode.preview_search(_pattern(text), backward=backward)
                pane.show_scroll()

        def left() -> None:
            if pane.scroll is mode:
                mode.give_up_search()
                pane.show_scroll()

        def search(pattern: Pattern) -> None:
            if pane.scroll is mode:
                mode.preview_search(None, backward=backward)
                self._search(pattern, backward=backward)

        self._ask_for_pattern(sign, search, typed=typed, left=left)

    def action_seek_word(self) -> None:
        """Go to where the word under the cursor comes next."""
        self._search_word(backward=False)

    def action_seek_word_back(self) -> None:
        """Go to where the word under the cursor came last."""
        self._search_word(backward=True)

    def _search_word(self, *, backward: bool) -> None:
        if self._scrolling is None:
            return
        _, mode = self._scrolling
        if word := word_at(mode.history, mode.cursor):
            self._search(whole_word(word), backward=backward)
        else:
            self._board.tell("no word under the cursor")

    def action_search_all(self) -> None:
        """Ask for a pattern, and list where it is in all terminals."""
        texts = Texts()

        def search(pattern: Pattern) -> None:
            self._board.keyboard.wait_for("search", self._search_all(pattern, texts))

        self._board.run_worker(texts.read(self._board.panes), exit_on_error=False)
        self._ask_for_pattern("all terminals /", search)

    def _ask_for_pattern(
        self,
        sign: str,
        search: Callable[[Pattern], None],
        *,
        typed: Callable[[str], None] | None = None,
        left: Callable[[], None] | None = None,
    ) -> None:
        def answered(text: str) -> None:
            try:
                pattern = Pattern(text) if text else None
            except PatternError as error:
                pattern = None
                self._board.tell(one_line(f"no valid pattern: {error}"))
            if pattern is not None:
                search(pattern)
            elif left is not None:
                left()

        self._board.keyboard.ask(sign, answered, typed=typed, left=left)

    def _search(self, pattern: Pattern, *, backward: bool) -> None:
        if self._scrolling is not None:
            pane, mode = self._scrolling
            if not mode.search(pattern, backward=backward):
                why = TOO_SLOW if mode.is_slow else "nowhere in this terminal"
                self._board.tell(one_line(f"{why}: {pattern.text}"))
            pane.show_scroll()

    async def _search_all(self, pattern: Pattern, texts: Texts) -> None:
        from podboard.ui.screens.picker import Picker

        panes = self._board.panes
        tally = Tally(pattern, MOST)
        try:
            async with asyncio.timeout(PATIENCE):
                transcripts = await texts.read(panes)
                # From the last, as the last hits are listed.
                looks = (tally.look_through(transcript.pieces) for transcript in reversed(transcripts))
                await _in_turns(chain.from_iterable(looks))
        except (SlowPatternError, TimeoutError):
            self._board.tell(one_line(f"{TOO_SLOW}: {pattern.text}"))
            return
        count = sum(tally.counts)
        if not count:
            self._board.tell(one_line(f"nowhere in {len(panes)} terminals: {pattern.text}"))
            return
        listed = [Result(panes[-1 - text], number, line) for text, number, line in reversed(tally.found)]

        def chosen(place: int | None) -> None:
            if place is not None and listed[place].pane in self._board.panes:
                self._go(listed[place], pattern)

        among = sum(number > 0 for number in tally.counts)
        title = f"{pattern.text} · {count} in {among} terminal{'' if among == 1 else 's'}"
        title += f", the last {MOST}" if count > MOST else ""
        choices = [f"{result.pane.terminal.target.pod}: {result.line.strip()}" for result in listed]
        self._board.app.push_screen(Picker(title, choices, wide=True), chosen)

    def _go(self, result: Result, pattern: Pattern) -> None:
        self._board.show(result.pane)
        mode = result.pane.begin_scrolling()
        mode.go_to_hit(pattern, result.number)
        result.pane.show_scroll()
        self._board.keyboard.show()

    # -- copying and saving -------------------------------------------------------------------

    def action_copy(self) -> None:
        """Copy what is selected, else the line."""
        if self._scrolling is not None:
            pane, mode = self._scrolling
            self.copy(mode.selected_text())
            mode.selection = None
            pane.show_scroll()

    def copy(self, text: str) -> None:
        """Copy a text, and say how."""
        self._board.run_worker(self._copy(text), exit_on_error=False)

    async def _copy(self, text: str) -> None:
        from podboard.ui.clipboard import copy

        lines = text.count("\n") + (not text.endswith("\n"))
        size = "1 line" if lines == 1 else f"{lines} lines"
        if not text.strip():
            self._board.tell("nothing to copy there")
        else:
            self._board.tell(f"copied {size} {await copy(self._board.app, text)}")

    def action_save(self) -> None:
        """Ask for a file, and save all lines there."""
        if self._scrolling is not None:
            pane, mode = self._scrolling
            text = f"{mode.history.whole()}\n"
            self._board.keyboard.ask(
                "save to ", lambda name: self._save(name, text), f"{pane.terminal.target.pod}.txt"
            )

    def _save(self, name: str, text: str) -> None:
        from podboard.ui.screens.confirm import Confirm

        if not name.strip():
            return
        path = expanded(name.strip())
        if path.is_dir():
            self._board.tell(one_line(f"{path} is a directory"))
        elif os.path.lexists(path):

            def answered(yes: bool | None) -> None:  # noqa: FBT001 - the dialog's answer
                if yes:
                    self._board.run_worker(self._write(path, text, replaces=True), exit_on_error=False)

            question = one_line(f"{path} is there already. Replace what is in it?")
            self._board.app.push_screen(Confirm(question, "replace it"), answered)
        else:
            self._board.run_worker(self._write(path, text, replaces=False), exit_on_error=False)

    async def _write(self, path: Path, text: str, *, replaces: bool) -> None:
        try:
            await asyncio.to_thread(_write, path, text, replaces=replaces)
        except OSError as error:
            self._board.tell(one_line(f"{path} was not saved: {error.strerror}"))
        else:
            self._board.tell(one_line(f"saved {text.count(chr(10))} lines to {path}, readable by you alone"))

    # -- addresses --------------------------------------------------------------------------

    def action_open_link(self) -> None:
        """Show where the address under the cursor leads, and open it if the person says so."""
        from podboard.ui.screens.confirm import Confirm

        if self._scrolling is None:
            return
        _, mode = self._scrolling
        shown, address = address_at(mode)
        if not address:
            self._board.tell("no address under the cursor")
            return
        program = opener(os.environ)
        scheme, host = _leads_to(address)
        question = f"{address}\nleads to {host or scheme}"
        if shown and shown != address:
            question += f"\nthough it reads {one_line(shown)}"
        opens = program is not None and scheme in _OPENED

        def answered(yes: bool | None) -> None:  # noqa: FBT001 - the dialog's answer
            if yes and opens and program is not None:
                self._board.run_worker(self._open(program, address), exit_on_error=False)
            elif yes:
                self.copy(address)

        why = "" if opens else "\nIt cannot be opened from here, but copied."
        self._board.app.push_screen(Confirm(f"{question}{why}", "open it" if opens else "copy it"), answered)

    async def _open(self, program: str, address: str) -> None:
        problem = await open_address(program, address)
        self._board.tell(one_line(f"{program}: {problem}" if problem else f"opened with {program}"))

    # -- leaving ----------------------------------------------------------------------------

    def action_clear(self) -> None:
        """Select no more; where nothing is selected, leave."""
        if self._scrolling is not None and self._scrolling[1].selection is not None:
            pane, mode = self._scrolling
            mode.selection = None
            pane.show_scroll()
        else:
            self.action_end()

    def action_end(self) -> None:
        """Go back to the end, and to typing."""
        if self._scrolling is not None:
            self._scrolling[0].follow()


def _pattern(text: str) -> Pattern | None:
    """A pattern that may not be typed to its end."""
    try:
        return Pattern(text) if text else None
    except PatternError:
        return None


class Texts:
    """What terminals keep, for one search in all of them."""

    def __init__(self) -> None:
        self._of: dict[Screen, Transcript] = {}

    async def read(self, panes: Sequence[TerminalPane]) -> list[Transcript]:
        """Read what they keep now, as far as it is not known: it takes longer than to search."""
        transcripts = [self._transcript(pane.terminal.screen) for pane in panes]
        await _in_turns(read_together(transcripts))
        return transcripts

    def _transcript(self, screen: Screen) -> Transcript:
        return self._of.get(screen) or self._of.setdefault(screen, Transcript(screen))


async def _in_turns(work: Iterable[None]) -> None:
    """Do a work piece by piece, and let others have their turn."""
    await asyncio.sleep(0)
    began = time.perf_counter()
    for _ in work:
        if time.perf_counter() - began > TURN:
            await asyncio.sleep(0)
            began = time.perf_counter()


def address_at(mode: ScrollMode) -> tuple[str, str]:
    """What is shown at the cursor of a scroll mode and the address it leads to; both empty for none."""
    from podboard.vt.selection import line_text

    history, cursor = mode.history, mode.cursor
    text, places = line_text(history, cursor.row)
    links = history.links(cursor.row)
    if address := links[cursor.column]:
        shown = "".join(
            character
            for character, place in zip(text, places, strict=True)
            if place.row == cursor.row and links[place.column] == address
        )
        return shown, address
    for found in _ADDRESS.finditer(text):
        address = found[0].rstrip(_TAIL)
        if places[found.start()] <= cursor <= places[found.start() + len(address) - 1]:
            return "", address
    return "", ""


def _leads_to(address: str) -> tuple[str, str]:
    """The scheme and the host of an address; what stands in front of an @ is no host."""
    try:
        parts = urlsplit(address)
        return parts.scheme.lower(), parts.hostname or ""
    except ValueError:
        return "", ""


def _write(path: Path, text: str, *, replaces: bool) -> None:
    flags = os.O_WRONLY | (os.O_TRUNC if replaces else os.O_CREAT | os.O_EXCL)
    with open(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123 - of a descriptor
        os.fchmod(file.fileno(), 0o600)
        file.write(text)
