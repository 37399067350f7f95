"""One record, field by field."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from podboard.errors import PodboardError
from podboard.model.text import one_line
from podboard.ui.keymap import FORM
from podboard.ui.record_draft import ENTRIES, HINTS, MASKED, SSH, drafted, others, problems, shown
from podboard.ui.screens.dialog import Dialog, Line
from podboard.ui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from podboard.model.record import Record
    from podboard.records.store import Store

_SEALED = "(sealed)"
_REMOVED = "(taken away when stored; backspace keeps it)"
_TYPE_OVER = "sealed: type over it, or take it away with backspace"


class Field(Line):
    """One field's text.

    Args:
        entry: Its name in ``record_draft.ENTRIES``.
        text: What it is; None for a secret that is set.
    """

    def __init__(self, entry: str, text: str | None) -> None:
        super().__init__("" if text is not None else _SEALED)
        self.entry = entry
        self.password = entry in MASKED
        self.select_on_focus = False
        self._text = text
        self._is_removed = False

    def on_mount(self) -> None:
        """Show the text."""
        if self._text:
            self.value = self._text
            self.cursor_position = len(self._text)

    @property
    def typed(self) -> str | None:
        """What it is to be: empty for nothing, None for what it is."""
        if self._text is not None:
            return self.value if self.value != self._text else None
        return self.value or ("" if self._is_removed else None)

    @property
    def hint(self) -> str:
        """What helps to fill it in."""
        return _TYPE_OVER if self._text is None and not self.value else HINTS.get(self.entry, "")

    def action_delete_left(self) -> None:
        """Delete a character; where there is a secret and nothing typed over it, take that away."""
        if self._text is None and not self.value:
            self._is_removed = not self._is_removed
            self.placeholder = _REMOVED if self._is_removed else _SEALED
            self.post_message(self.Changed(self, self.value))
        else:
            super().action_delete_left()

    def action_copy(self) -> None:
        """Copy what is selected, if it may be seen."""
        if not self.password:
            super().action_copy()

    def action_cut(self) -> None:
        """Cut what is selected, if it may be seen."""
        if not self.password:
            super().action_cut()


class RecordForm(Dialog["Record | None"]):
    """Lets a person fill in a record, and stores it; the answer is the record as it was stored.

    Args:
        record: As it is; with an empty id a new one.
    """

    # Before the fields' own.
    BINDINGS: ClassVar = [Binding(key.keys, key.action, key.help, priority=True) for key in FORM]

    def __init__(self, store: Store, record: Record) -> None:
        super().__init__()
        self._store = store
        self._record = record
        self._fields = [Field(entry, shown(record, entry)) for entry in ENTRIES]
        self._names = Static(classes="form-names")
        self._said = Static(classes="page-detail form-detail")
        self._keys = KeyLine()
        self._failed = ""

    def compose(self) -> ComposeResult:
        """The names of the fields, the fields, and what is to be said of the one that has the focus."""
        title = f"record {one_line(self._record.name)}" if self._record.id else "new record"
        plain = [field for field in self._fields if not field.entry.startswith(SSH)]
        with Vertical(classes="page"):
            yield Static(Content(f" {title} "), classes="page-title")
            with VerticalScroll(classes="form", can_focus=False), Horizontal():
                yield self._names
                with Vertical(classes="form-fields"):
                    yield from plain
                    yield Static(Content(" "))
                    yield from self._fields[len(plain) :]
                    if kept := others(self._record):
                        yield Static(Content(f"kept as it is: {', '.join(kept)}"))
            yield self._said
            yield self._keys

    def on_mount(self) -> None:
        """Say what the keys do, and what there is to say."""
        self.set_focus(self._fields[0])
        self._keys.set_keys(FORM)
        self._check()

    @property
    def _typed(self) -> dict[str, str]:
        return {field.entry: field.typed for field in self._fields if field.typed is not None}

    def on_input_changed(self) -> None:
        """Say what keeps it from being stored."""
        self._failed = ""
        self._check()

    def on_descendant_focus(self) -> None:
        """Say what belongs into the field."""
        self._check()

    def _check(self) -> dict[str, str]:
        found = problems(self._record, self._typed)
        names = []
        for field in self._fields:
            group, _, name = field.entry.rpartition(".")
            if group and f" {group}" not in names:
                names.append(f" {group}")
            names.append(f" {'!' if field.entry in found else ' '}{'  ' if group else ''}{name}")
        self._names.update(Content("\n".join(names)))
        self._said.update(Content(self._words(found)))
        return found

    def _words(self, found: dict[str, str]) -> str:
        """What to say: of a failure, of the field that has the focus, or of the first that is wrong."""
        if self._failed:
            return self._failed
        focused = self.focused
        if isinstance(focused, Field):
            if focused.entry in found:
                return f"! {found[focused.entry]}"
            if focused.hint:
                return focused.hint
        return next((f"! {sentence}" for sentence in found.values()), "")

    # -- what the keys do -------------------------------------------------------------------

    def action_next(self) -> None:
        """Go to the next field."""
        self.focus_next(Field)

    def action_previous(self) -> None:
        """Go to the previous field."""
        self.focus_previous(Field)

    async def action_store(self) -> None:
        """Store the record, if nothing keeps it from that."""
        typed = self._typed
        if found := self._check():
            self._go_to(next(iter(found)))
            return
        if self._record.id and not typed:
            self.dismiss(None)
            return
        self._say("storing…")
        try:
            record = await asyncio.to_thread(drafted, self._record, typed)
            stored = await (self._store.change if record.id else self._store.add)([record])
        except PodboardError as error:
            self._say(one_line(f"{error.message}; {error.hint}" if error.hint else error.message))
        else:
            self.dismiss(stored[0])

    def _go_to(self, entry: str) -> None:
        for field in self._fields:
            if field.entry == entry:
                field.focus()
        self._check()

    def _say(self, words: str) -> None:
        self._failed = words
        self._check()

    def action_leave(self) -> None:
        """Go back; ask first where something was typed."""
        from podboard.ui.screens.confirm import Confirm

        def answered(yes: bool | None) -> None:  # noqa: FBT001 - the dialog's answer
            if yes:
                self.dismiss(None)

        if self._typed:
            self.app.push_screen(Confirm("Leave without storing what was typed?", "leave"), answered)
        else:
            self.dismiss(None)
