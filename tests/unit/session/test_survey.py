"""One command in many terminals, with shells that the test plays."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from podboard.model.badge import TerminalState
from podboard.model.ending import exited
from podboard.model.size import Size
from podboard.model.target import Target
from podboard.session.ladder import Ladder
from podboard.session.survey import COMPARED, Answer, ask, differences, grouped, odd_lines
from podboard.session.terminal import Terminal
from podboard.wire.exec_channel import Ended, Stdout
from tests.support.waiting import until
from tests.unit.session.fakes import FakeChannel, FakeRung


class Pane:
    """A terminal whose shell answers what the test says.

    Args:
        prompt: Where it waits.
        answers: What the shell says to each command, its echo first.
    """

    def __init__(self, prompt: str = "pod:~$ ", answer: str = "", rows: int = 10, columns: int = 40) -> None:
        self.channel = FakeChannel(Stdout(prompt.encode()))
        rung = FakeRung(self.channel)
        self.terminal = Terminal(
            Target("shop", "web", "app"), Ladder((rung,)), Size(columns, rows), scrollback=100
        )
        self.terminal.shown = True
        self._answer = answer

    def send_key(self, key: str, character: str | None) -> None:
        assert (key, character) == ("enter", "\r")
        self.terminal.write(b"\r")
        if self._answer:
            self.say(self._answer)

    def send_text(self, text: str) -> None:
        self.terminal.write(text.encode())

    def paste(self, text: str) -> None:
        raise NotImplementedError

    def say(self, text: str) -> None:
        self.channel.say(Stdout(text.encode()))


@asynccontextmanager
async def at_their_prompts(*panes: Pane) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(pane.terminal.run()) for pane in panes]
    await until(lambda: all(pane.terminal.received for pane in panes))
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def answers(*panes: Pane, limit: float = 10.0) -> list[Answer[Pane]]:
    async with at_their_prompts(*panes):
        return [answer async for answer in ask(panes, "id", limit)]


async def the_answer(prompt: str, said: str, **more: int) -> str:
    [answer] = await answers(Pane(prompt, said, **more))
    assert answer.trouble == ""
    return answer.text


async def test_each_is_asked_and_prompts_are_no_part_of_the_answer() -> None:
    one, two = Pane("web-1:~$ ", "id\r\nroot\r\nweb-1:~$ "), Pane("web-2:~# ", "id\r\nroot\r\nweb-2:~# ")
    found = await answers(one, two)
    assert [answer.text for answer in found] == ["root", "root"]
    assert one.channel.input == two.channel.input == b"id\r"
    [group] = grouped(found)
    assert group.members == (one, two)


@pytest.mark.parametrize(
    ("prompt", "said", "text"),
    [
        ("$ ", "id\r\n$ ", ""),
        ("$ ", "id\r\none\r\n\r\ntwo\r\n$ ", "one\n\ntwo"),
        ("[1 10:00] /srv $ ", "id\r\nout\r\n[2 10:01] /tmp/x $ ", "out"),
        ("old\r\n$ ", "id\r\nout\r\n$ ", "out"),
        ("$ ", "id\r\nno line end$ ", "no line end"),
        ("$ ", "id\x1b[K\r\n\x1b[32mout\x1b[0m  \r\n$ ", "out"),
        # clear; then the output, at the top of the screen.
        ("a\r\nb\r\n$ ", "id\r\n\x1b[H\x1b[2J\x1b[3Jout\r\n$ ", "out"),
        ("a\r\nb\r\n$ ", "id\r\n\x1b[H\x1b[2J$ ", ""),
    ],
)
async def test_what_stands_between_two_prompts(prompt: str, said: str, text: str) -> None:
    assert await the_answer(prompt, said) == text


async def test_a_command_and_lines_that_are_broken_are_one_each() -> None:
    long = "x" * 50
    assert await the_answer("a-long-prompt:~$ ", f"id\r\n{long}\r\na-long-prompt:~$ ", columns=18) == long


async def test_prompts_the_shell_marks_may_look_like_anything() -> None:
    start, end, done = "\x1b]133;A\x1b\\", "\x1b]133;B\x1b\\", "\x1b]133;D\x1b\\"
    prompt = f"{start}on main\r\n\u03bb {end}"
    said = f"id\r\n\x1b]133;C\x1b\\root\r\n$ \r\n{done}{start}on main \u2717\r\n\u03bb {end}"
    assert await the_answer(prompt, said) == "root\n$"


async def test_more_than_is_kept_is_an_answer_too() -> None:
    count = 5000
    lines = "".join(f"line {number}\r\n" for number in range(count))
    text = await the_answer("$ ", f"id\r\n{lines}$ ")
    assert text.split("\n")[-1] == f"line {count - 1}"
    assert len(text.split("\n")) < count


@pytest.mark.parametrize("prompt", ["Password: ", "pod:~$ vi x", "top - 12:00\r\n", "\x1b[?1049h$ "])
async def test_without_a_prompt_nothing_is_asked(prompt: str) -> None:
    pane = Pane(prompt)
    [answer] = await answers(pane)
    assert "no prompt waits there" in answer.trouble
    assert pane.channel.input == b""


async def test_an_answer_is_waited_for_until_the_prompt_is_back() -> None:
    pane, quick = Pane("$ ", "id\r\nbusy$ "), Pane("$ ", "id\r\nquick\r\n$ ")
    async with at_their_prompts(pane, quick):
        coming = ask([pane, quick], "id", 30)
        first = await anext(coming)
        assert (first.member, first.text) == (quick, "quick")
        pane.say("\r\nmore\r\n$ ")
        second = await anext(coming)
        assert (second.text, second.trouble) == ("busy$\nmore", "")
        with pytest.raises(StopAsyncIteration):
            await anext(coming)


async def test_an_answer_that_does_not_end_is_given_up() -> None:
    [answer] = await answers(Pane("$ ", "id\r\npart\r\n"), limit=0.5)
    assert answer.text == "part"
    assert "no prompt came back" in answer.trouble


async def test_a_shell_that_ends_answers_no_more() -> None:
    pane = Pane("$ ", "id\r\nbye\r\n")
    async with at_their_prompts(pane):
        coming = ask([pane], "id", 30)
        asked = asyncio.ensure_future(anext(coming))
        await until(lambda: pane.channel.input == b"id\r")
        pane.channel.say(Ended(exited(0)))
        answer = await asked
        await coming.aclose()
    assert pane.terminal.badge.state is TerminalState.CLOSED
    assert (answer.text, answer.trouble) == ("bye", "its shell is gone")


def answered(*texts: str, member: Callable[[int], int] = lambda place: place) -> list[Answer[int]]:
    return [Answer(member(place), text) for place, text in enumerate(texts)]


def test_groups_are_by_size_then_by_place() -> None:
    answers = [*answered("b", "a", "a", "c", "a"), Answer(9, "a", "its shell is gone")]
    assert [(group.text, group.members) for group in grouped(answers)] == [
        ("a", (1, 2, 4)),
        ("b", (0,)),
        ("c", (3,)),
    ]


def test_what_differs_is_shown_with_what_stands_beside_it() -> None:
    usual = "\n".join(map(str, range(12)))
    other = usual.replace("3\n", "three\n", 1).replace("9\n", "")
    assert differences(usual, other) == ["…", "  2", "- 3", "+ three", "  4", "…", "  8", "- 9", "  10"]
    assert differences("same", "same") == []
    assert differences("a\nb", "b") == ["- a", "  b"]
    assert differences("", "a") == ["- ", "+ a"]


def test_of_long_answers_the_first_differences_are_told() -> None:
    usual = "\n".join(map(str, range(5000)))
    late = usual.replace("4000", "four")
    assert differences(usual, late) == ["…", "  3999", "- 4000", "+ four", "  4001", "…"]
    assert len(differences(usual, "\n".join("x" * 5000))) == 2 * COMPARED + 1
    # Lines that come again and again would take minutes to hold against each other all.
    assert differences("a\nb\n" * 20_000, "b\nb\na\n" * 20_000)[-1] == "…"


def test_how_many_lines_differ() -> None:
    assert odd_lines("a\nb\nc", "a\nx\nc") == 1
    assert odd_lines("a", "a\nb\nc") == 2
    assert odd_lines("a\nb", "b\na") == 0
