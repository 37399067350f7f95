"""tmux as a witness: what it makes of a program's output."""

from __future__ import annotations

import os
import re
import select
import shutil
import subprocess
import termios
import time
import tty
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Self

from podboard.vt.style import DEFAULT, Style
from tests.differential.picture import END, Picture, line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from podboard.model.size import Size
    from podboard.vt.style import Color

PATIENCE: Final = 20.0
"""Seconds within which tmux must have read what a pane wrote."""

# Asks for the name, which nothing else in a probe does: once it is answered, all before it was read.
_ASK: Final = b"\x1b[>q"
_ANSWER: Final = b"\x1bP>|"

# A row that was erased in one piece is printed as nothing though it has a background; with something
# in its last column it is printed whole.
_MARK_ROW: Final = "\x1b[{row};{column}HX"
_NO_TRICKS: Final = "\x1b[?6;69;7l\x1b[4l\x1b[r\x1b(B\x0f\x1b[m"

_STATE: Final = "#{cursor_x} #{cursor_y} #{cursor_flag} #{alternate_on}"
_MARK: Final = "\x1d"

_PROGRAM: Final = "exec sleep 3600"
_AT_ONCE: Final = 100


VERSION: Final = "tmux 3.3a"
"""The one whose differences are listed; others have some of their own."""


def tmux_missing() -> str:
    """Why tmux cannot be asked on this machine; empty where it can."""
    if shutil.which("tmux") is None:
        return "there is no tmux on this machine"
    version = subprocess.run(["tmux", "-V"], capture_output=True, text=True, check=True).stdout.strip()
    return "" if version == VERSION else f"the differences are listed for {VERSION}, this is {version}"


