"""Where commands were typed: as the shell says it (OSC 133), else by what its prompt looks like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from podboard.vt.history import History

_SIGNS: Final = "$#%>\u276f\u00bb\u203a"
_PROMPT: Final = re.compile(rf"(?:\S.{{0,120}}?)?[{_SIGNS}] ")
# What differs between one prompt and the next: the folder, a number, the time.
_FOLDER: Final = rf"~?/[^\s{_SIGNS}\])]*+|~"
_VARIES: Final = re.compile(rf"(?P<folder>(?<![\w.])(?:{_FOLDER}))|\d+")


class Prompt(NamedTuple):
    """A prompt that waits for a command.

    Attributes:
        row: Where it begins.
        text: The line of the cursor, up to that.
        is_marked: Whether the shell says where prompts are.
    """

    row: int
    text: str
    is_marked: bool


def waiting_prompt(history: History) -> Prompt | None:
    """The prompt at the cursor; None where there is none, or something is typed behind it already.

    Where the shell marks none, only a line that ends as prompts do is one: what asks for a password or an
    answer must get no command.
    """
    text, cursor = line_to_cursor(history), history.cursor
    ends_as_one = text.rstrip()[-1:] in set(_SIGNS)
    if history.is_at_prompt:
        marked = next(filter(history.is_prompt, range(cursor.row, -1, -1)), None)
        if marked is not None and (ends_as_one or not _PROMPT.match(text)):
            return Prompt(marked, text, is_marked=True)
    elif ends_as_one:
        return Prompt(history.line(cursor.row).start, text, is_marked=False)
    return None


def line_to_cursor(history: History) -> str:
    """What stands in the cursor's line in front of it."""
    cursor = history.cursor
    rows = range(history.line(cursor.row).start, cursor.row)
    before = [character for row in rows for character in history.characters(row)]
    return "".join([*before, *history.characters(cursor.row)[: cursor.column]])


def same_prompt(prompt: str) -> re.Pattern[str]:
    """What a prompt looks like when it comes back, at the end of a line."""
    return re.compile(rf"{_varying(prompt.rstrip())}\s*\Z")


def next_prompt(history: History, row: int, step: int, prompt: str) -> int | None:
    """The row of the next prompt below a row, or above it.

    Args:
        step: 1 to go down, -1 to go up.
        prompt: What stands where the shell now waits, from which prompts are told if it marks none.
    """
    rows = range(row + 1, history.rows) if step > 0 else range(row - 1, -1, -1)
    marked = next(filter(history.is_prompt, rows), None)
    if marked is not None or any(map(history.is_prompt, range(history.rows))):
        return marked
    texts, looks = history.whole(unwrap=False).split("\n"), look_alike(prompt)
    return next((at for at in rows if at < len(texts) and looks.match(f"{texts[at]} ")), None)


def look_alike(prompt: str) -> re.Pattern[str]:
    """What prompts look like, judged by one; any usual one, where it is none."""
    found = _PROMPT.match(f"{prompt} ")
    return _PROMPT if found is None else re.compile(_varying(found[0]))


def _varying(prompt: str) -> str:
    """An expression for what differs from ``prompt`` in its folder and its numbers alone.

    Whatever a pod made its prompt of, nothing in it can be matched in two ways.
    """
    parts, at = [], 0
    for found in _VARIES.finditer(prompt):
        parts += [re.escape(prompt[at : found.start()]), rf"(?:{_FOLDER})" if found["folder"] else r"\d++"]
        at = found.end()
    return "".join([*parts, re.escape(prompt[at:])])
