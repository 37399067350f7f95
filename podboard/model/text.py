"""Text from outside, made fit to be shown or logged."""

from __future__ import annotations

LIMIT = 400
"""Characters kept of a foreign message: more than fits a person's patience."""


def one_line(text: str, limit: int = LIMIT) -> str:
    """Return foreign text as one line without anything a terminal would act upon.

    Servers, files and proxies write these texts. White space becomes single blanks, every other
    character that does not print (escape sequences, direction marks) is spelled out, and what is
    longer than ``limit`` is cut with an ellipsis.
    """
    line = " ".join(text[: limit * 4].split())
    if not line.isprintable():
        line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in line)
    return line if len(line) <= limit else line[: limit - 1] + "…"