class Tmux:
    """A server of its own, whose panes have no program that writes: tests write for it."""

    def __init__(self, folder: Path, size: Size) -> None:
        self.size = size
        self._socket = folder / "tmux"
        config = folder / "tmux.conf"
        config.write_text(
            "set -g status off\n"
            f"set -g default-size {size.columns}x{size.rows}\n"
            "set -g default-shell /bin/sh\n"
            "set -g history-limit 100\n"
            "set -g set-clipboard off\n"
        )
        self._command = ["tmux", "-u", "-S", str(self._socket), "-f", str(config)]
        size_arguments = ["-x", str(size.columns), "-y", str(size.rows)]
        marks = (_MARK_ROW.format(row=row, column=size.columns) for row in range(1, size.rows + 1))
        self._marks = (_NO_TRICKS + "".join(marks)).encode()
        self._run(["new-session", "-d", *size_arguments, _PROGRAM])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._run(["kill-server"])

    def show(self, outputs: Mapping[str, bytes]) -> dict[str, Picture]:
        """What each output looks like on a fresh screen."""
        names = list(outputs)
        pictures: dict[str, Picture] = {}
        for start in range(0, len(names), _AT_ONCE):
            some = names[start : start + _AT_ONCE]
            with self._panes(len(some)) as panes:
                pictures |= dict(zip(some, self._show(panes, [outputs[name] for name in some]), strict=True))
        return pictures

    def _show(self, panes: list[tuple[str, int]], outputs: list[bytes]) -> list[Picture]:
        names = [name for name, _ in panes]
        for (_, descriptor), output in zip(panes, outputs, strict=True):
            _write(descriptor, output + END)
        pictures = self._capture(names)
        for _, descriptor in panes:
            _write(descriptor, self._marks)
        return list(map(_with_backgrounds, pictures, self._capture(names)))

    @contextmanager
    def _panes(self, count: int) -> Iterator[list[tuple[str, int]]]:
        """As many panes, as tmux's name and the end of the terminal that a program would write to."""
        made = self._source([f"new-window -d -P -F '#{{pane_id}} #{{pane_tty}}' '{_PROGRAM}'"] * count)
        panes = []
        for name, path in map(str.split, made.splitlines()):
            descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
            tty.setraw(descriptor, termios.TCSANOW)
            panes.append((name, descriptor))
        yield panes
        for _, descriptor in panes:
            os.close(descriptor)
        self._source([f"kill-pane -t {name}" for name, _ in panes])

    def _capture(self, panes: list[str]) -> list[Picture]:
        commands = []
        for pane in panes:
            commands.append(f"display-message -p -t {pane} '{_MARK}{_STATE}'")
            commands.append(f"capture-pane -p -e -N -t {pane}")
        _, *captures = self._source(commands).split(_MARK)
        return [self._read(capture) for capture in captures]

    def _read(self, capture: str) -> Picture:
        state, *rows = capture.rstrip("\n").split("\n")
        column, row, visible, alternate = map(int, state.split())
        reader = _Reader()
        lines = [line(reader.cells(text)) for text in rows]
        lines += [()] * (self.size.rows - len(lines))
        cursor = (min(column, self.size.columns - 1), row)
        return Picture(tuple(lines), cursor, bool(visible), bool(alternate))

    def _source(self, commands: list[str]) -> str:
        return self._run(["source-file", "-"], "\n".join(commands) + "\n")

    def _run(self, arguments: list[str], text: str = "") -> str:
        environ = {**os.environ, "LC_ALL": "C.UTF-8"}
        environ.pop("TMUX", None)
        done = subprocess.run(
            [*self._command, *arguments],
            input=text.encode(),
            env=environ,
            capture_output=True,
            check=False,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, (arguments, done.stderr)
        return done.stdout.decode()


def _with_backgrounds(picture: Picture, marked: Picture) -> Picture:
    """``picture`` with the erased ends of its rows, seen when each row has a mark in its last column."""
    lines = []
    for before, after in zip(picture.lines, marked.lines, strict=True):
        rest = after[len(before) : -1]
        row = [*before, *rest]
        if row and len(row) < len(after):
            # What the mark stands on was erased with what is left of it.
            row.append((" ", Style(background=row[-1][1].background)))
        lines.append(line(row))
    return picture._replace(lines=tuple(lines))


def _write(descriptor: int, data: bytes) -> None:
    """Write all of ``data``, and wait until tmux has read it."""
    # Asked in a recording, too, it would be answered too soon.
    unwritten = memoryview(data.replace(_ASK, b"") + _ASK)
    received = b""
    limit = time.monotonic() + PATIENCE
    while _ANSWER not in received:
        writing = [descriptor] if unwritten else []
        readable, writable, _ = select.select([descriptor], writing, [], limit - time.monotonic())
        assert readable or writable, "tmux does not answer"
        if readable:
            received += os.read(descriptor, 1 << 16)
        if writable:
            unwritten = unwritten[os.write(descriptor, unwritten[:1024]) :]


_GRAPHICS: Final = dict(
    zip("`abcdefghijklmnopqrstuvwxyz{|}~", "◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·", strict=True)
)
"""DEC special graphics, which tmux keeps as letters between SO and SI."""

_TOKEN: Final = re.compile(r"\x1b\[([\d;:]*)m|\x1b\][^\x1b]*\x1b\\|([\x0e\x0f])|(.)", re.DOTALL)

_ON: Final = {
    1: "bold", 2: "faint", 3: "italic", 5: "blink", 7: "inverse", 8: "invisible", 9: "strikethrough",
    53: "overline",
}  # fmt: skip
_GROUND: Final = {3: "foreground", 4: "background", 9: "foreground", 10: "background"}
_WIDE_COLOR: Final = {38: "foreground", 48: "background", 58: "underline_color"}


class _Reader:
    """Reads what ``capture-pane -e`` prints; a look goes on in the next line."""

    def __init__(self) -> None:
        self._style = DEFAULT
        self._graphics = False

    def cells(self, text: str) -> Iterator[tuple[str, Style]]:
        for token in _TOKEN.finditer(text):
            sgr, shift, char = token.groups()
            if sgr is not None:
                self._apply([int(number or 0) for number in re.split("[;:]", sgr)], colons=":" in sgr)
            elif shift:
                self._graphics = shift == "\x0e"
            elif char:
                yield _GRAPHICS.get(char, char) if self._graphics else char, self._style

    def _apply(self, numbers: list[int], *, colons: bool) -> None:
        while numbers:
            number = numbers.pop(0)
            if number == 0:
                self._style = DEFAULT
            elif number in _WIDE_COLOR:
                self._set(_WIDE_COLOR[number], _wide_color(numbers))
            elif number == 4 and colons:
                self._set("underline", numbers.pop(0))
            elif number == 4:
                self._set("underline", 1)
            elif number in _ON:
                self._set(_ON[number], value=True)
            elif number in (39, 49):
                self._set(_GROUND[number // 10], None)
            elif number // 10 in _GROUND:
                bright = 8 if number >= 90 else 0
                self._set(_GROUND[number // 10], number % 10 + bright)
            else:
                raise AssertionError(f"tmux printed SGR {number}")

    def _set(self, name: str, value: Any) -> None:
        self._style = self._style._replace(**{name: value})


def _wide_color(numbers: list[int]) -> Color:
    if numbers.pop(0) == 5:
        return numbers.pop(0)
    if len(numbers) == 4:  # an empty colour space
        numbers.pop(0)
    return (numbers.pop(0), numbers.pop(0), numbers.pop(0))
