"""What a person does with the pod list: goes about, marks, sorts, and says which pods are in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from podboard.session.cluster import Cluster
    from podboard.ui.screens.board import Board
    from podboard.ui.widgets.pod_list import PodList


class ListDesk:
    """Does what the keys for it say.

    Args:
        pods: The list.
    """

    def __init__(self, board: Board, pods: PodList) -> None:
        self._board = board
        self._pods = pods

    # -- going about ------------------------------------------------------------------------

    def action_down(self) -> None:
        """Go to the next pod."""
        self._pods.go_down()

    def action_up(self) -> None:
        """Go to the previous pod."""
        self._pods.go_up()

    def action_first(self) -> None:
        """Go to the first pod."""
        self._pods.go_first()

    def action_last(self) -> None:
        """Go to the last pod."""
        self._pods.go_last()

    def action_next_page(self) -> None:
        """Go a page down."""
        self._pods.page_down()

    def action_previous_page(self) -> None:
        """Go a page up."""
        self._pods.page_up()

    def action_mark(self) -> None:
        """Mark or unmark the pod under the cursor."""
        self._pods.mark()

    def action_mark_all(self) -> None:
        """Mark all pods shown, or none."""
        self._pods.mark_all()

    def action_clear(self) -> None:
        """Take the marks away; where there are none, the filter."""
        if self._pods.marked:
            self._pods.unmark()
        else:
            self._board.set_filter("")

    # -- what is shown ----------------------------------------------------------------------

    def action_sort(self) -> None:
        """Sort by the next column."""
        from podboard.session.pod_view import Column

        if (view := self._board.view) is not None:
            columns = list(Column)
            view.column = columns[(columns.index(view.column) + 1) % len(columns)]
            self._board.desk.remember(sort=view.column)
            view.refresh()
            self._board.refresh_list()

    def action_reverse(self) -> None:
        """Turn the order round."""
        if (view := self._board.view) is not None:
            view.reverse = not view.reverse
            self._board.desk.remember(reverse=view.reverse)
            view.refresh()
            self._board.refresh_list()

    def action_wide(self) -> None:
        """Show more columns, or fewer."""
        self._board.wide = not self._board.wide
        self._board.desk.remember(wide=self._board.wide)
        self._board.refresh_list()
        if self._board.wide and "NODE" not in self._pods.columns.heads:
            # Behind the keys, which are shown once this is done.
            self._board.call_later(self._board.tell, "IP and NODE have no room here")

    def action_namespace(self) -> None:
        """Choose a namespace."""
        from podboard.ui.screens.picker import Picker

        cluster = self._board.cluster
        if cluster is None:
            return
        names = cluster.namespaces

        def chosen(place: int | None) -> None:
            if place is not None:
                self._watch(cluster, names[place - 1] if place else None)

        at = names.index(cluster.namespace) + 1 if cluster.namespace in names else 0
        self._board.app.push_screen(Picker("namespace", ["all namespaces", *names], at), chosen)

    def action_all_namespaces(self) -> None:
        """Show all namespaces."""
        if self._board.cluster is not None:
            self._watch(self._board.cluster, None)

    def action_try_now(self) -> None:
        """Ask for the pods at once, where that is being waited for."""
        if self._board.cluster is not None:
            self._board.cluster.try_now()

    def _watch(self, cluster: Cluster, namespace: str | None) -> None:
        cluster.watch(namespace)
        self._board.desk.remember(namespace=namespace)
