"""Terminals opened up the whole ladder in one process: prints seconds when all their prompts stand.

Run as ``python -m bench.climb DETAILS NAMESPACE PROMPT POD ...``, with DETAILS the JSON of the SSH host in
the record of every pod. The kubeconfig is what the environment names.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import TYPE_CHECKING

from bench.outer import text_of
from podboard.model.overrides import Overrides
from podboard.model.record import Record, SshConnectionDetails
from podboard.model.size import Size
from podboard.model.target import Target
from podboard.session.pump import Turns
from podboard.session.terminal import Terminal
from podboard.wiring import Services, open_ways

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podboard.session.ladder import Ladder

SIZE = Size(120, 40)
PATIENCE = 60.0


class Watched:
    """A terminal that is opened until its prompt stands."""

    def __init__(self, target: Target, ladder: Ladder, turns: Turns, prompt: str) -> None:
        self.terminal = Terminal(target, ladder, SIZE, turns=turns)
        self.terminal.attach(self)
        self.stands = asyncio.get_running_loop().create_future()
        self._prompt = prompt

    def on_output(self) -> None:
        """Look for the prompt."""
        if not self.stands.done() and self._prompt in text_of(self.terminal.screen):
            self.stands.set_result(None)

    def on_change(self) -> None:
        """Give up on one that has ended."""
        if not self.stands.done() and (ending := self.terminal.ending) is not None:
            self.stands.set_exception(RuntimeError(ending.sentence))


async def measure(details: SshConnectionDetails, namespace: str, prompt: str, pods: Sequence[str]) -> None:
    """Open a terminal in each pod, all at once, and print how long it took until the last prompt stood."""

    async def find(target: Target, context: str | None) -> Record:
        del context
        return Record(name=target.pod, pod_name=target.pod, id=target.pod, ssh_connection_details=details)

    async with open_ways(Overrides(), Services(find)) as ways:
        started, turns = time.perf_counter(), Turns()
        opened = [Watched(Target(namespace, pod), ways.ladder, turns, prompt) for pod in pods]
        opened[-1].terminal.shown = True
        running = [asyncio.create_task(watched.terminal.run()) for watched in opened]
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*(watched.stands for watched in opened))
        print(time.perf_counter() - started, flush=True)
        methods = {watched.terminal.badge.method for watched in opened}
        assert methods == {"ssh"}, methods
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


if __name__ == "__main__":
    given, where, sign, *names = sys.argv[1:]
    asyncio.run(measure(SshConnectionDetails.of(json.loads(given)), where, sign, names))
