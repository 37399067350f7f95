"""What ``podboard exec`` costs beside ``kubectl exec``, as whole processes."""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING, NamedTuple

from bench.report import alternate, at_most, compare
from bench.world import BIN, NAMESPACE, PYTHON

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bench.report import Result
    from bench.world import World

POURED = 256 << 20

_FLOOR = "import argparse, asyncio, ssl, msgspec, yaml"
"""What any client of its kind in Python would load."""


class Cost(NamedTuple):
    """Seconds, of the clock and of the processor."""

    wall: float
    cpu: float


def exec_start(world: World) -> Iterator[Result]:
    """From the start to the end of a process whose command does nothing."""
    ours, theirs, floor = alternate(
        7,
        lambda: _cost(world, _podboard(world, "true")).wall,
        lambda: _cost(world, _kubectl(world, "true")).wall,
        lambda: _cost(world, [PYTHON, "-c", _FLOOR]).wall,
    )
    yield at_most("podboard exec pod -- true / kubectl exec", ours * 1e3, theirs * 1e3, "ms", 3)
    yield compare("Python and what such a client loads / kubectl exec", floor * 1e3, theirs * 1e3, "ms")


def exec_connect(world: World) -> Iterator[Result]:
    """From the kubeconfig to the open stream, in process."""

    def connect() -> float:
        told = subprocess.run(
            [PYTHON, "-m", "bench.exec_connect", NAMESPACE, world.pod],
            env=world.environ, check=True, capture_output=True, text=True,
        )  # fmt: skip
        return float(told.stdout)

    ours, theirs = alternate(7, connect, lambda: _cost(world, _kubectl(world, "true")).wall)
    yield at_most("podboard exec, connecting / kubectl exec -- true", ours * 1e3, theirs * 1e3, "ms", 0.5)


def exec_pour(world: World) -> Iterator[Result]:
    """256 MiB out of a pod into a file."""
    poured, result = world.folder / "poured", world.folder / "result"
    with poured.open("wb") as file:
        for _ in range(POURED >> 24):
            file.write(os.urandom(1 << 24))

    def pour(argv: Sequence[str]) -> Cost:
        cost = _cost(world, argv, result)
        assert result.stat().st_size == POURED
        return cost

    ours, theirs = [], []
    for _ in range(3):
        ours.append(pour(_podboard(world, "cat", str(poured))))
        theirs.append(pour(_kubectl(world, "cat", str(poured))))
    for kind in Cost._fields:
        mine, other = (sorted(getattr(cost, kind) for cost in costs)[1] for costs in (ours, theirs))
        yield at_most(f"podboard exec pod -- cat 256MiB / kubectl, {kind}", mine, other, "s", 1)


def _podboard(world: World, *command: str) -> list[str]:
    return [str(BIN / "podboard"), "exec", "-n", NAMESPACE, world.pod, "--", *command]


def _kubectl(world: World, *command: str) -> list[str]:
    return world.kubectl("exec", world.pod, "--", *command)


def _cost(world: World, argv: Sequence[str], output: Path | None = None) -> Cost:
    with (output or world.folder / "nothing").open("wb") as stdout:
        started = time.perf_counter()
        process = subprocess.Popen(argv, env=world.environ, stdout=stdout, stdin=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return Cost(wall, used.ru_utime + used.ru_stime)
