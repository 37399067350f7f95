"""Looking through what a terminal has shown: a cursor, a selection, and what was searched for."""

from __future__ import annotations

from bisect import bisect_left
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from podboard.vt.history import History, Place
from podboard.vt.prompts import next_prompt
from podboard.vt.search import Lines, SlowPatternError
from podboard.vt.selection import (
    Selection,
    Shape,
    end_of_word,
    next_word,
    previous_word,
    span,
    thing_at,
)

if TYPE_CHECKING:
    from podboard.vt.screen import Screen
    from podboard.vt.search import Hit, Pattern

MOST_TIMES = 999
"""How often a word is gone on with one key: each has to be read."""

HIT, HIT_HERE, SELECTED = "hit", "hit-here", "selected"


class Mark(NamedTuple):
    """Columns of a row that look otherwise, the end not included."""

    start: int
    end: int
    look: str


class ScrollMode:
    """A terminal's scroll mode, from its begin to its end.

    The view stays where it is, whatever the program writes meanwhile.

    Attributes:
        cursor: Where the person is.
        selection: What is selected, if anything is.
        pattern: What was searched for last.
        is_slow: Whether that took too long to look for.
        is_held: Whether the view stays; False lets it follow the output again.
        has_keys: Whether keys are for it, and not for the pod.
    """

    def __init__(self, screen: Screen, *, has_keys: bool) -> None:
        self._screen = screen
        self._history = history = History(screen)
        self._top = history.top
        self.cursor = Place(self._top + screen.cursor.row, screen.cursor.column)
        # Where the shell's prompt is, if it waits.
        self._prompt_row = history.rows - screen.size.rows + screen.cursor.row
        self.selection: Selection | None = None
        self.pattern: Pattern | None = None
        self.is_slow = False
        # Where a search began, and what was searched for before, while its pattern is typed.
        self._origin: Place | None = None
        self._last: tuple[Pattern | None, bool] = (None, False)
        self.is_held = True
        self.has_keys = has_keys
        self._is_backward = False
        self._lines: Lines | None = None
        self._hits: list[Hit] = []
        self._at = -1
        self._bookmark = history.bookmark(self._top)

    @property
    def history(self) -> History:
        """What is looked through."""
        return self._history

    # -- the view ---------------------------------------------------------------------------

    def hold(self) -> None:
        """Keep the view and all places where they were, after the program wrote or the size changed."""
        history = self._history
        row = self._bookmark.row
        moved = row - self._top if row is not None else -min(self._top, self.cursor.row)
        if moved:
            self._prompt_row += moved
            if self._lines is not None:
                self._lines.shift += moved
            self.cursor = Place(self.cursor.row + moved, self.cursor.column)
            self.selection = self.selection and self.selection.moved(moved)
            if self._origin is not None:
                self._origin = Place(max(self._origin.row + moved, 0), self._origin.column)
        self.cursor = self._clamped(self.cursor)
        if self.is_held:
            self._screen.scroll(self._top + moved - history.top)
        self._note_view()

    def _note_view(self) -> None:
        self._top = self._history.top
        self._bookmark = self._history.bookmark(self._top)

    def _clamped(self, place: Place) -> Place:
        row = min(max(place.row, 0), self._history.rows - 1)
        return Place(row, min(max(place.column, 0), self._history.columns - 1))

    def go(self, place: Place) -> None:
        """Take the cursor to a place, and see it."""
        self.cursor = place = self._clamped(place)
        if self.selection is not None:
            self.selection = self.selection._replace(end=place)
        top, rows = self._history.top, self._screen.size.rows
        self._screen.scroll(min(place.row - top, 0) + max(place.row - top - rows + 1, 0))
        self._note_view()

    def scroll(self, lines: int) -> None:
        """Move the view down, up where negative, and the cursor as far as it must to be seen."""
        self._screen.scroll(lines)
        top = self._history.top
        row = min(max(self.cursor.row, top), top + self._screen.size.rows - 1)
        self.go(Place(row, self.cursor.column))

    # -- moving: what keys of the table MOVING are called ---------------------------------------

    def move(self, action: str, count: int | None) -> None:
        """Do what a key of the table MOVING names.

        Args:
            count: The number typed before it: of a line where it goes to one, else how often.
        """
        match action, count:
            case "first" | "last", int(number):
                self.go(Place(number - 1, 0))
            case "up" | "down" | "row_up" | "row_down", int(times):
                step = self._by if action in ("up", "down") else self.scroll
                step(times if action.endswith("down") else -times)
            case _:
                for _ in range(min(count or 1, MOST_TIMES)):
                    getattr(self, f"action_{action}")()

    def _by(self, rows: int, columns: int = 0) -> None:
        self.go(Place(self.cursor.row + rows, self.cursor.column + columns))

    def action_left(self) -> None:
        """Go a character to the left."""
        self._by(0, -1)

    def action_right(self) -> None:
        """Go a character to the right, over both halves of a wide one."""
        characters = self._history.characters(self.cursor.row)
        following = self.cursor.column + 1
        is_wide = following < len(characters) and not characters[following]
        self._by(0, 2 if is_wide else 1)

    def action_down(self) -> None:
        """Go a row down."""
        self._by(1)

    def action_up(self) -> None:
        """Go a row up."""
        self._by(-1)

    def action_next_word(self) -> None:
        """Go to the next word."""
        self.go(next_word(self._history, self.cursor))

    def action_end_of_word(self) -> None:
        """Go to the end of the word."""
        self.go(end_of_word(self._history, self.cursor))

    def action_previous_word(self) -> None:
        """Go to the word before."""
        self.go(previous_word(self._history, self.cursor))

    def action_row_start(self) -> None:
        """Go to the first column."""
        self.go(Place(self.cursor.row, 0))

    def action_row_text(self) -> None:
        """Go to the first character that is no blank."""
        text = "".join(character or " " for character in self._history.characters(self.cursor.row))
        self.go(Place(self.cursor.row, len(text) - len(text.lstrip()) if text.strip() else 0))

    def action_row_end(self) -> None:
        """Go to the last character."""
        text = "".join(character[:1] or "\0" for character in self._history.characters(self.cursor.row))
        self.go(Place(self.cursor.row, len(text.rstrip(" \0")) - 1))

    def action_first(self) -> None:
        """Go to the oldest row."""
        self.go(Place(0, 0))

    def action_last(self) -> None:
        """Go to the last row with anything in it."""
        rows = self._history.whole(unwrap=False).count("\n")
        self.go(Place(rows, 0))

    def action_half_page_down(self) -> None:
        """Go half a page down."""
        self._page(1, 2)

    def action_half_page_up(self) -> None:
        """Go half a page up."""
        self._page(-1, 2)

    def action_page_down(self) -> None:
        """Go a page down."""
        self._page(1)

    def action_page_up(self) -> None:
        """Go a page up."""
        self._page(-1)

    def _page(self, direction: int, part: int = 1) -> None:
        """Move view and cursor together."""
        by = direction * max(self._screen.size.rows // part, 1)
        self._screen.scroll(by)
        self._by(by)

    def action_row_up(self) -> None:
        """Scroll a row up."""
        self.scroll(-1)

    def action_row_down(self) -> None:
        """Scroll a row down."""
        self.scroll(1)

    def action_view_top(self) -> None:
        """Go to the first row shown."""
        self.go(Place(self._history.top, self.cursor.column))

    def action_view_middle(self) -> None:
        """Go to the row in the middle."""
        self.go(Place(self._history.top + (self._screen.size.rows - 1) // 2, self.cursor.column))

    def action_view_bottom(self) -> None:
        """Go to the last row shown."""
        self.go(Place(self._history.top + self._screen.size.rows - 1, self.cursor.column))

    def action_next_prompt(self) -> None:
        """Go to the next prompt."""
        self._go_to_prompt(1)

    def action_previous_prompt(self) -> None:
        """Go to the prompt before."""
        self._go_to_prompt(-1)

    def _go_to_prompt(self, step: int) -> None:
        waits = ""
        if 0 <= self._prompt_row < self._history.rows:
            waits = "".join(self._history.characters(self._prompt_row)).rstrip()
        row = next_prompt(self._history, self.cursor.row, step, waits)
        if row is not None:
            self.go(Place(row, 0))

    # -- selecting --------------------------------------------------------------------------

    def action_select(self) -> None:
        """Select by character from here on, or no more."""
        self._select(Shape.CHARACTERS)

    def action_select_lines(self) -> None:
        """Select lines from here on, or no more."""
        self._select(Shape.LINES)

    def action_select_block(self) -> None:
        """Select a block from here on, or no more."""
        self._select(Shape.BLOCK)

    def _select(self, shape: Shape) -> None:
        if self.selection is None:
            self.selection = Selection(self.cursor, self.cursor, shape)
        elif self.selection.shape is shape:
            self.selection = None
        else:
            self.selection = self.selection._replace(shape=shape)

    def place_at(self, column: int, row: int) -> Place:
        """The place that is shown in a column and a row of the screen."""
        return self._clamped(Place(self._history.top + row, column))

    def select_thing(self, place: Place) -> None:
        """Select what one means by a place: a path, an address, a name."""
        self._select_all(thing_at(self._history, place))

    def select_line(self, place: Place) -> None:
        """Select a line."""
        self._select_all(Selection(place, place, Shape.LINES))

    def _select_all(self, selection: Selection) -> None:
        self.selection = None
        self.go(selection.end)
        self.selection = selection

    def selected_text(self) -> str:
        """What is selected; the line of the cursor where nothing is."""
        selection = self.selection or Selection(self.cursor, self.cursor, Shape.LINES)
        return selection.text(self._history)

    # -- searching --------------------------------------------------------------------------

    @property
    def found(self) -> str:
        """What was searched for and how it stands: the hit gone to, and how many there are."""
        if self.pattern is None:
            return ""
        if self.is_slow:
            return "takes too long"
        at = self._at + 1
        return f"/{self.pattern.text}  {at or '-'} of {len(self._hits)}" if self._hits else "no hit"

    def search(self, pattern: Pattern, *, backward: bool) -> bool:
        """Find a pattern everywhere, and go to the next hit from the cursor, round the end; whether any."""
        self.pattern = pattern
        self._is_backward = backward
        return self.action_next_hit()

    def begin_search(self) -> None:
        """Remember where it begins, while a pattern is typed."""
        self._origin, self._last = self.cursor, (self.pattern, self._is_backward)

    def preview_search(self, pattern: Pattern | None, *, backward: bool) -> None:
        """Show where a pattern leads that is being typed; None leads nowhere."""
        if self._origin is not None:
            self.go(self._origin)
            if pattern is None or not self.search(pattern, backward=backward):
                self.pattern, self._hits = pattern, []

    def give_up_search(self) -> None:
        """Go back to where it began, and to what was searched for before."""
        if self._origin is not None:
            self.go(self._origin)
        self._origin = None
        self.pattern, self._is_backward = self._last
        self._look()

    def go_to_hit(self, pattern: Pattern, index: int) -> None:
        """Find a pattern everywhere, and go to the hit of that number."""
        self.pattern, self._is_backward = pattern, False
        lines = self._look()
        if self._hits:
            self._at = min(index, len(self._hits) - 1)
            self.go(lines.place(self._hits[self._at][0]))

    def action_next_hit(self) -> bool:
        """Go to the next hit in the direction of the search."""
        return self._step(backward=self._is_backward)

    def action_previous_hit(self) -> bool:
        """Go to the next hit against the direction of the search."""
        return self._step(backward=not self._is_backward)

    def _look(self) -> Lines:
        """Search anew: the program may have written."""
        self._lines = lines = Lines(self._history)
        self._hits, self._at, self.is_slow = [], -1, False
        try:
            self._hits = self.pattern.find(lines.text) if self.pattern is not None else []
        except SlowPatternError:
            self.is_slow = True
        return lines

    def _step(self, *, backward: bool) -> bool:
        lines = self._look()
        if not self._hits:
            return False
        here = lines.offset(self.cursor)
        starts = [start for start, _ in self._hits]
        at = bisect_left(starts, here) - 1 if backward else bisect_left(starts, here + 1)
        self._at = at % len(starts)
        self.go(lines.place(starts[self._at]))
        return True

    # -- what is shown of it ------------------------------------------------------------------

    def marks(self) -> list[tuple[Mark, ...]]:
        """What looks otherwise in each row that is shown."""
        top, rows = self._history.top, self._screen.size.rows
        marks: list[list[Mark]] = [[] for _ in range(rows)]
        seen = [
            (corners, HIT_HERE if index == self._at else HIT, False)
            for index, corners in self._seen_hits(top, rows)
        ]
        if self.selection is not None:
            seen.append(
                (self.selection.corners(self._history), SELECTED, self.selection.shape is Shape.BLOCK)
            )
        for corners, look, is_block in seen:
            for row in range(max(corners[0].row, top), min(corners[1].row + 1, top + rows)):
                if found := span(corners, row, self._history.columns, is_block=is_block):
                    marks[row - top].append(self._mark(row, *found, look))
        return [tuple(row) for row in marks]

    def _mark(self, row: int, start: int, end: int, look: str) -> Mark:
        """A mark of whole characters: half of a wide one could not be drawn."""
        columns_of = self._history.columns_of
        return Mark(columns_of(Place(row, start))[0], columns_of(Place(row, end - 1))[1], look)

    def _seen_hits(self, top: int, rows: int) -> list[tuple[int, tuple[Place, Place]]]:
        """The hits in these rows, their numbers and corners; a hit that was written over is none."""
        lines = self._lines
        if lines is None or not self._hits:
            return []
        seen = []
        index = bisect_left(self._hits, lines.offset(Place(top, 0)), key=itemgetter(1))
        for at in range(index, len(self._hits)):
            start, end = self._hits[at]
            corners = lines.place(start), lines.place(end - 1)
            if corners[0].row >= top + rows:
                break
            if self._is_still_there(corners, lines.text[start:end]):
                seen.append((at, corners))
        return seen

    def _is_still_there(self, corners: tuple[Place, Place], text: str) -> bool:
        if corners[0].row < 0 or corners[1].row >= self._history.rows:
            return False
        return self._history.text(*corners).rstrip() == text.rstrip()
