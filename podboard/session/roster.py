"""The pods as they are now: what the list and the watch said, kept in order."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from typing import TYPE_CHECKING

from podboard.model import pod_columns
from podboard.model.pod_columns import Health

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podboard.model.pod import Pod, PodKey
    from podboard.model.pod_columns import Summary


class Roster:
    """All pods of what is watched.

    Attributes:
        pods: By namespace and name.
        keys: In kubectl's order: by namespace, then by name.
        summaries: Their columns, worked out once: to filter and sort thousands asks after all of them.
        unwell: The pods a person should look at.
        counts: How many pods are in which health.
        longest_name: The length of the longest name there has been, in characters.
        longest_namespace: The same of namespaces.
    """

    def __init__(self) -> None:
        self.pods: dict[PodKey, Pod] = {}
        self._touched: set[PodKey] = set()
        self.clear()

    def clear(self) -> None:
        """Forget all pods."""
        self._touched.update(self.pods)
        self.pods = {}
        self.keys: list[PodKey] = []
        self.summaries: dict[PodKey, Summary] = {}
        self.unwell: set[PodKey] = set()
        self.counts: Counter[Health] = Counter()
        self.longest_name = 0
        self.longest_namespace = 0

    def update(self, changed: Iterable[Pod], removed: Iterable[PodKey] = ()) -> None:
        """Take in pods that are new or different, and let go of pods that are gone."""
        for pod in changed:
            key = pod.key
            if (before := self.pods.get(key)) is None:
                insort(self.keys, key)
            else:
                self._uncount(key, before)
            self.pods[key] = pod
            self._touched.add(key)
            self._count(key, pod)
        for key in removed:
            if (before := self.pods.pop(key, None)) is not None:
                self._touched.add(key)
                self._uncount(key, before)
                del self.keys[bisect_left(self.keys, key)]

    def take_touched(self) -> set[PodKey]:
        """Return those that came, changed or went since the last call: there is one list that shows them."""
        taken, self._touched = self._touched, set()
        return taken

    def _count(self, key: PodKey, pod: Pod) -> None:
        found = self.summaries[key] = pod_columns.summary(pod)
        health = pod_columns.health(pod, found)
        self.counts[health] += 1
        if health is Health.UNWELL:
            self.unwell.add(key)
        self.longest_namespace = max(self.longest_namespace, len(key[0]))
        self.longest_name = max(self.longest_name, len(key[1]))

    def _uncount(self, key: PodKey, pod: Pod) -> None:
        self.counts[pod_columns.health(pod, self.summaries.pop(key))] -= 1
        self.unwell.discard(key)
