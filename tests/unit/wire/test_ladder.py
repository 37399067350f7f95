"""In which order, and when, ways are tried."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.wire.ladder import Failed, Opened, Silence, Start, Wait, climb

Event = Opened | Failed | Silence


def follow(ways: Iterable[int], *events: Event) -> tuple[list[int | str], int | str | None]:
    """What is begun and waited for while these events come, and what comes of it."""
    plan = climb(ways)
    did: list[int | str] = []
    coming = list(events)
    event: Event | None = None
    while True:
        try:
            step = plan.send(event)
        except StopIteration as end:
            assert not coming
            return did, end.value
        if isinstance(step, Start):
            did.append(step.way)
            event = None
        else:
            did.append("wait" if step.for_silence else "wait on")
            if not coming:
                return did, "still climbing"
            event = coming.pop(0)


@pytest.mark.parametrize(
    ("events", "did", "end"),
    [
        ([Opened(0)], [0, "wait"], 0),
        ([Failed(0), Opened(1)], [0, "wait", 1, "wait"], 1),
        ([Failed(0), Failed(1), Failed(2)], [0, "wait", 1, "wait", 2, "wait on"], None),
        # A silent one gets company, and may still open.
        ([Silence(), Opened(0)], [0, "wait", 1, "wait"], 0),
        ([Silence(), Opened(1)], [0, "wait", 1, "wait"], 1),
        ([Silence(), Silence()], [0, "wait", 1, "wait", 2, "wait on"], "still climbing"),
        # The second keeps its head start when the first fails.
        ([Silence(), Failed(0)], [0, "wait", 1, "wait", "wait"], "still climbing"),
        ([Silence(), Failed(1)], [0, "wait", 1, "wait", 2, "wait on"], "still climbing"),
        ([Silence(), Failed(0), Failed(1), Opened(2)], [0, "wait", 1, "wait", "wait", 2, "wait on"], 2),
        # The pod's own trouble ends it at once.
        ([Failed(0, for_good=True)], [0, "wait"], None),
        ([Silence(), Failed(1, for_good=True)], [0, "wait", 1, "wait"], None),
    ],
)
def test_the_ways_are_tried_in_order(
    events: list[Event], did: list[int | str], end: int | str | None
) -> None:
    assert follow(range(3), *events) == (did, end)


def test_where_there_is_no_way_none_is_tried() -> None:
    assert follow([]) == ([], None)


def test_the_order_is_the_callers() -> None:
    assert follow([4, 1], Failed(4), Failed(1)) == ([4, "wait", 1, "wait on"], None)


@given(st.integers(1, 6), st.randoms(use_true_random=False))
def test_every_way_is_tried_once_before_it_gives_up(count: int, random: "st.DataObject") -> None:
    plan = climb(range(count))
    begun: list[int] = []
    running: list[int] = []
    event: Event | None = None
    try:
        while True:
            step = plan.send(event)
            if isinstance(step, Start):
                begun.append(step.way)
                running.append(step.way)
                event = None
                continue
            assert isinstance(step, Wait)
            assert step.for_silence == (len(begun) < count)
            if step.for_silence and random.random() < 0.5:  # type: ignore[attr-defined]
                event = Silence()
            else:
                way = random.choice(running)  # type: ignore[attr-defined]
                running.remove(way)
                event = Failed(way)
    except StopIteration as end:
        given_up = end.value is None
    assert given_up
    assert begun == list(range(count))
    assert running == []
