"""Where commands were typed: as the shell says it (OSC 133), else by what its prompt looks like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from podboard.vt.history import History

_SIGNS: Final = "$#%>\u276f\u00bb\u203a"
_PROMPT: Final = re.compile(rf"(?:\S.{{0,120}}?)?[{_SIGNS}] ")
# What differs between one prompt and the next: the folder, a number, the time.
_VARIES: Final = re.compile(rf"(?<![\w.])~?/[^\s{_SIGNS}\])]*|~|\d+")


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
    if found is None:
        return _PROMPT
    pieces = _VARIES.split(found[0])
    return re.compile(r"\S*".join(map(re.escape, pieces)))
