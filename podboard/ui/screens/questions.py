"""What a person is asked on the way to a host: secrets, and whether a key is the host's."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from podboard.model.question import PassphraseQuestion, PasswordQuestion, ServerQuestion
from podboard.ui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from podboard.model.question import HostKeyQuestion, SecretQuestion

TRUST = "yes"
"""What has to be typed before a key is believed to be a host's: no single key, which may be typed ahead."""


class SecretsDialog(Dialog[tuple[str, ...] | None]):
    """Asks for one text for each prompt; None is to give up."""

    BINDINGS: ClassVar = [Binding("escape,ctrl+q,ctrl+c", "give_up", "give up")]

    def __init__(self, question: SecretQuestion) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """Who asks, what it says, and a line for each answer."""
        question = self._question
        with Vertical(classes="dialog"):
            yield Static(Content(question.host), classes="dialog-title")
            if isinstance(question, ServerQuestion):
                # Its words say nothing in podboard's name.
                yield Static(
                    Content("\n".join(filter(None, ("it says:", question.title, question.instructions))))
                )
            if question.again:
                yield Static(Content(_AGAIN[type(question)]), classes="dialog-trouble")
            for prompt in question.prompts:
                yield Static(Content(prompt.text))
                yield Input(password=not prompt.echo, compact=True)
            yield Static(Content("enter  answer    esc  give up"), classes="dialog-keys")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go to the next answer, or give them all."""
        inputs = list(self.query(Input))
        place = inputs.index(event.input)
        if place + 1 < len(inputs):
            inputs[place + 1].focus()
        else:
            self.dismiss(tuple(entry.value for entry in inputs))

    def action_give_up(self) -> None:
        """Answer nothing."""
        self.dismiss(None)


_AGAIN = {
    PassphraseQuestion: "that did not open the key",
    PasswordQuestion: "that was refused",
    ServerQuestion: "that was refused",
}


class HostKeyDialog(Dialog[bool]):
    """Asks whether an unknown key is a host's; only a typed word says so."""

    BINDINGS: ClassVar = [Binding("escape,ctrl+q,ctrl+c", "refuse", "refuse")]

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
            yield Input(placeholder=f"type {TRUST} to trust it from now on", compact=True)
            yield Static(Content("enter  answer    esc  do not connect"), classes="dialog-keys")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Trust it, if that is what was typed."""
        if event.value.strip().lower() == TRUST:
            self.dismiss(True)  # noqa: FBT003 - the answer
        else:
            event.input.clear()

    def action_refuse(self) -> None:
        """Do not trust it."""
        self.dismiss(False)  # noqa: FBT003 - the answer
