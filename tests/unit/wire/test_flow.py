"""How far a server has got with a paste."""

from hypothesis import given
from hypothesis import strategies as st

from podboard.wire.flow import AHEAD, Flow


def test_what_is_on_its_way_is_what_no_pong_has_come_for() -> None:
    flow = Flow()
    assert not flow.is_held
    first = flow.sent(AHEAD)
    assert flow.is_held
    assert not flow.is_full
    second = flow.sent(1)
    assert flow.is_full
    flow.answered(first)
    assert flow.is_held
    assert not flow.is_full
    flow.answered(second)
    assert not flow.is_held


def test_one_pong_stands_for_those_before() -> None:
    flow = Flow()
    pings = [flow.sent(AHEAD) for _ in range(3)]
    flow.answered(pings[1])
    assert flow.is_held
    assert not flow.is_full
    flow.answered(pings[2])
    assert not flow.is_held


def test_pongs_for_other_pings_say_nothing() -> None:
    flow = Flow()
    ping = flow.sent(AHEAD + 1)
    for other in (b"", b"0", b"there?", b"-1", "\u0661".encode()):
        flow.answered(other)
        assert flow.is_full
    flow.answered(ping)
    flow.answered(ping)
    assert not flow.is_held


@given(st.lists(st.integers(0, AHEAD), max_size=20), st.randoms())
def test_nothing_is_counted_twice(sizes: list[int], random: object) -> None:
    flow = Flow()
    pings = [flow.sent(size) for size in sizes]
    random.shuffle(pings)  # type: ignore[attr-defined]
    for ping in pings:
        flow.answered(ping)
    assert not flow.is_held
    flow.sent(AHEAD)
    assert not flow.is_full
