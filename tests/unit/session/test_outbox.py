"""What waits to be sent, and in which order."""

import pytest

from podboard.session.outbox import Outbox, Paste
from podboard.vt.paste import END, PIECE, START, encode_pieces

LONG = "x" * (2 * PIECE + 1)


def paste(text: str, *, bracketed: bool = False) -> Paste:
    return Paste(encode_pieces(text, bracketed=bracketed), len(text))


def sent(outbox: Outbox) -> list[bytes]:
    """All that would be sent, as it would be."""
    pieces = []
    while piece := outbox.take()[0]:
        pieces.append(piece)
    return pieces


def test_what_is_typed_goes_together_and_in_its_order_round_pastes() -> None:
    outbox = Outbox()
    outbox.put(b"a")
    outbox.put(b"b")
    outbox.put_paste(paste(LONG))
    outbox.put(b"c")
    outbox.put_paste(paste("two"))
    outbox.put_paste(paste(""))
    outbox.put(b"d")
    assert outbox.typed == 4
    assert sent(outbox) == [b"ab", b"x" * PIECE, b"x" * PIECE, b"x", b"c", b"two", b"d"]
    assert not outbox
    assert outbox.typed == 0


def test_a_paste_is_there_until_its_last_piece_was_sent() -> None:
    outbox = Outbox()
    one = paste("one")
    outbox.put_paste(one)
    assert outbox.take() == (b"one", one)
    assert outbox.paste is one
    assert outbox
    assert outbox.take() == (b"", None)
    assert outbox.paste is None


@pytest.mark.parametrize(("taken", "rest"), [(0, []), (1, [END]), (2, [END]), (4, [END]), (5, [])])
def test_a_marked_paste_that_is_given_up_ends_where_it_began(taken: int, rest: list[bytes]) -> None:
    outbox = Outbox()
    one = paste(LONG, bracketed=True)
    outbox.put_paste(one)
    outbox.put(b"typed")
    before = [outbox.take()[0] for _ in range(taken)]
    assert before[:1] == [START][:taken]
    one.cancel()
    assert one.is_given_up
    assert sent(outbox) == [*rest, b"typed"]


def test_all_can_be_dropped() -> None:
    outbox = Outbox()
    outbox.put(b"a")
    outbox.put_paste(paste("b"))
    outbox.clear()
    assert not outbox
    assert (outbox.typed, outbox.paste, outbox.take()) == (0, None, (b"", None))
