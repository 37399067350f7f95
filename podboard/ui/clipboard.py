"""Putting text where the person can paste it from: by the terminal, and by the system's own tool."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.app import App

_PATIENCE: Final = 2.0
"""Seconds a tool has to take the text."""

_TOOLS: Final = (
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
)
"""The variable without which a tool has nothing to write to, and how it is called."""


async def copy(app: App[None], text: str) -> str:
    """Copy text, and say by which ways.

    The person's terminal is told by OSC 52; whether it takes that, nobody can tell.
    """
    app.copy_to_clipboard(text)
    words = "to your terminal's clipboard, if it lets programs copy"
    tool = _tool(os.environ)
    if tool is None:
        return words
    if problem := await _feed(tool, text):
        return f"{words}; {tool[0]} failed: {problem}"
    return f"by {tool[0]}, and {words}"


def _tool(environ: Mapping[str, str]) -> Sequence[str] | None:
    """What to call for this system's clipboard; None where there is none within reach."""
    if sys.platform == "darwin":
        return ("pbcopy",)
    for variable, command in _TOOLS:
        if environ.get(variable) and shutil.which(command[0], path=environ.get("PATH")):
            return command
    return None


async def _feed(command: Sequence[str], text: str) -> str:
    """Give text to a program; returns what went wrong."""
    nowhere = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=nowhere, stderr=nowhere
        )
    except OSError as error:
        return error.strerror or "it did not start"
    try:
        async with asyncio.timeout(_PATIENCE):
            await process.communicate(text.encode())
    except TimeoutError:
        process.kill()
        await process.wait()
        return "it did not take the text in time"
    return "" if process.returncode == 0 else f"exit code {process.returncode}"
