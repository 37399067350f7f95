"""What commands print."""

import pytest

from podboard.commands.output import harmless, table


def test_a_table_is_kubectls() -> None:
    assert table(("NAME", "POD"), [("a", "web-*"), ("longer", "")]) == (
        "NAME     POD\n"
        "a        web-*\n"
        "longer   <none>"
    )  # fmt: skip


def test_wide_characters_take_two_columns() -> None:
    lines = table(("NAME", "POD"), [("東京", "x"), ("e\u0301", "y")]).splitlines()
    assert lines == ["NAME   POD", "東京   x", "e\u0301      y"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain  text ü", "plain  text ü"),
        ("\x1b[31m\n\t\x9b\u202e\0", "\\x1b[31m\\n\\t\\x9b\\u202e\\x00"),
        ("\ud800", "\\ud800"),
    ],
)
def test_nothing_reaches_a_terminal_that_it_would_act_upon(text: str, shown: str) -> None:
    assert harmless(text) == shown
    assert table(("A",), [(text,)]) == f"A\n{shown}"
