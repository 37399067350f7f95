import logging

import pytest

from podboard.demo.agenda import Agenda, Script
from tests.support.waiting import until


def noting(agenda: Agenda, heard: list[tuple[str, float]], name: str, *waits: float) -> Script:
    for wait in waits:
        yield wait
        heard.append((name, agenda.now()))


async def test_everything_happens_in_order_and_at_its_own_moment() -> None:
    agenda, heard = Agenda(now=1000.0, paused=True), []
    start = agenda.now()
    agenda.play(noting(agenda, heard, "slow", 3, 3))
    agenda.play(noting(agenda, heard, "fast", 1, 1, 1, 10))
    assert heard == []
    agenda.advance(6)
    assert [(name, round(moment - start)) for name, moment in heard] == [
        ("fast", 1),
        ("fast", 2),
        ("slow", 3),
        ("fast", 3),
        ("slow", 6),
    ]
    assert agenda.now() == start + 6


async def test_the_first_part_is_played_at_once() -> None:
    agenda, heard = Agenda(paused=True), []

    def script() -> Script:
        heard.append("first")
        yield 1.0
        heard.append("second")

    agenda.play(script(), "me")
    assert heard == ["first"]
    assert agenda.plays("me")
    agenda.advance(1)
    assert not agenda.plays("me")


async def test_a_stopped_owner_is_heard_no_more() -> None:
    agenda, heard = Agenda(paused=True), []
    agenda.play(noting(agenda, heard, "a", 1, 1), "pod")
    agenda.play(noting(agenda, heard, "b", 1), "other")
    agenda.advance(1)
    agenda.stop("pod")
    agenda.advance(5)
    assert [name for name, _ in heard] == ["a", "b"]


async def test_a_script_may_stop_itself() -> None:
    agenda, heard = Agenda(paused=True), []

    def script() -> Script:
        yield 1.0
        agenda.stop("me")
        heard.append("last words")
        yield 1.0
        heard.append("never")

    agenda.play(script(), "me")
    agenda.advance(10)
    assert heard == ["last words"]


async def test_a_broken_script_breaks_no_other(caplog: pytest.LogCaptureFixture) -> None:
    agenda, heard = Agenda(paused=True), []

    def broken() -> Script:
        yield 1.0
        raise RuntimeError("a mistake")

    agenda.play(broken(), "clumsy")
    agenda.play(noting(agenda, heard, "fine", 2))
    with caplog.at_level(logging.ERROR):
        agenda.advance(3)
    assert [name for name, _ in heard] == ["fine"]
    assert "the script of 'clumsy' broke off" in caplog.text


async def test_the_clock_runs_unless_it_is_stopped() -> None:
    agenda, heard = Agenda(), []
    agenda.play(noting(agenda, heard, "soon", 0.02, 0.02))
    await until(lambda: len(heard) == 2)
    agenda.pause()
    stopped_at = agenda.now()
    agenda.play(noting(agenda, heard, "later", 0.01))
    agenda.advance(0)
    assert agenda.now() == stopped_at
    agenda.resume()
    await until(lambda: len(heard) == 3)
    assert agenda.now() >= stopped_at
    agenda.advance(100)
    assert agenda.now() >= stopped_at + 100
    agenda.close()


async def test_after_its_close_nothing_happens() -> None:
    agenda, heard = Agenda(), []
    agenda.play(noting(agenda, heard, "never", 0.001))
    agenda.close()
    agenda.advance(10)
    assert heard == []
