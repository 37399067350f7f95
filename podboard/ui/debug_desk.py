"""Ways into containers beside a shell of their own: debug containers, and their own processes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from podboard.errors import NotApplicableError, PodboardError
from podboard.model.attempt import SSH
from podboard.model.pod_columns import container_of
from podboard.model.role import lack
from podboard.model.text import one_line
from podboard.session.attaching import Attachment
from podboard.session.debugging import Debugging
from podboard.ui.widgets.pane_lines import COPY_ROLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podboard.model.pod import Pod
    from podboard.model.target import Target
    from podboard.session.cluster import Cluster
    from podboard.session.debugging import Choice
    from podboard.session.terminal import Terminal
    from podboard.ui.screens.board import Board
    from podboard.ui.widgets.terminal_pane import TerminalPane


class DebugDesk:
    """Does what the keys say that debug and attach."""

    def __init__(self, board: Board) -> None:
        self._board = board

    # -- debug containers -------------------------------------------------------------------

    async def debug(self, cluster: Cluster) -> None:
        """Offer the terminal in focus a debug container, if its image has no shell."""
        pane = self._board.focused_pane
        if pane is None or not pane.terminal.lacks_shell:
            self._board.tell("a debug container is for images without a shell")
        else:
            await self._offer(pane, cluster)

    async def _offer(self, pane: TerminalPane, cluster: Cluster) -> None:
        from podboard.ui.screens.debug import DebugDialog

        terminal = pane.terminal
        target = terminal.debugging.target if terminal.debugging is not None else terminal.target
        method = lacking_by(terminal)
        if method == SSH:
            self._board.tell("asking kubectl on the host")
        try:
            debugger = await cluster.ladder.debugger(method, target)
            async with asyncio.timeout(debugger.patience):
                denied = await debugger.denied()
                running = await debugger.running() if denied is None else []
        except TimeoutError:
            self._board.tell(f"no answer within {debugger.patience:.0f} s: try again")
            return
        except (PodboardError, NotApplicableError) as error:
            self._board.tell(one_line(str(error)))
            return
        if denied is not None:
            terminal.deny(denied, lack(denied), COPY_ROLE)
            return

        def chosen(choice: Choice | None) -> None:
            if choice is not None and pane in self._board.panes:
                terminal.debug(Debugging(debugger, target, choice))
                self._board.show(pane)
                self._board.terminal_desk.action_reopen()

        self._board.app.push_screen(DebugDialog(target, cluster.debug_image, running), chosen)

    # -- attach -----------------------------------------------------------------------------

    def join(self, terminals: Sequence[Terminal], cluster: Cluster) -> None:
        """Have terminals that are to be opened attach to their containers' own processes."""
        for terminal in terminals:
            target = terminal.target
            pod = cluster.roster.pods.get((target.namespace, target.pod))
            terminal.join(attachment_of(target, pod, cluster.detach_keys))
        said = []
        if not any(terminal.takes_input for terminal in terminals):
            said.append("this container takes no input")
        if cluster.detach_keys:
            said.append(f"{' '.join(cluster.detach_keys)} leaves its own process to itself")
        if said:
            self._board.tell(" · ".join(said))


def lacking_by(terminal: Terminal) -> str:
    """Return the method by which it was found that there is no shell: another may have been tried since."""
    found = (attempt.method for attempt in terminal.attempts if attempt.lacks_shell)
    return next(found, terminal.badge.method)


def attachment_of(target: Target, pod: Pod | None, detach_keys: Sequence[str]) -> Attachment:
    """Return how to attach to a container's own process, as its pod says that it was made.

    Args:
        pod: None where nobody knows: then it is asked for all.
    """
    made = container_of(pod, target.container) if pod is not None else None
    stdin, tty = (made.stdin, made.tty) if made is not None else (True, True)
    return Attachment(tty=tty, stdin=stdin, detach_keys=detach_keys)
