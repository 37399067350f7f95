"""What a person does with terminals one at a time: opens, reopens and closes them, and is told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from podboard.model.badge import TerminalState
from podboard.model.pod_columns import container_names
from podboard.model.size import Size
from podboard.model.text import one_line
from podboard.ui.arrangement import TITLE_LINES
from podboard.ui.keymap import LEADER_SHOWN, NO_POD, NO_TERMINAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podboard.model.record import Record
    from podboard.model.target import Target
    from podboard.ui.screens.board import Board
    from podboard.ui.widgets.terminal_area import TerminalArea
    from podboard.ui.widgets.terminal_pane import TerminalPane

_HELD_NEXT: Final = "its next shell outlives a drop, where something can hold it"

MANY: Final = 12
"""Terminals opened with one key without a question."""


class TerminalDesk:
    """Does what the keys for it say.

    Args:
        area: Where the terminals are.
    """

    def __init__(self, board: Board, area: TerminalArea) -> None:
        self._board = board
        self._area = area

    # -- opening ----------------------------------------------------------------------------

    async def action_open(self) -> None:
        """Open terminals in the marked pods, or in the one under the cursor."""
        if targets := self._board.chosen:
            await self._open_after_asking(targets)
        else:
            self._board.tell(NO_POD)

    async def action_attach(self) -> None:
        """Attach to the own processes of the marked pods, or of the one under the cursor."""
        if targets := self._board.chosen:
            await self._open_after_asking(targets, attach=True)
        else:
            self._board.tell(NO_POD)

    def action_container(self) -> None:
        """Choose the container of the pod under the cursor to open."""
        from podboard.ui.screens.picker import Picker

        board = self._board
        pod = board.cursor_pod
        if pod is None:
            board.tell(NO_POD)
            return
        names = container_names(pod)

        def chosen(place: int | None) -> None:
            if place is not None:
                target = board.target_of(pod.key, names[place])
                board.keyboard.wait_for("open", self._open([target]))

        board.app.push_screen(Picker(f"container of {pod.key[1]}", names), chosen)

    async def open_record(self, record: Record) -> None:
        """Open terminals in the pods of a record, whether they are in the list or not."""
        from podboard.session.targets import targets_of

        board, cluster, name = self._board, self._board.cluster, record.name
        if cluster is None:
            board.tell("not connected yet: open it again in a moment")
            return
        if cluster.context and record.context not in (None, cluster.context):
            board.tell(one_line(f'"{name}" is for the context {record.context}, and not for this one'))
            return
        targets = targets_of(record, cluster)
        if not targets:
            told = f'no pod of the list fits "{name}": {record.pod_name}'
            if not cluster.context:
                told = f'there is no list to find {record.pod_name} in: name one pod in "{name}" (e)'
            board.tell(one_line(told))
            return
        await self._open_after_asking(targets)
        found = board.desk.record_for(targets[0])
        if found is not None and found.record.name != name:
            board.tell(one_line(f'the record of {targets[0].pod} is "{found.record.name}": {found.why}'))

    async def _open_after_asking(self, targets: Sequence[Target], *, attach: bool = False) -> None:
        from podboard.ui.screens.confirm import Confirm

        board = self._board
        if len(targets) <= MANY:
            await self._open(targets, attach=attach)
            return

        def answered(yes: bool | None) -> None:  # noqa: FBT001 - the dialog's answer
            if yes:
                board.keyboard.wait_for("open", self._open(targets, attach=attach))

        board.app.push_screen(Confirm(f"Open {len(targets)} terminals?", "open them"), answered)

    async def _open(self, targets: Sequence[Target], *, attach: bool = False) -> None:
        board = self._board
        width, height = board.room_for_terminals()
        size = Size(width, max(height - TITLE_LINES, 1))
        terminals = [terminal for target in targets if (terminal := board.make_terminal(target, size))]
        if attach and board.cluster is not None:
            board.debug_desk.join(terminals, board.cluster)
        if terminals:
            board.unmark()
            async with self._area.drawing_later(terminals[0]):
                board.show(await self._area.add(terminals))

    # -- the active one ---------------------------------------------------------------------

    async def action_close(self) -> None:
        """Close the active terminal."""
        pane = self._area.active
        if pane is None:
            return
        await self._area.close(pane)
        if self._area.active is not None:
            self._board.show(self._area.active)
        else:
            self._board.action_list()

    def action_reopen(self) -> None:
        """Open the shell of the active terminal again."""
        if self._area.active is not None and not self._board.is_leaving:
            self._area.reopen(self._area.active)

    def action_successor(self) -> None:
        """Go on in the pod that took the place of the active terminal's."""
        pane = self._area.active
        if pane is None or pane.terminal.successor is None or self._board.is_leaving:
            self._board.tell("its pod is there, or no other took its place")
            return
        pane.terminal.move()
        self._area.reopen(pane)

    def seek_successor(self, pane: TerminalPane) -> None:
        """Find the pod to go on in, where the one of a terminal is gone."""
        from podboard.session.successor import successor_of

        terminal, cluster = pane.terminal, self._board.cluster
        if cluster is None or not pane.is_ended:
            return
        pods = cluster.roster.pods if not cluster.trouble else {}
        terminal.successor = successor_of(terminal.target, terminal.belongs_to, pods)

    def action_copy_role(self) -> None:
        """Copy a Role that would allow the active terminal, and show it, as not every terminal copies."""
        from podboard.model.role import role_for
        from podboard.ui.screens.role import RoleShown

        denied = self._area.active.terminal.denied if self._area.active is not None else None
        if denied is None:
            self._board.tell("no right is known to be missing here")
            return
        role = role_for(denied)
        self._board.app.copy_to_clipboard(role)
        self._board.app.push_screen(RoleShown(role))

    def action_record(self) -> None:
        """Record the active terminal, or no longer."""
        pane = self._area.active
        self._board.tell(pane.toggle_recording() if pane is not None else NO_TERMINAL)

    def action_returning(self) -> None:
        """Let the active terminal come back by itself after a drop, or no longer."""
        if self._area.active is None:
            self._board.tell(NO_TERMINAL)
            return
        terminal = self._area.active.terminal
        terminal.returns = not terminal.returns
        does = "opens a new shell by itself" if terminal.returns else "stays as it is"
        self._board.tell(one_line(f"{terminal.target} {does} when its connection is dropped"))

    def action_hold(self) -> None:
        """Have the active terminal's shell held by nothing, or held again; that takes a new one."""
        from podboard.ui.screens.confirm import Confirm

        board, area, pane = self._board, self._area, self._area.active
        if pane is None or pane.terminal.attachment is not None:
            board.tell(NO_TERMINAL if pane is None else "it is attached: there is no shell to hold")
            return
        terminal, resumes = pane.terminal, not pane.terminal.resumes
        if pane.is_ended:
            terminal.resumes = resumes
            board.tell(_HELD_NEXT if resumes else "its next shell is held by nothing")
            return
        if terminal.badge.state is not TerminalState.OPEN or not (resumes or terminal.holder):
            is_open = terminal.badge.state is TerminalState.OPEN
            board.tell("nothing holds this shell" if is_open else "its shell is not there yet")
            return

        def answered(yes: bool | None) -> None:  # noqa: FBT001 - the dialog's answer
            if yes and not board.is_leaving:
                board.keyboard.wait_for("hold", area.replace(pane, resumes=resumes))

        what = (
            "outlives a drop, where something can hold it" if resumes else f"{terminal.holder} does not hold"
        )
        question = f"Open a new shell that {what}? This one ends, and all that runs in it."
        board.app.push_screen(Confirm(question, "end this one"), answered)

    # -- what is told of it -----------------------------------------------------------------

    def tell(self, pane: TerminalPane) -> None:
        """Say what became of a terminal, as far as that is news and somebody looks."""
        self._tell_detour(pane)
        self._tell_return(pane)
        self._tell_recording(pane)

    def _tell_detour(self, pane: TerminalPane) -> None:
        """Say it to a person who looks at a terminal that was opened by another way than the first."""
        terminal = pane.terminal
        if (
            pane is self._area.active
            and terminal.badge.state is TerminalState.OPEN
            and pane.told_opened != terminal.opened
        ):
            pane.told_opened = terminal.opened
            if detour := terminal.detour:
                why = f"{detour.method}: {detour.sentence}"
                method = terminal.badge.method
                self._board.tell(one_line(f"opened by {method} · {LEADER_SHOWN} d tells all · {why}"))

    def _tell_return(self, pane: TerminalPane) -> None:
        """Say it to a person who looks at a terminal that the same shell is there again."""
        came_back = pane.terminal.came_back
        if came_back and pane is self._area.active and pane.told_return != came_back:
            self._board.tell(came_back)
        pane.told_return = came_back

    def _tell_recording(self, pane: TerminalPane) -> None:
        """Note where it is recorded, and say it to the person if that came to an end by itself."""
        terminal = pane.terminal
        self._board.desk.history.note_recordings(terminal)
        if terminal.recording_trouble != pane.told_recording:
            pane.told_recording = terminal.recording_trouble
            if terminal.recording_trouble:
                self._board.tell(terminal.recording_trouble)
