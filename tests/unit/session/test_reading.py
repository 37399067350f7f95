"""Terminals that are read at the same time."""

import threading
from collections.abc import Iterator

import pytest

from podboard.model.size import Size
from podboard.session.reading import AT_ONCE, read_together
from podboard.vt.history import History
from podboard.vt.screen import Screen
from podboard.vt.transcript import Transcript


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("podboard.vt.transcript.PIECE", 4000)


def screens(count: int) -> list[Screen]:
    made = [Screen(Size(40, 10), 1000) for _ in range(count)]
    for number, screen in enumerate(made):
        screen.feed("".join(f"{number} said {line} \u6f22e\u0301\r\n" for line in range(2000)).encode())
    return made


def last_line(screen: Screen) -> int:
    return int(History(screen).whole().rsplit("\n", 1)[-1].split()[-1])


def feeding(shown: list[Screen], transcripts: list[Transcript]) -> Iterator[int]:
    """Read them while each is written to between two pieces; the number of the line that is last by then."""
    for number, _ in enumerate(read_together(transcripts)):
        for screen in shown:
            screen.feed("".join(f"more {number * 20 + line}\r\n" for line in range(20)).encode())
        yield number * 20 + 19


def test_all_are_read_whole() -> None:
    shown = screens(7)
    transcripts = [Transcript(screen) for screen in shown]
    turns = len(list(read_together(transcripts)))
    for screen, transcript in zip(shown, transcripts, strict=True):
        assert "".join(transcript.pieces) == History(screen).whole()
    pieces = sum(len(transcript.pieces) - 1 for transcript in transcripts)
    assert -(-pieces // AT_ONCE) <= turns < pieces / AT_ONCE + max(len(each.pieces) for each in transcripts)
    assert not list(read_together(transcripts))


def test_several_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("podboard.session.reading.AT_ONCE", 3)
    together = threading.Barrier(3, timeout=20)
    read_on = Transcript.read_on

    def with_others(transcript: Transcript) -> bool:
        together.wait()
        return read_on(transcript)

    monkeypatch.setattr(Transcript, "read_on", with_others)
    shown = screens(3)
    transcripts = [Transcript(screen) for screen in shown]
    for _ in read_together(transcripts):
        pass
    assert all(
        "".join(one.pieces) == History(screen).whole() for one, screen in zip(transcripts, shown, strict=True)
    )


def test_what_comes_between_two_pieces_is_found_with_the_next_reading() -> None:
    shown = screens(5)
    transcripts = [Transcript(screen) for screen in shown]
    last = list(feeding(shown, transcripts))[-1]
    for number, (screen, transcript) in enumerate(zip(shown, transcripts, strict=True)):
        # What was there when it began, as far as it is kept.
        assert f"{number} said 1999 " in "".join(transcript.pieces)
        assert "more" not in "".join(transcript.pieces)
        assert last_line(screen) == last
    for _ in read_together(transcripts):
        pass
    for screen, transcript in zip(shown, transcripts, strict=True):
        assert "".join(transcript.pieces).rstrip("\n") == History(screen).whole()


def test_a_reading_that_is_given_up_leaves_no_thread() -> None:
    shown = screens(4)
    before = threading.active_count()
    transcripts = [Transcript(screen) for screen in shown]
    reading = read_together(transcripts)
    next(reading)
    assert threading.active_count() == before + AT_ONCE - 1
    reading.close()
    assert threading.active_count() == before
    # Another takes it up.
    for _ in read_together(transcripts):
        pass
    assert "".join(transcripts[3].pieces) == History(shown[3]).whole()


def test_what_goes_wrong_in_a_thread_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    transcripts = [Transcript(screen) for screen in screens(2)]

    def fail() -> bool:
        msg = "unreadable"
        raise RuntimeError(msg)

    monkeypatch.setattr(transcripts[1], "read_on", fail)
    with pytest.raises(RuntimeError, match="unreadable"):
        list(read_together(transcripts))
