"""The cache of two generations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.vt.recent import Recent


def test_what_was_put_is_returned_and_known() -> None:
    recent: Recent[str, int] = Recent(2)
    assert recent.put("a", 1) == 1
    assert recent.get("a") == 1


def test_what_was_never_put_is_not_known() -> None:
    recent: Recent[str, int] = Recent(2)
    assert recent.get("a") is None


def test_the_last_value_of_a_key_counts() -> None:
    recent: Recent[str, int] = Recent(2)
    recent.put("a", 1)
    recent.put("a", 2)
    assert recent.get("a") == 2


def test_the_newer_value_wins_over_the_one_of_the_old_generation() -> None:
    recent: Recent[str, int] = Recent(1)
    recent.put("a", 1)
    recent.put("a", 2)
    assert recent.get("a") == 2


@pytest.mark.parametrize("key", "abcd")
def test_the_old_generation_is_still_known(key: str) -> None:
    recent: Recent[str, int] = Recent(2)
    for each in "abcd":
        recent.put(each, ord(each))
    assert recent.get(key) == ord(key)


def test_what_nobody_asked_for_is_forgotten() -> None:
    recent: Recent[str, int] = Recent(2)
    for key in "abcde":
        recent.put(key, ord(key))
    assert recent.get("a") is None
    assert recent.get("b") is None


def test_what_is_asked_for_stays() -> None:
    recent: Recent[str, int] = Recent(2)
    recent.put("kept", 0)
    for number in range(100):
        recent.put(str(number), number)
        assert recent.get("kept") == 0
    assert recent.get("0") is None


def test_values_that_are_false_are_known() -> None:
    recent: Recent[str, bytes] = Recent(1)
    recent.put("a", b"")
    recent.put("b", b"x")
    assert recent.get("a") == b""


@given(st.integers(1, 8), st.lists(st.tuples(st.booleans(), st.integers(0, 30)), max_size=200))
def test_it_is_never_wrong_and_never_holds_more_than_two_generations(
    size: int, steps: list[tuple[bool, int]]
) -> None:
    recent: Recent[int, int] = Recent(size)
    truth: dict[int, int] = {}
    for serial, (put, key) in enumerate(steps):
        if put:
            truth[key] = serial
            recent.put(key, serial)
            assert recent.get(key) == serial
        else:
            assert recent.get(key) in (None, truth.get(key))
        assert len(recent._young) <= size
        assert len(recent._old) <= size


@given(st.integers(1, 8), st.lists(st.integers(0, 30), max_size=100))
def test_the_last_so_many_are_always_known(size: int, keys: list[int]) -> None:
    recent: Recent[int, int] = Recent(size)
    for key in keys:
        recent.put(key, key)
    lately = list(dict.fromkeys(reversed(keys)))[:size]
    assert [recent.get(key) for key in lately] == lately
