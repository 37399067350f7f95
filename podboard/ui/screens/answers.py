"""What terminals answered to one command: those that said the same together, the odd ones out shown."""

from __future__ import annotations

import logging
from contextlib import aclosing
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from podboard.model.text import one_line
from podboard.session.broadcast import listed
from podboard.session.survey import differences, grouped, odd_lines
from podboard.ui.screens.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from textual.app import ComposeResult

    from podboard.session.survey import Answer
    from podboard.ui.widgets.terminal_pane import TerminalPane

log = logging.getLogger(__name__)

MOST: Final = 500
"""Lines of an answer that are shown: the rest is in its terminal."""

_LONGEST: Final = 1000
_BORDERS: Final = 6


class _Row(NamedTuple):
    """A line of the list.

    Attributes:
        usual: What most answered, where this is an odd one out.
    """

    members: tuple[TerminalPane, ...]
    text: str
    usual: str | None


class Answers(Dialog["TerminalPane | None"]):
    """Shows answers as they come; the answer is the terminal to go to.

    To leave it is to wait no longer; the command goes on where it has not ended.

    Args:
        command: What was asked.
        asked: Who was.
        answers: Of each of them.
        called: What a terminal is called.
    """

    BINDINGS: ClassVar = [
        Binding("escape,q,ctrl+q,ctrl+c", "leave", "close"),
        Binding("enter", "go", "go to the terminal", priority=True),
        Binding("j,down", "move(1)", "next group", priority=True),
        Binding("k,up", "move(-1)", "previous group", priority=True),
        Binding("pagedown,ctrl+f,space", "page(1)", "a page down", priority=True),
        Binding("pageup,ctrl+b", "page(-1)", "a page up", priority=True),
    ]

    def __init__(
        self,
        command: str,
        asked: Sequence[TerminalPane],
        answers: AsyncGenerator[Answer[TerminalPane], None],
        called: Callable[[TerminalPane], str],
    ) -> None:
        super().__init__()
        self._command = command
        self._asked = asked
        self._coming = answers
        self._called = called
        self._answers: list[Answer[TerminalPane]] = []
        self._rows: list[_Row] = []
        self._groups = OptionList(compact=True)
        self._text = Static(classes="answers-text")
        self._page = VerticalScroll(self._text, can_focus=False)
        self._keys = Static(classes="dialog-keys")

    def compose(self) -> ComposeResult:
        """The command, the groups, what one of them answered, and how far it has come."""
        with Vertical(classes="dialog answers"):
            yield Static(Content(one_line(self._command)), classes="dialog-title")
            yield self._groups
            yield self._page
            yield self._keys

    def on_mount(self) -> None:
        """Ask."""
        self._show()
        self.run_worker(self._take(), exit_on_error=False)

    async def _take(self) -> None:
        try:
            async with aclosing(self._coming) as coming:
                async for answer in coming:
                    self._answers.append(answer)
                    self._answers.sort(key=lambda answer: self._asked.index(answer.member))
                    self._show()
        except Exception:
            log.exception("asking terminals failed")
            self._tell("podboard itself failed here; the log file says more")

    def _show(self) -> None:
        options = self._groups
        at = options.highlighted
        shown = self._rows[at].members[0] if at is not None else None
        self._rows = []
        options.clear_options()
        room = max(self.size.width - _BORDERS - 30, 20)
        groups = grouped(self._answers)
        for place, group in enumerate(groups):
            if place:
                odd = odd_lines(groups[0].text, group.text)
                words = f"differs in {_count(odd, 'line')}" if odd else "the same lines in another order"
            else:
                words = _count(group.text.count("\n") + 1, "line") if group.text else "nothing"
            names = listed([self._called(member) for member in group.members], room)
            options.add_option(Option(Content(f"{len(group.members):>3}  {names} · {words}")))
            self._rows.append(_Row(group.members, group.text, groups[0].text if place else None))
        for answer in self._answers:
            if answer.trouble:
                options.add_option(Option(Content(f"  -  {self._called(answer.member)} · {answer.trouble}")))
                self._rows.append(_Row((answer.member,), answer.text, None))
        places = (place for place, row in enumerate(self._rows) if shown in row.members)
        options.highlighted = next(places, 0 if self._rows else None)
        answered = sum(not answer.trouble for answer in self._answers)
        waits = len(self._asked) - len(self._answers)
        state = f"{answered} of {len(self._asked)} answered"
        if len(groups) > 1:
            state += f", {len(groups)} kinds"
        elif answered == len(self._asked) > 1:
            state += ", all alike"
        self._tell(f"{state}    enter  go there    esc  {'stop waiting' if waits else 'back'}")

    def _tell(self, text: str) -> None:
        self._keys.update(Content(text))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show what the group answered."""
        _, text, usual = self._rows[event.option_index]
        lines = text.split("\n") if usual is None else differences(usual, text)
        shown = "\n".join(_printable(line) for line in lines[:MOST])
        if len(lines) > MOST:
            shown += f"\n… and {_count(len(lines) - MOST, 'line')} more: enter goes there"
        self._text.update(Content(shown))
        self._page.scroll_home(animate=False, immediate=True)

    def on_option_list_option_selected(self) -> None:
        """Go to the terminal that was clicked."""
        self.action_go()

    def action_move(self, by: int) -> None:
        """Go to another group."""
        if self._rows:
            self._groups.highlighted = ((self._groups.highlighted or 0) + by) % len(self._rows)

    def action_page(self, by: int) -> None:
        """Scroll what the group answered."""
        self._page.scroll_relative(y=by * max(self._page.size.height - 1, 1), animate=False, immediate=True)

    def action_go(self) -> None:
        """Go to the group's first terminal."""
        at = self._groups.highlighted
        if at is not None:
            self.dismiss(self._rows[at].members[0])

    def action_leave(self) -> None:
        """Wait no longer."""
        self.dismiss(None)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _printable(line: str) -> str:
    # The blanks that stand columns apart are the program's own.
    return line if line.isprintable() and len(line) <= _LONGEST else one_line(line, _LONGEST)
