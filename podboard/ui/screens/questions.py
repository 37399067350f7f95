"""What a person is asked on the way to a host: secrets, and whether a key is the host's."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from podboard.model.question import PassphraseQuestion, PasswordQuestion, ServerQuestion
from podboard.ui.screens.dialog import Answer, Dialog, Line

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.await_complete import AwaitComplete
    from textual.timer import Timer

    from podboard.model.question import HostKeyQuestion, SecretQuestion

TRUST: Final = "yes"
"""What has to be typed before a key is believed to be a host's: no single key, which may be typed ahead."""

QUIET: Final = 0.5
"""Seconds without a key before an answer is taken: who types when a question appears types for a pod."""


class Question(Dialog[Answer | None]):
    """Comes when it must, whatever a person is typing then; None is to give up.

    Attributes:
        answered: The answer.
    """

    COMES_UNASKED: ClassVar = True
    BINDINGS: ClassVar = [
        Binding("escape,ctrl+q,ctrl+c", "give_up", "give up"),
        Binding("enter", "enter", "answer", priority=True),
    ]

    KEYS: ClassVar = "enter  answer    esc  give up"

    def __init__(self) -> None:
        super().__init__()
        self.answered: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        self._patience: Timer | None = None
        self._takes_answers = False
        self._is_withdrawn = False

    def keys(self) -> Static:
        """The line that says what the keys do, once they do."""
        return Static(Content("typed keys are not taken for an answer yet"), classes="dialog-keys")

    def on_screen_resume(self) -> None:
        """Begin to wait for quiet; leave, if nobody waits for the answer any more."""
        if self._is_withdrawn:
            self.dismiss(None)
        elif not self._takes_answers:
            self.call_after_refresh(self._wait_for_quiet)

    def _wait_for_quiet(self) -> None:
        if self._patience is not None:
            self._patience.stop()
        self._patience = self.set_timer(QUIET, self._take_answers)

    def _take_answers(self) -> None:
        self._takes_answers = True
        for line in self.query(Line):
            line.disabled = False
        self.go_to(self.query(Line).first())
        self.query_one(".dialog-keys", Static).update(Content(self.KEYS))

    def go_to(self, line: Line) -> None:
        """Type into a line, and see what it is for."""
        self.set_focus(line, scroll_visible=False)
        line.parent.scroll_visible(animate=False)  # type: ignore[union-attr]

    def on_key(self) -> None:
        """Wait on, while somebody types."""
        if not self._takes_answers:
            self._wait_for_quiet()

    def on_paste(self, _: events.Paste) -> None:
        """Wait on, while somebody pastes."""
        self.on_key()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Keys do nothing before there is quiet."""
        return self._takes_answers

    def action_enter(self) -> None:
        """Take what was typed into a line."""
        if isinstance(line := self.focused, Line):
            self.entered(line)

    def entered(self, line: Line) -> None:
        """Go on to the next line, or answer."""
        raise NotImplementedError

    def action_give_up(self) -> None:
        """Answer nothing."""
        self.dismiss(None)

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Give the answer."""
        if self.is_active and not self.answered.done():
            self.answered.set_result(result)
        return super().dismiss(result)

    def withdraw(self) -> None:
        """Go away: nobody waits for the answer any more."""
        self._is_withdrawn = True
        self.answered.cancel()
        self.dismiss(None)


class SecretsDialog(Question[tuple[str, ...]]):
    """Asks for one text for each prompt."""

    def __init__(self, question: SecretQuestion) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """Who asks, what it says, and a line for each answer."""
        question = self._question
        with Vertical(classes="dialog"):
            yield Static(Content(question.host), classes="dialog-title")
            if question.again:
                yield Static(Content(_AGAIN[type(question)]), classes="dialog-trouble")
            with VerticalScroll(can_focus=False):
                if isinstance(question, ServerQuestion):
                    # Its words say nothing in podboard's name.
                    said = filter(None, ("it says:", question.title, question.instructions))
                    yield Static(Content("\n".join(said)))
                for prompt in question.prompts:
                    with Vertical(classes="dialog-prompt"):
                        yield Static(Content(prompt.text))
                        yield _line(password=not prompt.echo)
            yield self.keys()

    def entered(self, line: Line) -> None:
        """Go to the next answer, or give them all."""
        lines = list(self.query(Line))
        place = lines.index(line)
        if place + 1 < len(lines):
            self.go_to(lines[place + 1])
        else:
            self.dismiss(tuple(line.value for line in lines))


_AGAIN = {
    PassphraseQuestion: "that did not open the key",
    PasswordQuestion: "that was refused",
    ServerQuestion: "that was refused",
}


class HostKeyDialog(Question[bool]):
    """Asks whether an unknown key is a host's; only a typed word says so."""

    KEYS = "enter  answer    esc  do not connect"

    def __init__(self, question: HostKeyQuestion) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """The fingerprint, and a line for the answer."""
        question = self._question
        with Vertical(classes="dialog"):
            yield Static(
                Content(f"unknown host: {question.host}, port {question.port}"), classes="dialog-title"
            )
            yield Static(
                Content(
                    f"It shows a key of type {question.key_type} with the fingerprint\n"
                    f"{question.fingerprint}\n"
                    "Compare it with what the host's administrator says. A wrong one is somebody in between."
                )
            )
            yield _line(f"type {TRUST} to trust it from now on")
            yield self.keys()

    def entered(self, line: Line) -> None:
        """Trust it, if that is what was typed."""
        if line.value.strip().lower() == TRUST:
            self.dismiss(True)  # noqa: FBT003 - the answer
        else:
            line.clear()


def _line(placeholder: str = "", *, password: bool = False) -> Line:
    line = Line(placeholder)
    line.password = password
    line.disabled = True
    return line
