"""A recording at any moment."""

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podboard.model.size import Size
from podboard.session import replay as module
from podboard.session.replay import Player
from podboard.vt.screen import Screen
from podboard.wire.asciicast import Cast, Event

SIZE = Size(20, 4)


def cast(*events: tuple[float, str, str]) -> Cast:
    return Cast(SIZE, "", None, None, [Event(*event) for event in events], is_cut_off=False)


def do(work: Iterator[object]) -> None:
    for _ in work:
        pass


def shown(player: Player) -> str:
    player.screen.update()
    lines = ["".join(run.text for run in row).rstrip() for row in player.screen.rows]
    return "\n".join(lines).rstrip()


COUNT = cast(
    (1.0, "o", "one\r\n"),
    (2.0, "i", "x"),
    (3.0, "o", "two\r\n"),
    (4.0, "r", "30x5"),
    (5.0, "m", "mark"),
    (6.0, "o", "three"),
    (8.0, "x", "3"),
)


@pytest.mark.parametrize(
    ("at", "text"),
    [(0.0, ""), (0.99, ""), (1.0, "one"), (2.5, "one"), (3.5, "one\ntwo"), (6.0, "one\ntwo\nthree")],
)
def test_a_moment_is_what_was_there_then(at: float, text: str) -> None:
    player = Player(COUNT)
    do(player.go_to(at))
    assert (player.at, shown(player)) == (at, text)


def test_there_and_back_again() -> None:
    player = Player(COUNT)
    for at, text in ((7.0, "one\ntwo\nthree"), (1.5, "one"), (3.0, "one\ntwo"), (0.0, "")):
        do(player.go_to(at))
        assert shown(player) == text
    assert player.screen.size == SIZE


def test_beyond_the_end_is_the_end() -> None:
    player = Player(COUNT)
    do(player.go_to(99.0))
    assert (player.at, player.exit_code, player.next_at, player.last_at) == (8.0, "3", None, 8.0)
    assert player.screen.size == Size(30, 5)
    do(player.go_to(-1.0))
    assert (player.at, player.exit_code, player.next_at, player.last_at) == (0.0, "", 1.0, 0.0)


def test_steps_go_from_sight_to_sight() -> None:
    player = Player(COUNT)
    moments = []
    for _ in range(6):
        do(player.step())
        moments.append(player.at)
    assert moments == [1.0, 3.0, 4.0, 6.0, 8.0, 8.0]


def test_a_step_after_a_pause_does_not_go_back() -> None:
    player = Player(cast((1.0, "o", "a"), (9.0, "x", "0")))
    do(player.go_to(5.0))
    do(player.step())
    assert player.at == 9.0


def test_an_empty_recording_has_one_moment() -> None:
    player = Player(cast())
    do(player.go_to(5.0))
    do(player.step())
    assert list(player.find("x")) == []
    assert (player.at, player.next_at) == (0.0, None)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("two", 3.0),
        ("TWO", None),
        ("\N{CJK UNIFIED IDEOGRAPH-8868} wide", 5.0),
        ("ERROR", 4.0),
        ("error", 4.0),
    ],
)
def test_a_text_is_found_when_it_appears(text: str, at: float | None) -> None:
    flood = "".join(f"line {number}\r\n" for number in range(300))
    player = Player(
        cast(
            (1.0, "o", "t"),
            (2.0, "o", "w\x1b[31m"),
            (3.0, "o", "o\r\n"),
            (4.0, "o", f"{flood}ERROR here\r\n{flood}"),
            (5.0, "o", "\N{CJK UNIFIED IDEOGRAPH-8868} wide"),
            (6.0, "x", "0"),
        )
    )
    assert any(player.find(text)) == (at is not None)
    assert player.at == (6.0 if at is None else at)
    assert at is None or text.lower() in shown(player).lower()


def test_each_time_it_appears_it_is_found_once() -> None:
    player = Player(
        cast((1.0, "o", "web "), (2.0, "o", "x"), (3.0, "o", "\x1b[2J"), (4.0, "o", "web"), (5.0, "o", "web"))
    )
    moments = []
    while any(player.find("web")):
        moments.append(player.at)
    assert moments == [1.0, 4.0, 5.0]


def test_a_text_that_is_wrapped_is_found() -> None:
    player = Player(cast((1.0, "o", "x" * 15 + "needle in the hay")))
    assert any(player.find("needle in"))


def test_what_follows_a_find_is_not_lost() -> None:
    player = Player(cast((1.0, "o", "a\r\nb\r\nneedle\r\nc\r\nd"), (2.0, "o", "e")))
    assert any(player.find("needle"))
    do(player.go_to(2.0))
    assert shown(player).endswith("c\nde")


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.floats(0, 2), st.text(max_size=60)), max_size=20),
    st.lists(st.floats(0, 40), min_size=1, max_size=5),
)
def test_every_way_to_a_moment_leads_to_the_same_screen(
    outputs: list[tuple[float, str]], moments: list[float]
) -> None:
    times = list(itertools.accumulate(pause for pause, _ in outputs))
    recording = cast(*((at, "o", text) for at, (_, text) in zip(times, outputs, strict=True)))
    player = Player(recording)
    for moment in moments:
        do(player.go_to(moment))
        straight = Screen(SIZE, 0)
        for event in recording.events:
            if event.at <= moment:
                straight.feed(event.data.encode())
        straight.update()
        player.screen.update()
        assert player.screen.rows == straight.rows
        assert player.screen.cursor == straight.cursor


def test_long_work_lets_others_have_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUDGET", 0.0)
    player = Player(cast(*((0.1 * number, "o", "x" * 20_000) for number in range(10))))
    assert sum(1 for _ in player.go_to(1.0)) == 20
    assert sum(1 for _ in player.find("x")) == 0
