"""All that a terminal keeps, in pieces, read anew only where that is needed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.model.size import Size
from podboard.vt.history import History, Place
from podboard.vt.screen import Screen
from podboard.vt.transcript import Transcript
from tests.unit.vt.helpers import screen


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("podboard.vt.transcript.PIECE", 1000)


def numbered(first: int, last: int) -> str:
    return "".join(f"line {number}\r\n" for number in range(first, last))


def read(transcript: Transcript) -> str:
    """All of it, as far as it is not known."""
    is_left = transcript.begin()
    while is_left:
        is_left = transcript.read_on()
    return "".join(transcript.pieces)


class Reads:
    """Counts the rows of which text is read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rows = 0
        text = History.text

        def counted(history: History, first: Place, last: Place, *, unwrap: bool = True) -> str:
            self.rows += last.row - first.row + 1
            return text(history, first, last, unwrap=unwrap)

        monkeypatch.setattr(History, "text", counted)

    def of(self, transcript: Transcript) -> int:
        """How many are read to bring it up to date."""
        self.rows = 0
        read(transcript)
        return self.rows


def test_what_is_kept_is_read_in_pieces_at_ends_of_lines() -> None:
    shown = screen("".join(f"{number} {'x' * 7 * (number % 9)}\r\n" for number in range(100)))
    transcript = Transcript(shown)
    assert read(transcript) == History(shown).whole()
    assert len(transcript.pieces) > 3
    assert all(piece.startswith("\n") for piece in transcript.pieces[1:])


def test_a_line_longer_than_a_piece_is_one() -> None:
    shown = screen(f"{numbered(0, 30)}{'x' * 3000}\r\n{numbered(30, 60)}")
    transcript = Transcript(shown)
    assert read(transcript) == History(shown).whole()
    assert max(map(len, transcript.pieces)) > 3000


def test_what_is_above_the_screen_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, reads = screen(numbered(0, 500)), Reads(monkeypatch)
    transcript = Transcript(shown)
    assert reads.of(transcript) > 490
    assert reads.of(transcript) == 0
    shown.feed(b"\x1b[Hover")
    assert reads.of(transcript) == 5
    shown.feed(numbered(500, 507).encode())
    assert reads.of(transcript) < 20
    assert read(transcript) == History(shown).whole()


def test_lines_that_were_given_up_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, reads = Screen(Size(20, 5), 1), Reads(monkeypatch)
    shown.feed(numbered(0, 4000).encode())
    transcript = Transcript(shown)
    read(transcript)
    told = 4000
    while History(shown).rows > 3000:
        shown.feed(numbered(told, told + 10).encode())
        told += 10
    # The lines that came, and those of the piece whose beginning has gone.
    assert told - 4000 < reads.of(transcript) < told - 4000 + 70
    assert read(transcript).lstrip("\n") == History(shown).whole()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("\x1b[3J", id="the scrollback is erased"),
        pytest.param(f"\x1b[3J{numbered(0, 200)}", id="erased, and as much again"),
        pytest.param(f"\x1bc{numbered(7, 300)}", id="reset"),
        pytest.param(f"\x1b[?1049h{numbered(0, 9)}", id="a full-screen program begins"),
        pytest.param("\x1b[?1049h\x1b[?1049l", id="one came and went"),
        pytest.param("\x1b[2J\x1b[Hnew", id="the screen is cleared"),
        pytest.param("\x1b[H\x1b[10M\x1b[5Lnew\x1b[3T", id="lines are taken out and put in"),
        pytest.param("x" * 500, id="a long line that goes on"),
    ],
)
@pytest.mark.parametrize("steps", [0, 2, 1000])
def test_what_a_program_does_is_noticed(change: str, steps: int) -> None:
    shown = screen(numbered(0, 200) + "web:~$ ")
    transcript = Transcript(shown)
    transcript.begin()
    for _ in range(steps):
        transcript.read_on()
    shown.feed(change.encode())
    assert read(transcript).rstrip("\n") == History(shown).whole()


def test_lines_that_a_taller_screen_took_back_are_read_again() -> None:
    shown = screen(numbered(0, 50))
    transcript = Transcript(shown)
    read(transcript)
    shown.resize(Size(20, 30))
    shown.feed(b"\x1b[Hchanged\x1b[K\x1b[30;1H")
    shown.resize(Size(20, 5))
    text = read(transcript)
    assert "changed" in text
    assert text == History(shown).whole()


DOINGS = st.one_of(
    st.integers(1, 1000).map(lambda count: "out\r\n" * count),
    st.sampled_from(
        ["word " * 30, "\r\n", "\x1b[3J", "\x1bc", "\x1b[?1049h", "\x1b[?1049l", "\x1b[H", "\x1b[2J", "\x1bM"]
    ),
    st.tuples(st.integers(2, 30), st.integers(1, 12)),
    st.none(),
)


@given(st.lists(DOINGS, max_size=30))
def test_whatever_happens_between_pieces_it_is_what_is_kept_in_the_end(
    doings: list[str | tuple[int, int] | None],
) -> None:
    shown = Screen(Size(20, 5), 1)
    # Nearly as many as are kept.
    shown.feed(numbered(0, 4000).encode())
    transcript = Transcript(shown)
    for number, doing in enumerate(doings):
        if doing is None:
            transcript.begin()
        elif isinstance(doing, str):
            shown.feed(doing.replace("out", f"out {number}").encode())
        else:
            shown.resize(Size(*doing))
        transcript.read_on()
    found = [line for line in read(transcript).split("\n") if line]
    assert found == [line for line in History(shown).whole().split("\n") if line]


def test_reading_comes_to_an_end_beneath_a_flood() -> None:
    shown = screen(numbered(0, 300), scrollback=1)
    transcript = Transcript(shown)
    is_left, told = transcript.begin(), 300
    while is_left:
        shown.feed(numbered(told, told + 5000).encode())
        told += 5000
        is_left = transcript.read_on()
        assert told < 100_000
    assert "line 299" in "".join(transcript.pieces)
