"""Makes ``docs/tour.cast``: podboard on its embedded cluster, typed into by itself. Run by ``make tour``.

A drop and the way back, a broadcast to twelve pods and a search through all of them, as an asciicast that
``podboard replay docs/tour.cast`` plays.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.outer import Outer
from podboard.demo.cluster import DemoCluster
from podboard.model.size import Size
from podboard.wire.asciicast import Code, Encoder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from io import BufferedWriter

CAST = Path(__file__).with_name("tour.cast")
SIZE = Size(160, 42)
PODS = 12
PODBOARD = Path(sys.executable).with_name("podboard")

LEADER = "\x1d"
DOWN = "\x1b[B"
TYPING = 0.09
READING = 1.6
"""Seconds between two keys, and for what is shown to be read."""


class Recorded(Outer):
    """A terminal whose screen is kept in a recording as well."""

    def __init__(self, environ: Mapping[str, str], file: BufferedWriter) -> None:
        self._file = file
        self._encoder = Encoder(
            SIZE, time.time(), time.monotonic(), "podboard: a drop, a broadcast, a search"
        )
        file.write(self._encoder.header())
        super().__init__([str(PODBOARD), "-A"], environ, SIZE)

    def taken(self, data: bytes) -> None:
        """Keep what podboard wrote."""
        self._file.write(self._encoder.event(time.monotonic(), Code.OUTPUT, data))

    def say(self, keys: Iterable[str], shown: str) -> None:
        """Type as a person does, until something is shown."""
        for key in keys:
            self.write(key)
            self.until_passed(TYPING)
        self.until_shown(shown)
        self.until_passed(READING)


def drop(person: Recorded, cluster: DemoCluster, loop: asyncio.AbstractEventLoop) -> None:
    """Lose the connection, and get it back."""
    person.say("/^shop/web\r", "3 of")
    person.say("\r", "~$")
    person.say("uptime\r", "load average")
    asyncio.run_coroutine_threadsafe(cluster.restart(away=3.0), loop)
    person.until_shown("dropped")
    person.until_shown("● open")
    person.until_passed(READING)
    person.say("echo here again\r", "here again")
    person.say(f"{LEADER}x", "READY")


def broadcast(person: Recorded) -> None:
    """Type into twelve terminals."""
    person.say("\x1b/^crowd\r*", "12 marked")
    person.say("S", "~$")
    person.say(f"{LEADER}z", "not shown")
    person.say(f"{LEADER}z", "12 of")
    person.say(f"{LEADER}b", "type into")
    person.say("\r", "BROADCAST to 12 terminals")
    person.say("echo $((6 * 7)) ready: $(hostname | tail -c 6)\r", "42 ready")
    person.say(f"{LEADER}b", "broadcast stopped")


def search(person: Recorded) -> None:
    """Find what stands in all of them."""
    person.say(f"{LEADER}f", "")
    person.say("[0-9]+ ready:\r", "12 in 12 terminals")
    person.say([DOWN, DOWN, DOWN, "\r"], "SCROLL")
    person.say("q", "keys go to the pod")


def record(environ: Mapping[str, str], cluster: DemoCluster, loop: asyncio.AbstractEventLoop) -> None:
    """Do all of it."""
    with CAST.open("wb") as file, Recorded(environ, file) as person:
        person.until_shown("web-")
        person.until_passed(READING)
        drop(person, cluster, loop)
        broadcast(person)
        search(person)


async def main() -> None:
    """Serve the cluster here, where it can be taken away for a moment; podboard is another process."""
    with tempfile.TemporaryDirectory(prefix="podboard-tour-") as home:
        async with DemoCluster(pods=PODS) as cluster:
            await cluster.gathered()
            environ = {"PATH": os.environ["PATH"], "HOME": home, "KUBECONFIG": str(cluster.kubeconfig)}
            await asyncio.to_thread(record, environ, cluster, asyncio.get_running_loop())


if __name__ == "__main__":
    asyncio.run(main())
