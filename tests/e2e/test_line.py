"""What stands on terminals of many names, held against what stands there once all of it is drawn anew."""

from __future__ import annotations

import random
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from podboard.model.size import Size
from podboard.vt.screen import Screen
from tests.e2e.person import Person, environment
from tests.support.cells import cells_of
from tests.support.tools import needs

if TYPE_CHECKING:
    from tests.support.cells import Cell

PODBOARD = str(Path(sys.executable).parent / "podboard")
LEADER = "C-]"
STEPS = 12

SIZES = (Size(80, 24), Size(61, 12), Size(98, 30), Size(82, 45))
"""None so wide that the list stands beside the terminal: its times go on. None as wide as another."""

SAID = (
    "seq 60",
    "ls -la /",
    "clear",
    r"printf '\033[44m blue \033[K\033[0m x\n'",
    r"printf '\033[1;31merror\033[0m\tTab \033[7mback\033[0m\n'",
    r"printf '漢字 é ❤️ 👍 ✗ ──── \n'",
    r"printf '\033[3;9r\033[5;1Hregion\033[r\n'",
    r"printf '\033[2J\033[5;10Hhere\n'",
    r"printf '%200s|\n' x",
    r"printf '\033[4L\033[2M'",
)


class Picture(NamedTuple):
    """A terminal's cells by rows, and its cursor: column, row, and whether it is shown."""

    rows: list[list[Cell]]
    cursor: tuple[int, int, bool]


class Walk:
    """Somebody who does this and that in terminals of the demo."""

    def __init__(self, person: Person, seed: int) -> None:
        self._person = person
        self._chance = random.Random(seed)  # noqa: S311 - the same every time
        self._size = SIZES[0]
        self._number = 0
        self._is_zoomed = False

    def step(self) -> None:
        """Do one thing, and let the shell say something."""
        acts = (self._resize, self._resize, self._zoom, self._look_at_list, self._read_help, self._scroll)
        self._chance.choice(acts)()
        self._say(self._chance.choice(SAID))

    def _say(self, command: str) -> None:
        self._number += 1
        self._person.type(f"{command}\r")
        self._person.type(f"printf '\\033[Jstep-%d\\n' {self._number}\r")
        said = re.compile(rf"step-{self._number}\s+\S+:~\$")
        self._person.until(lambda screen: said.search(screen) is not None, f"step {self._number}")

    def _resize(self) -> None:
        self._size = self._chance.choice(SIZES)
        self._person.resize(*self._size)
        # What is typed would reach the shell before the size does, which then draws its prompt again.
        self._person.until(lambda screen: self._has_title(screen.splitlines()), "the title in its new length")

    def _has_title(self, lines: list[str]) -> bool:
        line = lines[int(not self._is_zoomed)]
        return "● open" in line and len(line.rstrip()) == self._size.columns - 1

    def _zoom(self) -> None:
        self._is_zoomed = not self._is_zoomed
        self._person.press(LEADER, "z")
        self._person.until(lambda screen: self._has_title(screen.splitlines()), "the title in its place")

    def _look_at_list(self) -> None:
        self._is_zoomed = False
        self._person.press(LEADER, "l")
        self._person.sees("enter open")
        self._person.press("t")
        self._person.until(lambda screen: self._has_title(screen.splitlines()), "the terminal")

    def _read_help(self) -> None:
        self._person.press(LEADER, "?")
        self._person.sees("In the pod list")
        self._person.press("q")
        self._person.no_longer_sees("In the pod list")

    def _scroll(self) -> None:
        self._person.press(LEADER, "s", "PageUp", "V", "k", "q")

    def picture(self) -> Picture:
        """What the person's terminal shows, and its cursor."""
        screen = Screen(self._size)
        for y, line in enumerate(self._person.screen(colours=True).splitlines()):
            screen.feed(f"\x1b[{y + 1}H{line}".encode())
        return Picture(cells_of(screen), self._person.cursor())

    def _settled(self) -> Picture:
        """The picture once it stays as it is: a frame reaches the terminal in parts."""
        pictures = [self.picture()]

        def stays(_: str) -> bool:
            pictures.append(self.picture())
            return pictures[-5:] == pictures[-1:] * 5

        self._person.until(stays, "a picture that stays")
        return pictures[-1]

    def draw_anew(self) -> None:
        """Have all drawn anew; what stood there before stands there then."""
        before = self._settled()
        self._person.wipe()
        self._person.press(LEADER, "C-l")
        try:
            self._person.until(lambda _: self.picture() == before, "what stood there before")
        except AssertionError as error:
            now = self.picture()
            other = [
                f"row {y}, column {x}: {old}, now {new}"
                for y, rows in enumerate(zip(before.rows, now.rows, strict=True))
                for x, (old, new) in enumerate(zip(*rows, strict=True))
                if old != new
            ]
            pytest.fail("\n".join([str(error), f"{before.cursor}, now {now.cursor}", *other[:5]]))


@pytest.mark.parametrize(
    ("term", "light"),
    [
        ("xterm", "on"),
        ("xterm-256color", "off"),
        ("screen-256color", "on"),
        ("linux", "on"),
        ("vt100", "on"),
        ("vt100", "off"),
        ("dumb", "on"),
    ],
)
def test_to_draw_all_anew_changes_nothing(term: str, light: str, tmp_path: Path) -> None:
    needs("tmux")
    command = ["env", f"TERM={term}", PODBOARD, "demo"]
    with Person(command, environment(tmp_path, PODBOARD_LIGHT=light), *SIZES[0]) as person:
        person.sees("podboard", "postgres-0")
        person.press("/")
        person.type("web-7d9f8c6b5-x2x4q\r\r")
        person.sees("● open", "~$")
        walk = Walk(person, sum(map(ord, term + light)))
        for _ in range(STEPS):
            walk.step()
            walk.draw_anew()
