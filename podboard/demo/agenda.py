"""What happens when in the cluster: its clock, and the scripts that are played on it.

A script is a generator that yields how many seconds it waits. The clock can be stopped and pushed
ahead, and everything due happens in order, so that a test needs no patience and a demo no luck.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import logging
import time
from collections.abc import Generator
from typing import TypeAlias

log = logging.getLogger(__name__)

Script: TypeAlias = Generator[float, None, None]


class _Entry:
    """A script that waits for its moment."""

    def __init__(self, script: Script, owner: str) -> None:
        self.script = script
        self.owner = owner
        self.stopped = False


class Agenda:
    """A clock and the scripts that wait for it. It needs a running loop.

    Args:
        now: The moment it begins at, in seconds since the epoch; None for the machine's own.
        paused: Whether the clock stands still until told otherwise.
    """

    def __init__(self, *, now: float | None = None, paused: bool = False) -> None:
        self._ahead = 0.0 if now is None else now - time.time()
        self._stopped_at = self._machine_time() if paused else None
        self._waiting: list[tuple[float, int, _Entry]] = []
        self._order = itertools.count()
        self._entries: dict[str, set[_Entry]] = {}
        self._loop = asyncio.get_running_loop()
        self._alarm: asyncio.TimerHandle | None = None

    def now(self) -> float:
        """Return the cluster's moment, in seconds since the epoch."""
        return self._machine_time() if self._stopped_at is None else self._stopped_at

    def play(self, script: Script, owner: str = "") -> None:
        """Play a script: its first part now, each further part when its time has come.

        Args:
            owner: By what name ``stop`` knows it.
        """
        entry = _Entry(script, owner)
        self._entries.setdefault(owner, set()).add(entry)
        self._step(entry, self.now())
        self._set_alarm()

    def plays(self, owner: str) -> bool:
        """Say whether a script of this owner is being played."""
        return bool(self._entries.get(owner))

    def stop(self, owner: str) -> None:
        """Play an owner's scripts no further."""
        for entry in self._entries.pop(owner, set()):
            entry.stopped = True

    def pause(self) -> None:
        """Stop the clock."""
        if self._stopped_at is None:
            self._stopped_at = self._machine_time()
            self._set_alarm()

    def resume(self) -> None:
        """Let the clock go on from where it stood."""
        if self._stopped_at is not None:
            self._ahead += self._stopped_at - self._machine_time()
            self._stopped_at = None
            self._set_alarm()

    def advance(self, seconds: float) -> None:
        """Push the clock ahead; everything due on the way happens now, at its own moment and in order."""
        resumes = self._stopped_at is None
        self.pause()
        end = self.now() + seconds
        while self._waiting and self._waiting[0][0] <= end:
            self._stopped_at = max(self.now(), self._waiting[0][0])
            self._play_next()
        self._stopped_at = end
        if resumes:
            self.resume()

    def close(self) -> None:
        """Stop the clock for good, and forget every script."""
        self.pause()
        for owner in list(self._entries):
            self.stop(owner)
        self._waiting.clear()

    def _machine_time(self) -> float:
        return time.time() + self._ahead

    def _set_alarm(self) -> None:
        """Wake up when the first script is due."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._waiting and self._stopped_at is None:
            wait = self._waiting[0][0] - self.now()
            self._alarm = self._loop.call_later(max(0.0, wait), self._play_due)

    def _play_due(self) -> None:
        self._alarm = None
        now = self.now()
        while self._waiting and self._waiting[0][0] <= now:
            self._play_next()
        self._set_alarm()

    def _play_next(self) -> None:
        moment, _, entry = heapq.heappop(self._waiting)
        if not entry.stopped:
            self._step(entry, moment)

    def _step(self, entry: _Entry, moment: float) -> None:
        try:
            wait = next(entry.script)
        except StopIteration:
            self._entries.get(entry.owner, set()).discard(entry)
            return
        except Exception:  # one pod's trouble is not everybody's
            log.exception("the script of %r broke off", entry.owner)
            return
        if not entry.stopped:
            heapq.heappush(self._waiting, (moment + wait, next(self._order), entry))
