"""Prompts, as the shell marks them and as they look."""

import pytest

from podboard.vt.history import History
from podboard.vt.prompts import (
    Prompt,
    line_to_cursor,
    look_alike,
    next_prompt,
    same_prompt,
    waiting_prompt,
)
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


def waits(output: str, columns: int = 80) -> Prompt | None:
    return waiting_prompt(History(screen(output, columns)))


def test_a_prompt_waits_at_the_cursor() -> None:
    assert waits("out\r\nweb:~$ ") == (1, "web:~$ ", False)
    assert waits("root@a-long-name:/srv# ", 10) == (0, "root@a-long-name:/srv# ", False)
    assert waits("\x1b]133;A\x1b\\on main\r\n\u03bb \x1b]133;B\x1b\\") == (0, "\u03bb ", True)


@pytest.mark.parametrize(
    "output",
    [
        "",
        "out\r\n",
        "web:~$ ls -l",
        "Password: ",
        "Remove it? (y/n) ",
        "\u03bb ",
        "\x1b]133;A\x1b\\web:~$ \x1b]133;B\x1b\\ls",
        "\x1b]133;A\x1b\\$ \x1b]133;B\x1b\\ssh a\r\n\x1b]133;C\x1b\\Password: ",
    ],
)
def test_what_is_no_prompt_gets_no_command(output: str) -> None:
    assert waits(output) is None


def test_what_is_typed_is_a_line_however_it_was_broken() -> None:
    assert line_to_cursor(History(screen("web:~$ echo a b c\x1b[D", 10))) == "web:~$ echo a b "


def test_a_prompt_is_known_when_it_comes_back() -> None:
    looks = same_prompt("[14:02] web-1:~ $ ")
    assert looks.match("[15:10] web-1:/srv/x $ ")
    assert looks.search("no end of line[14:03] web-1:~ $ ")
    assert not looks.search("[14:02] db-1:~ $ ")
    assert not looks.search("[14:02] web-1:~ $ ls")


def test_a_hostile_prompt_takes_no_time() -> None:
    hostile = "/0~" * 2000 + "$ "
    # Seconds or hours, if numbers and folders could be matched in more ways than one.
    assert same_prompt(hostile).search("/0~" * 4000 + "$")
    assert not look_alike("0a" * 50 + "$ ").match("00a" * 3000)
