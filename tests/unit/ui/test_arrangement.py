"""How the list and the terminals share the screen."""

import pytest

from podboard.ui.arrangement import Arrangement, arrange

ALL = range(1, 400)


@pytest.mark.parametrize(
    ("width", "terminals", "in_terminal", "zoomed", "expected"),
    [
        (80, False, False, False, Arrangement(None, None)),
        (200, False, False, True, Arrangement(None, None)),
        (80, True, True, False, Arrangement(0, 0)),
        (80, True, False, False, Arrangement(None, 0)),
        (99, True, True, False, Arrangement(0, 0)),
        (100, True, True, False, Arrangement(30, 30)),
        (120, True, False, False, Arrangement(84, 30)),
        (139, True, True, False, Arrangement(30, 30)),
        (140, True, True, False, Arrangement(60, 60)),
        (200, True, False, False, Arrangement(60, 60)),
        (200, True, True, True, Arrangement(0, 0, lines=False)),
        (80, True, True, True, Arrangement(0, 0, lines=False)),
        (200, True, False, True, Arrangement(60, 60)),
    ],
)
def test_the_table(
    width: int,
    terminals: bool,  # noqa: FBT001 - a column of the table
    in_terminal: bool,  # noqa: FBT001 - as above
    zoomed: bool,  # noqa: FBT001 - as above
    expected: Arrangement,
) -> None:
    assert arrange(width, terminals=terminals, in_terminal=in_terminal, zoomed=zoomed) == expected


@pytest.mark.parametrize("zoomed", [True, False])
def test_a_look_at_the_list_resizes_no_program(zoomed: bool) -> None:  # noqa: FBT001 - one of two cases
    for width in ALL:
        looking = arrange(width, terminals=True, in_terminal=False, zoomed=zoomed)
        typing = arrange(width, terminals=True, in_terminal=True, zoomed=False)
        assert looking.terminal_at == typing.terminal_at


def test_whatever_has_the_focus_is_seen() -> None:
    for width in ALL:
        listing = arrange(width, terminals=True, in_terminal=False, zoomed=False)
        assert listing.list_width is None or listing.list_width > 0
        typing = arrange(width, terminals=True, in_terminal=True, zoomed=False)
        assert typing.terminal_at is not None
        assert width - typing.terminal_at >= min(width, 70)
        assert typing.list_width == typing.terminal_at
