"""The pod records: which there are, and what is done with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from podboard.errors import PodboardError
from podboard.model.record import Record
from podboard.model.text import one_line
from podboard.ui.keymap import RECORDS
from podboard.ui.record_draft import draft_of
from podboard.ui.screens.dialog import Dialog, Line
from podboard.ui.screens.record_form import RecordForm
from podboard.ui.screens.type_name import TypeName
from podboard.ui.widgets.key_line import KeyLine
from podboard.ui.widgets.record_list import RecordList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from podboard.model.pod import Pod
    from podboard.records.resolve import Resolution
    from podboard.records.store import Store
    from podboard.ui.record_desk import RecordDesk


class Records(Dialog["Record | None"]):
    """Lists the records, with the one of a pod set off; the answer is the one to open.

    Args:
        desk: Is told of every change.
        records: By name.
        pod: The one under the list's cursor, which a new record is filled in from.
        context: The kubeconfig's; empty where there is none.
    """

    AUTO_FOCUS: ClassVar[str | None] = "RecordList"
    BINDINGS: ClassVar = [
        *(Binding(key.keys, key.action, key.help, priority=True) for key in RECORDS),
        Binding("enter", "keep_filter", "keep the filter", priority=True),
    ]

    def __init__(
        self, desk: RecordDesk, store: Store, records: Sequence[Record], pod: Pod | None, context: str
    ) -> None:
        super().__init__()
        self._desk = desk
        self._store = store
        self._records = list(records)
        self._pod = pod
        self._cluster_context = context
        self._filter = ""
        self._title_line = Static(classes="page-title")
        self._heads = Static(classes="page-heads")
        self._list = RecordList()
        self._details = Static(classes="page-detail")
        self._line = Line("a part of a name, pod, namespace, context or note")
        self._keys = KeyLine()

    def compose(self) -> ComposeResult:
        """How many there are, which ones, and what one needs to know of the one under the cursor."""
        with Vertical(classes="page"):
            yield self._title_line
            yield self._line
            yield self._heads
            yield self._list
            yield self._details
            yield self._keys

    def on_mount(self) -> None:
        """Go to the record of the pod, if there is one."""
        self._line.display = False
        self._keys.set_keys(RECORDS)
        found = self._found
        self._show(found.record.name if found is not None else "")

    @property
    def _found(self) -> Resolution | None:
        return self._desk.record_of(self._pod.key) if self._pod is not None else None

    def _show(self, at: str) -> None:
        wanted = self._filter.casefold()
        shown = [record for record in self._records if wanted in _text(record)]
        found = self._found
        self._list.show(shown, at=at, signed=found.record.name if found is not None else "")
        count = f"{len(shown)} of {len(self._records)}" if wanted else str(len(shown))
        filtered = f"   /{one_line(self._filter)}" if wanted else ""
        self._title_line.update(Content(f" pod records   {count}{filtered} "))

    def on_resize(self) -> None:
        """Put the heads above their columns."""
        self._show_heads()

    def on_record_list_moved(self) -> None:
        """Say of the record under the cursor what its line has no room for."""
        self._show_heads()
        self._details.update(Content(self._detail()))

    def _show_heads(self) -> None:
        self._heads.update(Content(self._list.heads(self.size.width)))

    def _detail(self) -> str:
        record, pod, found = self._list.cursor, self._pod, self._found
        if record is None:
            return "no record fits" if self._filter else "no records yet: a adds one"
        if pod is not None and found is not None and found.record.name == record.name:
            return one_line(f"the record of {pod.name}: {found.why}")
        return one_line(record.note or record.image or "")

    # -- going about ------------------------------------------------------------------------

    def action_down(self) -> None:
        """Go to the next record."""
        self._list.go(1)

    def action_up(self) -> None:
        """Go to the previous record."""
        self._list.go(-1)

    def action_first(self) -> None:
        """Go to the first record."""
        self._list.go(-len(self._records))

    def action_last(self) -> None:
        """Go to the last record."""
        self._list.go(len(self._records))

    def action_page_down(self) -> None:
        """Go a page down."""
        self._list.go(self._list.page)

    def action_page_up(self) -> None:
        """Go a page up."""
        self._list.go(-self._list.page)

    def action_filter(self) -> None:
        """Type a filter."""
        self._line.display = True
        self.set_focus(self._line)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """While the filter is typed, letters are its own."""
        return (action in {"keep_filter", "back"}) if self.focused is self._line else action != "keep_filter"

    def on_input_changed(self) -> None:
        """Show what it fits."""
        self._take_filter()

    def _take_filter(self) -> None:
        if self._line.value != self._filter:
            self._filter = self._line.value
            cursor = self._list.cursor
            self._show(cursor.name if cursor is not None else "")

    def action_keep_filter(self) -> None:
        """Go back to the list."""
        self._leave_filter()

    def _leave_filter(self) -> None:
        self._line.display = bool(self._filter)
        self.set_focus(self._list)

    def action_back(self) -> None:
        """Take the filter away; where there is none, go back to the board."""
        if self._line.display:
            self._clear_filter()
        else:
            self.dismiss(None)

    def action_close(self) -> None:
        """Go back to the board."""
        self.dismiss(None)

    def _clear_filter(self) -> None:
        self._line.value = ""
        self._take_filter()
        self._leave_filter()

    def action_help(self) -> None:
        """Show all keys."""
        from podboard.ui.screens.help import Help

        self.app.push_screen(Help())

    # -- changes ----------------------------------------------------------------------------

    def action_open(self) -> None:
        """Open terminals in the pods of the record under the cursor."""
        if (record := self._list.cursor) is not None:
            self.dismiss(record)

    def action_test(self) -> None:
        """Look how far the ways of the record under the cursor lead."""
        from podboard.ui.screens.checkup import CheckupShown

        record = self._list.cursor
        found = self._desk.checkup_of(record) if record is not None else None
        if record is not None and found is not None:
            self.app.push_screen(CheckupShown(record.name, *found))
        else:
            self._keys.tell("there is nothing to look at yet")

    def action_add(self) -> None:
        """Add a record, filled in from the pod."""
        names = {record.name for record in self._records}
        new = (
            draft_of(self._pod, self._cluster_context, names)
            if self._pod is not None
            else Record(name="", pod_name="", context=self._cluster_context or None)
        )
        self._fill_in(new)

    def action_edit(self) -> None:
        """Change the record under the cursor."""
        if (record := self._list.cursor) is not None:
            self._fill_in(record)

    def _fill_in(self, record: Record) -> None:
        self.app.push_screen(RecordForm(self._store, record), self._stored)

    def on_record_list_chosen(self) -> None:
        """Change the record that was double-clicked."""
        self.action_edit()

    async def _stored(self, record: Record | None) -> None:
        if record is not None:
            self._clear_filter()
            await self._reread(record.name, f"{record.name} is stored")

    def action_remove(self) -> None:
        """Remove the record under the cursor, after its name is typed."""
        record = self._list.cursor
        if record is None:
            return

        async def typed(right: bool | None) -> None:  # noqa: FBT001 - the dialog's answer
            if not right:
                return
            try:
                await self._store.remove([record.name])
            except PodboardError as error:
                self._keys.tell(one_line(error.message))
            else:
                await self._reread("", f"{record.name} is removed")

        question = f"Remove the record {record.name}?"
        self.app.push_screen(TypeName(question, record.name, "remove"), typed)

    async def _reread(self, at: str, told: str) -> None:
        try:
            self._records = await self._store.records()
            await self._desk.reread()
        except PodboardError as error:
            told = error.message
        self._show(at)
        self._keys.tell(one_line(told))

    def on_key(self) -> None:
        """Show the keys again in place of what was told."""
        self._keys.hush()


def _text(record: Record) -> str:
    """What the filter looks through."""
    return "\n".join(
        (record.name, record.pod_name, record.namespace or "", record.context or "", record.note)
    ).casefold()
