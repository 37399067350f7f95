"""Recordings as a person sees them played."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from podboard.model.size import Size
from podboard.ui.keymap import REPLAY
from podboard.ui.replay import ReplayApp, ReplayScreen
from podboard.wire.asciicast import Cast, Event
from tests.ui.person import ESCAPE, at_a_terminal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.ui.person import Person

SIZE = Size(60, 10)
RIGHT, LEFT, HOME, END = "\x1b[C", "\x1b[D", "\x1b[H", "\x1b[F"

SESSION = (
    (0.0, "$ "),
    (600.0, "ls\r\n"),
    (604.0, "\x1b[1;31mapp.py\x1b[0m\r\n$ "),
    (1200.0, "cat log\r\nERROR 漢字\r\n$ "),
    (3725.0, "exit\r\n"),
)


def cast(*outputs: tuple[float, str], size: Size = SIZE, exit_code: str = "3") -> Cast:
    events = [Event(at, "o", text) for at, text in outputs]
    events.append(Event(outputs[-1][0], "x", exit_code))
    return Cast(size, "shop/web-1 · app", 1_700_000_000.0, None, events, is_cut_off=False)


@asynccontextmanager
async def playing(
    recording: Cast, columns: int = 100, rows: int = 16, *, pause: bool = True, **how: Any
) -> AsyncIterator[Person]:
    usual = {"speed": 1.0, "idle_limit": None, "at": 0.0, "search": ""}

    def make() -> ReplayApp:
        return ReplayApp(recording, "some.cast", **(usual | how))

    async with at_a_terminal(make, columns, rows) as person:
        await person.sees("replay")
        if pause:
            person.type(" ")
            await person.sees("⏸")
        yield person


async def test_a_recording_plays_to_its_end() -> None:
    recording = cast((0.0, "one"), (0.2, " two"), (0.4, " three"))
    async with playing(recording, pause=False) as person:
        await person.sees("replay  shop/web-1 · app · some.cast", "60x10", "one two three")
        await person.sees("exit code 3", "◼ 0:00:00 of 0:00:00 · 1x")
        person.type(" ")
        await person.sees("▶")
        await person.sees("◼")


async def test_a_pause_stands_still_and_a_step_goes_on() -> None:
    async with playing(cast(*SESSION)) as person:
        await person.until(lambda: "⏸ 0:00:0" in person.lines()[0])
        person.type(".")
        await person.sees("$ ls", "⏸ 0:10:00 of 1:02:05")
        person.type(".")
        await person.sees("app.py", "0:10:04 of")
        person.type(LEFT)
        await person.no_longer_sees("app.py")
        await person.sees("0:09:59 of")
        person.type(RIGHT + RIGHT)
        await person.sees("app.py", "0:10:09 of")


async def test_leaps_to_both_ends_and_to_a_time() -> None:
    async with playing(cast(*SESSION)) as person:
        person.type(END)
        await person.sees("exit code 3", "◼ 1:02:05 of 1:02:05")
        person.type(HOME)
        await person.sees("0:00:00 of")
        await person.no_longer_sees("exit code")
        person.type("g20:0")
        await person.sees("go to: 20:0▏")
        person.type("0\r")
        await person.sees("ERROR 漢字", "0:20:00 of")
        person.type("gsoon\r")
        await person.sees("a time is written like 90, 1:30 or 1:02:03.5")
        person.type(f"g1{ESCAPE}")
        await person.sees("shop/web-1", "0:20:00 of")


async def test_a_search_goes_to_where_a_text_appears() -> None:
    async with playing(cast(*SESSION)) as person:
        person.type("/erx\x7fror 漢")
        await person.sees("search: error 漢▏")
        person.type("\r")
        await person.sees("ERROR 漢字", "⏸ 0:20:00 of")
        person.type("n")
        await person.sees("error 漢 does not appear from here on", "0:20:00 of")
        person.type(f"{HOME}n")
        await person.sees("⏸ 0:20:00 of")


async def test_where_to_begin() -> None:
    async with playing(cast(*SESSION), search="app.py", pause=False) as person:
        await person.sees("⏸ 0:10:04 of", "app.py")
    async with playing(cast(*SESSION), at=1200.0) as person:
        await person.sees("0:20:0", "ERROR")


async def test_the_speed_is_changed() -> None:
    async with playing(cast(*SESSION)) as person:
        person.type("]]")
        await person.sees("· 4x")
        person.type("[[[[[[[[")
        await person.sees("· 0.25x")
    async with playing(cast((0.0, "a"), (100.0, "b")), speed=1000.0, pause=False) as person:
        await person.sees("ab", "◼ 0:01:40 of 0:01:40 · 1000x")


async def test_long_pauses_are_cut_short() -> None:
    async with playing(cast(*SESSION), idle_limit=0.05, pause=False) as person:
        await person.sees("ERROR", "◼ 1:02:05 of 1:02:05")


async def test_a_screen_that_is_larger_shows_the_part_with_the_cursor() -> None:
    lines = "\r\n".join(f"line {number}" for number in range(40))
    recording = cast((0.0, f"{lines}\x1b[40;150Hfar"), size=Size(160, 40))
    async with playing(recording, 80, 12, pause=False) as person:
        await person.sees("far", "160x40")
        await person.until(lambda: person.outer.update() is not None and person.outer.cursor.visible)
        person.resize(170, 50)
        await person.sees("line 0", "line 39", "far")


async def test_a_screen_that_is_resized() -> None:
    events = [Event(0.0, "o", "x" * 30), Event(1.0, "r", "20x4"), Event(2.0, "o", "y")]
    async with playing(Cast(SIZE, "", None, None, events, is_cut_off=False)) as person:
        person.type(END)
        await person.sees("20x4", "xxxxxxxxxxy")


async def test_nothing_in_a_recording_acts_on_the_persons_terminal() -> None:
    evil = "\x1b]0;pwned\x07\x1b]52;c;cHduZWQ=\x07\x1b[6n\x1b[?1049l\x1b[3J\x07\x1bP+q544e\x1b\\"
    recording = cast((0.0, f"{evil}seen"))._replace(title="\x1b]0;pwned\x07title")
    async with playing(recording, pause=False) as person:
        await person.sees("seen", r"\x1b]0;pwned\x07title")
        assert person.outer.title != "pwned"
        assert person.outer.bells == 0
        assert person.outer.alternate
        person.type("q")
        await person.leaves()


async def test_one_that_was_cut_off_says_so() -> None:
    async with playing(cast((0.0, "a"))._replace(is_cut_off=True), pause=False) as person:
        await person.sees("the recording ends in the middle of a line")


@pytest.mark.parametrize("key", ["q", "\x03", "\x11"])
async def test_it_is_left(key: str) -> None:
    async with playing(cast(*SESSION)) as person:
        person.type(key)
        await person.leaves()


async def test_without_colours_there_are_none() -> None:
    def make() -> ReplayApp:
        return ReplayApp(cast((0.0, "\x1b[31mred")), "x.cast", speed=1, idle_limit=None, at=0, search="")

    async with at_a_terminal(make, 80, 24, colors=False) as person:
        await person.sees("red")
        assert {run.style.foreground for row in person.outer.rows for run in row} == {None}


def test_every_key_of_the_player_does_something() -> None:
    keys = [key for entry in REPLAY for key in entry.keys.split(",")]
    assert len(keys) == len(set(keys))
    actions = {name.removeprefix("action_") for name in vars(ReplayScreen) if name.startswith("action_")}
    assert {entry.action for entry in REPLAY} == actions
