"""The pod list as a person asked to see it: filtered, sorted, with a reason under what is unwell."""

from __future__ import annotations

import re
from bisect import bisect_left
from enum import StrEnum
from itertools import compress, count
from typing import TYPE_CHECKING, Any

from podboard.model import pod_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from podboard.model.pod import Pod, PodKey
    from podboard.model.pod_columns import Summary
    from podboard.session.roster import Roster


class Column(StrEnum):
    """What the list can be sorted by, as kubectl heads its columns."""

    NAME = "NAME"
    READY = "READY"
    STATUS = "STATUS"
    RESTARTS = "RESTARTS"
    AGE = "AGE"


_FEW = 1000
"""Pods that are put into their places one by one; of more, all are sorted anew."""

_SORT_KEYS: dict[Column, Callable[[Pod, Summary], Any]] = {
    Column.READY: lambda _, found: found.ready_of_total,
    Column.STATUS: lambda _, found: found.status,
    Column.RESTARTS: lambda _, found: -found.restarts,
    Column.AGE: lambda pod, _: pod.metadata.creation_timestamp or "",
}


class Filter:
    """Which pods to show.

    Args:
        text: A pattern that a pod's name, namespace or status must match somewhere, whatever the case;
            ``!`` in front turns it round. A pattern that is no regular expression is taken literally.
    """

    def __init__(self, text: str = "") -> None:
        self.text = text
        wanted = text.strip()
        self._negated = wanted.startswith("!")
        wanted = wanted.removeprefix("!")
        try:
            self._pattern = re.compile(wanted, re.IGNORECASE)
        except (re.error, OverflowError, RecursionError):
            self._pattern = re.compile(re.escape(wanted), re.IGNORECASE)
        self.is_empty = not wanted

    def matches(self, key: PodKey, status: str) -> bool:
        """Whether to show the pod of that namespace, name and status."""
        if self.is_empty:
            return True
        text = f"{key[0]}/{key[1]} {status}"
        return (self._pattern.search(text) is None) is self._negated


class PodView:
    """The lines of the list: one a pod, and one more below each pod that is unwell.

    Attributes:
        filter: Which pods are shown; assign another and call ``refresh``.
        column: What they are sorted by.
        reverse: Whether the order is turned round.
        keys: The pods shown, in order.
        pods: All pods as they were at the last ``refresh``, by their keys.
    """

    def __init__(self, roster: Roster) -> None:
        self.roster = roster
        self.filter = Filter()
        self.column = Column.NAME
        self.reverse = False
        self.keys: Sequence[PodKey] = []
        self.pods: dict[PodKey, Pod] = {}
        self._asked: tuple[Filter, Column, bool] | None = None
        self._summaries: dict[PodKey, Summary] = {}
        # The keys of the pods shown, not turned round, and whether each has a reason.
        self._sorted: list[PodKey] = []
        self._unwell = bytearray()
        self._explained: list[int] = []
        self._reason_lines: list[int] = []

    def refresh(self) -> None:
        """Take in what changed in the roster or in what is asked for.

        Few pods change from one time to the next, and seldom what is asked for: to filter, sort and explain
        all of 20,000 would hold the event loop for longer than a person's key may wait.
        """
        touched, asked = self.roster.take_touched(), (self.filter, self.column, self.reverse)
        if asked != self._asked or len(touched) > _FEW:
            self._asked = asked
            self._take_all()
        elif touched:
            self._take(touched)
        else:
            return
        # A copy, as ``pods`` is one: the list is drawn between refreshes, too.
        self.keys = self._sorted[:: -1 if self.reverse else 1]
        self._explained = list(compress(count(), self._unwell[:: -1 if self.reverse else 1]))
        # Each reason stands below its pod, pushed down by the reasons above.
        self._reason_lines = [index + 1 + above for above, index in enumerate(self._explained)]

    def _take_all(self) -> None:
        pods, summaries = self.roster.pods.copy(), self.roster.summaries.copy()
        self.pods, self._summaries = pods, summaries
        keys = self.roster.keys.copy()
        if not self.filter.is_empty:
            matches = self.filter.matches
            keys = [key for key in keys if matches(key, summaries[key].status)]
        if self.column is not Column.NAME:
            value = _SORT_KEYS[self.column]
            keys.sort(key=lambda key: value(pods[key], summaries[key]))
        unwell = {key for key in self.roster.unwell if pod_columns.why(pods[key])}
        self._sorted = keys
        self._unwell = bytearray(key in unwell for key in keys) if unwell else bytearray(len(keys))

    def _take(self, touched: Iterable[PodKey]) -> None:
        """Bring a few pods to where they belong by now."""
        roster, keys = self.roster, self._sorted
        for key in touched:
            if key in self.pods:
                at = self._find(key)
                if keys[at : at + 1] == [key]:
                    del keys[at], self._unwell[at]
                del self.pods[key], self._summaries[key]
            if (pod := roster.pods.get(key)) is None:
                continue
            self.pods[key] = pod
            found = self._summaries[key] = roster.summaries[key]
            if self.filter.matches(key, found.status):
                at = self._find(key)
                keys.insert(at, key)
                self._unwell.insert(at, key in roster.unwell and bool(pod_columns.why(pod)))

    def _find(self, key: PodKey) -> int:
        """Where the pod is among those shown, or would be."""
        if self.column is Column.NAME:
            return bisect_left(self._sorted, key)
        value, pods, summaries = _SORT_KEYS[self.column], self.pods, self._summaries

        def place(key: PodKey) -> tuple[Any, PodKey]:
            return value(pods[key], summaries[key]), key

        return bisect_left(self._sorted, place(key), key=place)

    @property
    def line_count(self) -> int:
        """How many lines the list has."""
        return len(self.keys) + len(self._explained)

    def line_of(self, index: int) -> int:
        """The line of the pod at ``index`` of ``keys``."""
        return index + bisect_left(self._explained, index)

    def index_at(self, line: int) -> tuple[int, bool]:
        """The place in ``keys`` of the pod on a line, and whether the line is its reason."""
        above = bisect_left(self._reason_lines, line)
        is_reason = above < len(self._reason_lines) and self._reason_lines[above] == line
        return line - above - is_reason, is_reason

    def reason(self, key: PodKey, now: float) -> str:
        """Why the pod is unwell, in one line; ``now`` in seconds since 1970."""
        return pod_columns.why(self.pods[key], now)
