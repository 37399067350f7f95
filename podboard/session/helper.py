"""Brings a program that holds shells into a container: one the person has named, where the image has none."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Final

from podboard.errors import ConfigError, NotApplicableError, PodboardError
from podboard.model.request import ExecRequest
from podboard.model.text import one_line
from podboard.wire.exec_channel import Ended, Stdout
from podboard.wire.helper import LARGEST, helper_command, is_program, why_not_taken

if TYPE_CHECKING:
    from pathlib import Path

    from podboard.session.ladder import Channel
    from podboard.session.leaving import Guest

COPYING: Final = 20.0
"""Seconds in which it has to be there: the person waits for the prompt."""

_NAME: Final = "path of [helper] in config.toml is to name a dtach that is linked statically"


async def bring(path: Path, guest: Guest) -> str:
    """Bring the program of a path to a shell that waits for it.

    Returns:
        Why it is not there, in a sentence; empty where it is.
    """
    assert guest.way is not None  # noqa: S101 - the shell was opened by one
    try:
        program = await asyncio.to_thread(read_program, path)
        request = ExecRequest(guest.target, helper_command(guest.marker, program), tty=False)
        async with asyncio.timeout(COPYING):
            answer = await _copy(await guest.way.open(request, lambda _: None), program)
    except TimeoutError:
        return f"the helper could not be copied within {COPYING:.0f} s"
    except NotApplicableError as error:
        return str(error)
    except PodboardError as error:
        return error.message
    why = why_not_taken(answer)
    return why and f"the helper: {why}"


def read_program(path: Path) -> bytes:
    """Read the program.

    Raises:
        ConfigError: It is not there, or is none.
    """
    where = f"the helper {one_line(str(path))}"
    try:
        size = path.stat().st_size
        program = path.read_bytes() if path.is_file() and size <= LARGEST else b""
    except OSError as error:
        raise ConfigError(f"{where} cannot be read: {error.strerror}", _NAME) from error
    if size > LARGEST:
        raise ConfigError(f"{where} is larger than {LARGEST >> 20} MiB", _NAME)
    if not (is_program(program) and os.access(path, os.X_OK)):
        raise ConfigError(f"{where} is no program", _NAME)
    return program


async def _copy(channel: Channel, program: bytes) -> bytes:
    """Send the program; returns what the command said until it ended."""
    arrived, said = asyncio.Event(), b""
    channel.attend(arrived.set)
    sending = asyncio.create_task(channel.write(program))
    try:
        while True:
            arrived.clear()
            while (event := channel.receive_nowait()) is not None:
                if isinstance(event, Ended):
                    return said
                if isinstance(event, Stdout):
                    said += event.data
            await arrived.wait()
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await channel.close()
