from hypothesis import given
from hypothesis import strategies as st

from podboard.wire.backoff import Backoff


def test_delays_double_up_to_the_most() -> None:
    backoff = Backoff(first=1.0, most=8.0, chance=lambda: 0.0)
    assert [backoff.delay() for _ in range(6)] == [1.0, 2.0, 4.0, 8.0, 8.0, 8.0]


def test_a_success_begins_anew() -> None:
    backoff = Backoff(first=1.0, most=8.0, chance=lambda: 0.0)
    backoff.delay()
    backoff.delay()
    backoff.reset()
    assert backoff.delay() == 1.0


@given(st.floats(0.0, 1.0))
def test_jitter_lengthens_by_a_half_at_most(chance: float) -> None:
    assert 1.0 <= Backoff(first=1.0, chance=lambda: chance).delay() <= 1.5


def test_as_terminals_and_the_list_have_it() -> None:
    backoff = Backoff(chance=lambda: 0.0)
    assert [backoff.delay() for _ in range(7)] == [0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0]
