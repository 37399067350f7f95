"""Typing into many terminals at once, as the person sees it: who is chosen, who hears, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from podboard.model.text import one_line
from podboard.session.broadcast import LEAST, Broadcast, is_open, listed, names
from podboard.ui.paste_desk import LITTLE
from podboard.vt.paste import glance, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from podboard.model.broadcast import BroadcastRules
    from podboard.session.broadcast import Typist
    from podboard.ui.screens.board import Board
    from podboard.ui.widgets.terminal_pane import TerminalPane

_STOPS: Final = "ctrl+] b stops"
_LEAST_NAMES: Final = 12


class BroadcastDesk:
    """Arms and disarms, and hears what is typed into a terminal of the set.

    Attributes:
        armed: Who hears; None where nothing is armed.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        self.armed: Broadcast[TerminalPane] | None = None

    # -- arming and disarming ---------------------------------------------------------------

    def toggle(self) -> None:
        """Have a set chosen and arm it, or disarm the one that is."""
        if self.armed is not None:
            self._disarm("broadcast stopped")
        else:
            self._choose(lambda: None)

    def _choose(self, then: Callable[[], None]) -> None:
        """Have a set chosen, and do something once it is armed."""
        from podboard.ui.screens.chooser import Chooser

        panes = [pane for pane in self._board.panes if is_open(pane.terminal)]
        if len(panes) < LEAST:
            count = "1 is" if panes else "none is"
            self._board.tell(f"a broadcast goes to {LEAST} open terminals or more: {count} open")
            return

        def chosen(places: list[int] | None) -> None:
            if places is not None:
                members = [panes[place] for place in places]
                contexts = {self._context(pane) for pane in members}
                self._ask_and_arm(members, sorted(filter(self._rules.protects, contexts)), then)

        called = names([pane.terminal for pane in panes])
        choices = [self._choice(pane, name) for pane, name in zip(panes, called, strict=True)]
        self._board.app.push_screen(
            Chooser("type into", choices, self._suggested(panes), "arm", LEAST), chosen
        )

    def _ask_and_arm(
        self, members: Sequence[TerminalPane], protected: Sequence[str], then: Callable[[], None]
    ) -> None:
        """Arm a set, once the name of each protected context was typed."""
        from podboard.ui.screens.type_name import TypeName

        if not protected:
            self._arm(members)
            if self.armed is not None:
                then()
            return
        context, *others = protected

        def typed(right: bool | None) -> None:  # noqa: FBT001 - the dialog's answer
            if right:
                self._ask_and_arm(members, others, then)

        question = f"{context} is protected. Type into {len(members)} terminals there at once?"
        self._board.app.push_screen(TypeName(question, context, "arm"), typed)

    def _arm(self, members: Sequence[TerminalPane]) -> None:
        board = self._board
        members = [pane for pane in members if is_open(pane.terminal) and pane in board.panes]
        if len(members) < LEAST:
            board.tell("nothing is armed: the shells ended meanwhile")
            return
        self.armed = Broadcast(members, self._rules.disarm_after)
        if board.focused_pane not in members:
            board.show(members[0])
        self.refresh()

    @property
    def _rules(self) -> BroadcastRules:
        return self._board.broadcast_rules

    def _choice(self, pane: TerminalPane, name: str) -> tuple[str, ...]:
        target, badge = pane.terminal.target, pane.terminal.badge
        return (name, target.namespace, self._context(pane), f"{badge.sign} {badge.words}")

    def _context(self, pane: TerminalPane) -> str:
        record = pane.terminal.record
        return (record.context if record is not None else None) or self._board.context

    def _suggested(self, panes: Sequence[TerminalPane]) -> list[int]:
        """The places of those in marked pods; else of those a person is likely to mean, nearest first."""
        marked, active, tab = self._board.marked, self._board.active_pane, self._board.tab_panes
        if chosen := [place for place, pane in enumerate(panes) if _key(pane) in marked]:
            return chosen
        if active is None:
            return []
        home, namespace = _home(active), active.terminal.target.namespace
        near: tuple[Callable[[TerminalPane], bool], ...] = (
            lambda pane: pane in tab,
            lambda pane: _home(pane) == home,
            lambda pane: pane.terminal.target.namespace == namespace,
        )
        found = ([place for place, pane in enumerate(panes) if is_near(pane)] for is_near in near)
        return next((places for places in found if len(places) >= LEAST), [])

    def _disarm(self, why: str) -> None:
        self.armed = None
        self._show()
        self._board.tell(why)

    def refresh(self) -> None:
        """Let those go whose shell is gone, disarm when it is time, and show how it stands."""
        self._sift()
        if self.armed is not None:
            self._show()

    def _sift(self) -> None:
        armed = self.armed
        if armed is None:
            return
        gone = [one_line(armed.name(pane)) for pane in armed.sift(self._board.panes)]
        left = f"{', '.join(gone)} left the broadcast" if gone else ""
        if not armed.seconds_left:
            self._disarm(f"broadcast disarmed: nothing was typed for {self._rules.disarm_after} s")
        elif not armed.is_armed:
            self._disarm(f"{left}, which is disarmed: fewer than {LEAST} are in it")
        elif left:
            self._show()
            self._board.tell(f"{left}: the shell is gone")

    # -- what is shown ----------------------------------------------------------------------

    def _show(self) -> None:
        armed = self.armed
        members = armed.members if armed is not None else []
        for pane in self._board.panes:
            heard = None if armed is None else len(members) if pane in members else 0
            if pane.heard != heard:
                pane.heard = heard
                pane.refresh_lines()
        self._board.show_broadcast()

    @property
    def banner(self) -> str:
        """How many hear."""
        if self.armed is None:
            return ""
        pane = self._board.focused_pane
        away = pane is not None and pane not in self.armed.members
        return f"BROADCAST to {len(self.armed.members)} terminals" + (", not to this one" if away else "")

    def state(self, width: int) -> str:
        """Who hears, as far as there is room, until when, and how to end it."""
        if self.armed is None:
            return ""
        ends = f"disarms in {self.armed.seconds_left} s · {_STOPS}"
        room = width - len(self.banner) - len(ends) - 7
        if room < _LEAST_NAMES:
            return ends
        return f"{listed([self.armed.name(pane) for pane in self.armed.members], room)} · {ends}"

    # -- typing -----------------------------------------------------------------------------

    def audience(self, pane: TerminalPane) -> Typist:
        """Who hears what is typed into a terminal."""
        return self if self.armed is not None and pane in self._sifted() else pane

    def _sifted(self) -> Sequence[TerminalPane]:
        """Who is in the broadcast by now."""
        self._sift()
        return self.armed.members if self.armed is not None else ()

    def send_key(self, key: str, character: str | None) -> None:
        """Send a key to all."""
        if self.armed is not None:
            self.armed.send_key(key, character)

    def send_text(self, text: str) -> None:
        """Send typed text to all."""
        if self.armed is not None:
            self.armed.send_text(text)

    def takes_paste(self, pane: TerminalPane, text: str) -> bool:
        """Paste into all, if what is typed into ``pane`` is heard by all; whether it is.

        More than one line, or a long one, is pasted only once the person has seen into how many.
        """
        self._sift()
        armed = self.armed
        if armed is None or pane not in armed.members:
            return False
        members, seen = armed.members, glance(text)
        if not seen.breaks and seen.size <= LITTLE:
            armed.paste(text)
            return True
        from podboard.ui.screens.paste_preview import PasteAnswer, PastePreview

        def answered(answer: PasteAnswer | None) -> None:
            self.refresh()
            if answer is None:
                return
            if self.armed is not armed or armed.members != members:
                self._board.tell("nothing was pasted: who hears is not what it was when you were asked")
            else:
                armed.paste(joined(text) if answer is PasteAnswer.JOIN else text)

        runs = any(not member.terminal.screen.bracketed_paste for member in members)
        where = f"{len(members)} terminals"
        self._board.app.push_screen(PastePreview(text, seen, where, runs=runs, may_always=False), answered)
        return True

    # -- one command, many answers ------------------------------------------------------------

    def survey(self) -> None:
        """Ask for a command, run it in all terminals of the set, and show which answers are alike."""
        if self.armed is None:
            self._choose(self._ask_for_command)
        else:
            self._ask_for_command()

    def _ask_for_command(self) -> None:
        if self.armed is not None:
            self._board.keyboard.ask(f"run in {len(self.armed.members)} terminals: ", self._run)
            self._board.keyboard.show()

    def _run(self, command: str) -> None:
        from podboard.session.survey import ask
        from podboard.ui.screens.answers import Answers

        self.refresh()
        armed, board = self.armed, self._board
        if armed is None or not command.strip():
            return

        def left(pane: TerminalPane | None) -> None:
            if pane is not None and pane in board.panes:
                board.show(pane)

        members = armed.members
        answers = Answers(command, members, ask(members, command), armed.name)
        armed.touch()
        board.app.push_screen(answers, left)


def _key(pane: TerminalPane) -> tuple[str, str]:
    return pane.terminal.target.namespace, pane.terminal.target.pod


def _home(pane: TerminalPane) -> tuple[str, str]:
    return pane.terminal.target.namespace, pane.terminal.belongs_to
