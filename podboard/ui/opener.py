"""The program that opens addresses for the person."""

from __future__ import annotations

import asyncio
import shutil
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_PATIENCE: Final = 3.0
"""Seconds after which a program that still runs is one that has opened something."""


def opener(environ: Mapping[str, str]) -> str | None:
    """The program; None where there is none, or the person's own screen is on another machine."""
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        return None
    if sys.platform == "darwin":
        return "open"
    has_screen = environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")
    return "xdg-open" if has_screen and shutil.which("xdg-open", path=environ.get("PATH")) else None


async def open_address(program: str, address: str) -> str:
    """Open an address; returns what went wrong."""
    nowhere = asyncio.subprocess.DEVNULL
    try:
        # In a session of its own: it may become the browser, which outlives podboard.
        process = await asyncio.create_subprocess_exec(
            program, address, stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True
        )
    except OSError as error:
        return error.strerror or "it did not start"
    try:
        async with asyncio.timeout(_PATIENCE):
            code = await process.wait()
    except TimeoutError:
        return ""
    return f"exit code {code}" if code else ""
