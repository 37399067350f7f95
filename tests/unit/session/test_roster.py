"""The roster, beside one that does the same the slow way."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from podboard.model import pod_columns
from podboard.model.pod import Pod, PodKey
from podboard.model.pod_columns import Health
from podboard.session.roster import Roster
from tests.support.pods import pod

names = st.sampled_from([f"{letter * length}-0" for letter in "abc" for length in (1, 5, 9)])
namespaces = st.sampled_from(["data", "infra", "shop"])
pods = st.builds(pod, names, namespaces, st.sampled_from(Health), restarts=st.integers(0, 2))
keys = st.tuples(namespaces, names)
steps = st.lists(st.none() | st.tuples(st.lists(pods, max_size=6), st.lists(keys, max_size=6)), max_size=8)


class NaiveRoster:
    """What a roster should know, found out from its pods alone."""

    def __init__(self) -> None:
        self.pods: dict[PodKey, Pod] = {}
        self.seen: set[PodKey] = set()

    def step(self, step: tuple[list[Pod], list[PodKey]] | None) -> None:
        if step is None:
            self.pods, self.seen = {}, set()
            return
        changed, removed = step
        for one in changed:
            self.pods[one.key] = one
            self.seen.add(one.key)
        for key in removed:
            self.pods.pop(key, None)

    def holds_for(self, roster: Roster) -> None:
        healths = {key: pod_columns.health(one) for key, one in self.pods.items()}
        assert roster.pods == self.pods
        assert roster.keys == sorted(self.pods)
        assert roster.summaries == {key: pod_columns.summary(one) for key, one in self.pods.items()}
        assert roster.unwell == {key for key, health in healths.items() if health is Health.UNWELL}
        assert +roster.counts == Counter(healths.values())
        assert roster.longest_namespace == max((len(key[0]) for key in self.seen), default=0)
        assert roster.longest_name == max((len(key[1]) for key in self.seen), default=0)


@given(steps)
def test_it_knows_what_the_slow_one_knows(
    steps: list[tuple[list[Pod], list[PodKey]] | None],
) -> None:
    roster, naive = Roster(), NaiveRoster()
    naive.holds_for(roster)
    for step in steps:
        if step is None:
            roster.clear()
        else:
            roster.update(*step)
        naive.step(step)
        naive.holds_for(roster)


def test_namespaces_come_before_names() -> None:
    roster = Roster()
    roster.update([pod("a", "shop"), pod("z", "data"), pod("b-1", "shop"), pod("b", "shop")])
    assert roster.keys == [("data", "z"), ("shop", "a"), ("shop", "b"), ("shop", "b-1")]
