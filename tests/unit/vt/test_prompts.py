"""Prompts, as the shell marks them and as they look."""

import pytest

from podboard.vt.history import History
from podboard.vt.prompts import look_alike, next_prompt
from tests.unit.vt.helpers import screen

BY_LOOKS = "web:~$ ls\r\na\r\ncost: 5$ each\r\nweb:/tmp/x$ cat\r\nb\r\nweb:~$ "


def prompts(history: History, prompt: str = "") -> list[int]:
    rows, row = [], -1
    while (following := next_prompt(history, row, 1, prompt)) is not None:
        rows.append(row := following)
    back = []
    row = history.rows
    while (before := next_prompt(history, row, -1, prompt)) is not None:
        back.append(row := before)
    assert back[::-1] == rows
    return rows


def test_prompts_that_the_shell_marks_are_all_there_are() -> None:
    marked = "\x1b]133;A\x1b\\$ \x1b]133;B\x1b\\ls\r\n\x1b]133;C\x1b\\$ no\r\n\x1b]133;D\x1b\\"
    assert prompts(History(screen(marked * 3)), "$ ") == [0, 2, 4]


def test_prompts_are_told_by_what_the_last_looks_like() -> None:
    assert prompts(History(screen(BY_LOOKS)), "web:~$") == [0, 3, 5]


def test_any_usual_prompt_is_one_where_nothing_is_known() -> None:
    assert prompts(History(screen("$ ls\r\nout\r\n# id\r\n")), "--More--") == [0, 2]


@pytest.mark.parametrize(
    ("prompt", "other"),
    [
        ("root@web-7d9f:/# ", "root@web-7d9f:/usr/lib# "),
        ("[14:02] ~ $ ", "[15:10] /srv $ "),
        ("/ # ", "/etc/ssl # "),
        ("bash-5.2$ ", "bash-5.2$ "),
        ("~/work \u276f ", "/srv \u276f "),
    ],
)
def test_what_differs_from_prompt_to_prompt(prompt: str, other: str) -> None:
    looks = look_alike(prompt + "ls")
    assert looks.match(f"{other}cat")
    assert not looks.match("total 0")
