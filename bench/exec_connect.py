"""How long ``podboard exec`` takes from the kubeconfig to the open stream, in process, once it is loaded.

Run as ``python -m bench.exec_connect NAMESPACE POD``; prints seconds.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from podboard import wiring
from podboard.commands import exec_flow
from podboard.commands.exec_flow import Wish
from podboard.commands.in_terminal import InTerminal
from podboard.kube.targets import parse_name
from podboard.model.overrides import Overrides
from podboard.session.climber import Climber


async def measure(namespace: str, pod: str) -> float:
    """Connect, look the pod up and start a command; returns seconds."""
    wish = Wish(pod, "", ("true",), stdin=False, tty=False, quiet=True, verbose=False)
    wiring._load(wiring._FOR_WAYS)
    started = time.perf_counter()
    async with (
        InTerminal(Path("/nowhere"), "") as person,
        wiring.open_ways(Overrides(namespace=namespace), person.services) as ways,
    ):
        found = await exec_flow._find(ways, namespace, wish, parse_name(pod))
        climber = Climber(ways.ladder, lambda: None, lambda _, __: None)
        channel = await exec_flow._climb(climber, exec_flow._request(wish, found.target), verbose=False)
        seconds = time.perf_counter() - started
        await channel.close()
    return seconds


if __name__ == "__main__":
    print(asyncio.run(measure(*sys.argv[1:])))
