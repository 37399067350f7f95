"""The layouts that were saved: one is opened, renamed or removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from podboard.ui.screens.picker import Picker
from podboard.ui.screens.type_name import TypeName

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Layouts(Picker):
    """Lets the person choose the layout to open.

    Args:
        names: May be anything.
        rename: Has a layout called otherwise.
        remove: Keeps a layout no longer.
    """

    KEYS: ClassVar = "enter  open    ctrl+r  rename    ctrl+d  remove    esc  cancel"
    BINDINGS: ClassVar = [
        Binding("ctrl+r", "rename", "rename", priority=True),
        Binding("ctrl+d,delete", "remove", "remove", priority=True),
    ]

    def __init__(
        self, names: Sequence[str], rename: Callable[[str], None], remove: Callable[[str], None]
    ) -> None:
        super().__init__("layout", names)
        self._names = list(names)
        self._rename = rename
        self._remove = remove

    def action_rename(self) -> None:
        """Leave it to the board to ask for another name."""
        if (place := self.chosen) is not None:
            self._rename(self._names[place])
            self.dismiss(None)

    def action_remove(self) -> None:
        """Remove the layout that is set off, once its name is typed."""
        place = self.chosen
        if place is None:
            return
        name = self._names[place]

        def typed(right: bool | None) -> None:  # noqa: FBT001 - the dialog's answer
            if right:
                self._remove(name)
                del self._names[place]
                self.drop(place)

        self.app.push_screen(TypeName(f"Remove the layout {name}?", name, "remove"), typed)
