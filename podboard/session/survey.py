"""One command in many terminals: what each of them answers, and which answers are alike."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from difflib import SequenceMatcher
from itertools import takewhile
from typing import TYPE_CHECKING, Final, Generic

from msgspec import Struct

from podboard.session.broadcast import M, is_open
from podboard.vt.history import History, Place
from podboard.vt.prompts import line_to_cursor, same_prompt, waiting_prompt

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from podboard.session.terminal import Terminal
    from podboard.vt.prompts import Prompt

LIMIT: Final = 60.0
"""Seconds after which an answer is not waited for any longer."""

QUIET: Final = 0.15
"""Seconds without output after which what looks like the prompt is taken for it."""

_SURELY_QUIET: Final = 1.0
"""The same where something stands in front of it: output may end as a prompt does."""

_POLL: Final = 0.05

COMPARED: Final = 500
"""Lines of an answer at most whose differences from another are told, from the first one that differs."""


class Answer(Struct, Generic[M], frozen=True):
    """What a terminal printed between the command and the next prompt.

    Attributes:
        text: Lines, without blanks at their ends.
        trouble: Why that is not a whole answer; empty where it is.
    """

    member: M
    text: str
    trouble: str = ""


class Group(Struct, Generic[M], frozen=True):
    """Terminals that answered alike."""

    text: str
    members: tuple[M, ...]


async def ask(members: Sequence[M], command: str, limit: float = LIMIT) -> AsyncGenerator[Answer[M], None]:
    """Type a command into terminals, and tell of each answer as soon as it is whole.

    A terminal without a prompt is not asked. Where it is given up, commands go on in their pods.

    Args:
        command: One line.
        limit: Seconds for all of it.
    """
    waiting: dict[M, _Conversation] = {}
    for member in members:
        conversation = _Conversation.begin(member.terminal)
        if conversation is None:
            yield Answer(member, "", "not asked: no prompt waits there")
            continue
        member.send_text(command)
        member.send_key("enter", "\r")
        waiting[member] = conversation
    ends = time.monotonic() + limit
    while waiting:
        for member, conversation in list(waiting.items()):
            if (text := conversation.answer()) is not None:
                yield Answer(member, text)
            elif not conversation.goes_on:
                yield Answer(member, conversation.so_far(), "its shell is gone")
            elif time.monotonic() >= ends:
                yield Answer(member, conversation.so_far(), f"no prompt came back in {limit:.0f} s")
            else:
                continue
            del waiting[member]
        await asyncio.sleep(_POLL)


class _Conversation:
    """A terminal from the prompt at which a command is typed to the next one."""

    def __init__(self, terminal: Terminal, history: History, prompt: Prompt) -> None:
        self._terminal = terminal
        self._history = history
        self._is_marked = prompt.is_marked
        self._looks = same_prompt(prompt.text)
        self._prompt = history.bookmark(prompt.row)
        self._typed = history.bookmark(history.cursor.row)
        self._shell = terminal.opened
        self._before = self._received = terminal.received
        self._changed = time.monotonic()

    @classmethod
    def begin(cls, terminal: Terminal) -> _Conversation | None:
        """Note where a command will be typed; None where no prompt waits for one."""
        if not is_open(terminal) or terminal.screen.alternate:
            return None
        history = History(terminal.screen)
        prompt = waiting_prompt(history)
        return cls(terminal, history, prompt) if prompt is not None else None

    @property
    def goes_on(self) -> bool:
        """Whether the shell is the one that was asked."""
        return is_open(self._terminal) and self._terminal.opened == self._shell

    def answer(self) -> str | None:
        """What was printed, once the prompt is back."""
        terminal, now = self._terminal, time.monotonic()
        if terminal.received != self._received:
            self._received, self._changed = terminal.received, now
        quiet = now - self._changed
        if self._received == self._before or quiet < QUIET or terminal.screen.alternate:
            return None
        history, last = self._history, ""
        if self._is_marked:
            back = waiting_prompt(history)
            if back is None or not back.is_marked:
                return None
            end = back.row
        else:
            text = line_to_cursor(history)
            found = self._looks.search(text)
            if found is None or (found.start() and quiet < _SURELY_QUIET):
                return None
            end, last = history.line(history.cursor.row).start, text[: found.start()]
        first = self._first_row()
        if end < first:
            if self._is_where_it_was(end):
                return None
            # The screen was cleared.
            first = max(history.rows - terminal.screen.size.rows, 0)
        return "\n".join(filter(None, (self._lines(first, end), last)))

    def so_far(self) -> str:
        """What was printed until now."""
        return self._lines(self._first_row(), self._history.rows)

    def _first_row(self) -> int:
        """The row behind the command; the oldest one, where the scrollback is full by now."""
        row = self._typed.row
        return self._history.line(row).stop if row is not None else 0

    def _is_where_it_was(self, row: int) -> bool:
        """Whether a row is one of the prompt at which the command was typed."""
        prompt = self._prompt.row
        return prompt is not None and prompt <= row < self._first_row()

    def _lines(self, first: int, end: int) -> str:
        if end <= first:
            return ""
        return self._history.text(Place(first, 0), Place(end - 1, self._history.columns - 1)).rstrip("\n")


def grouped(answers: Sequence[Answer[M]]) -> list[Group[M]]:
    """Put whole answers that are alike together, the largest group first."""
    by_text: dict[str, list[M]] = {}
    for answer in answers:
        if not answer.trouble:
            by_text.setdefault(answer.text, []).append(answer.member)
    groups = [Group(text, tuple(members)) for text, members in by_text.items()]
    return sorted(groups, key=lambda group: -len(group.members))


def odd_lines(usual: str, other: str) -> int:
    """How many lines differ, at least; 0 where the same ones come in another order."""
    before, after = Counter(usual.split("\n")), Counter(other.split("\n"))
    return max((before - after).total(), (after - before).total())


def differences(usual: str, other: str) -> list[str]:
    """The lines of ``other`` and how they differ from ``usual``.

    Returns:
        Lines that begin with a sign and a blank: ``-`` is missing, ``+`` is more, a blank is in both; of
        those only the ones beside a difference, ``…`` stands for the others, and for what is not compared.
    """
    before, after = usual.split("\n"), other.split("\n")
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    first = max(alike - 1, 0)
    told = ["…"] if first else []
    compared = before[first : first + COMPARED], after[first : first + COMPARED]
    for block in SequenceMatcher(None, *compared).get_grouped_opcodes(1):
        if len(told) > 1:
            told.append("…")
        for tag, start, end, other_start, other_end in block:
            if tag == "equal":
                told += [f"  {line}" for line in compared[0][start:end]]
            else:
                told += [f"- {line}" for line in compared[0][start:end]]
                told += [f"+ {line}" for line in compared[1][other_start:other_end]]
    return [*told, "…"] if first + COMPARED < max(len(before), len(after)) else told
