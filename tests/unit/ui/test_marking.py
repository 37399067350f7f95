"""Rows cut where marks begin and end."""

from hypothesis import given, settings
from hypothesis import strategies as st

from podboard.ui.look import Look
from podboard.ui.marking import cut
from podboard.ui.scroll_mode import ScrollMode
from podboard.vt.history import History, Place
from podboard.vt.search import Pattern
from tests.unit.vt.helpers import screen

NEEDLE = "needle"

said = st.lists(
    st.sampled_from(
        ["a", " ", "\u6f22", "e\u0301", "\U0001f44d\U0001f3fd", "\u0928\u093f", "\x1b[31m", "\x1b[m", NEEDLE]
    ),
    max_size=30,
).map("".join)


# A busy machine makes one example slow.
@settings(deadline=None)
@given(said)
def test_what_is_marked_is_what_was_found(output: str) -> None:
    shown = screen(output, 24, 12)
    mode = ScrollMode(shown, has_keys=True)
    found = mode.search(Pattern(NEEDLE), backward=False)
    marked = ""
    for row, marks in enumerate(mode.marks()):
        runs, looks = cut(shown.rows[row], History(shown).characters(row), marks)
        drawn = Look().draw(runs)
        assert sum(run.width for run in runs) == drawn.width == 24
        assert len(drawn.pieces) == len(looks)
        marked += "".join(text for (text, _), look in zip(drawn.pieces, looks, strict=True) if look)
    assert found == (NEEDLE in output)
    assert marked.replace(" ", "") == NEEDLE * output.count(NEEDLE)


def test_marks_may_lie_over_each_other() -> None:
    shown = screen("one \u6f22\u5b57 two", 12, 2)
    mode = ScrollMode(shown, has_keys=True)
    mode.search(Pattern("\u6f22\u5b57"), backward=False)
    mode.go(Place(0, 6))
    mode.action_select()
    runs, looks = cut(shown.rows[0], History(shown).characters(0), mode.marks()[0])
    assert [run.text for run in runs] == ["one ", "\u6f22", "\u5b57", " two"]
    assert looks == [[], ["hit-here"], ["hit-here", "selected"], []]
