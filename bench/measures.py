"""The measures, one function each; every figure comes from runs that alternate in one session."""

from __future__ import annotations

import json
import subprocess
import time
from typing import TYPE_CHECKING

from bench.crowd import hidden_panes, idle_panes, soak
from bench.exec import exec_connect, exec_pour, exec_start
from bench.ladder import blackholed, one_bastion
from bench.line import line
from bench.outer import Outer
from bench.records import records
from bench.report import alternate, at_least, at_most, below, compare, quantile
from bench.search import measure as measure_search
from bench.streams import write_streams
from bench.typist import type_many
from bench.world import BIN, NAMESPACE, PROMPT, PYTHON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from bench.report import Result
    from bench.world import World

STREAM_SIZE = 16 << 20


def start(world: World) -> Iterator[Result]:
    """What the command line's own answers take, beyond Python's start."""

    def run(argv: list[str]) -> float:
        started = time.perf_counter()
        subprocess.run(argv, env=world.environ, check=True, capture_output=True)
        return (time.perf_counter() - started) * 1e3

    podboard = str(BIN / "podboard")
    shown, told, python = alternate(
        15,
        lambda: run([podboard, "--help"]),
        lambda: run([podboard, "--version"]),
        lambda: run([PYTHON, "-c", "pass"]),
    )
    for flag, taken in (("--help", shown), ("--version", told)):
        yield below(f"podboard {flag}, beyond python -c pass", taken - python, "ms", 150)


def first_frame(world: World) -> Iterator[Result]:
    """From the start of the process to its first frame."""

    def start(argv: list[str], shown: str, leave: str) -> float:
        with Outer(argv, world.environ) as outer:
            seconds = outer.until_shown(shown) - outer.started
            outer.settle(0.5)
            outer.write(leave)
            outer.settle(1.0)
            return seconds

    ours, empty = alternate(
        7,
        lambda: start([str(BIN / "podboard"), "demo"], "podboard", "q"),
        lambda: start([PYTHON, "-m", "bench.empty"], "ready", "\x11"),
    )
    yield at_most("first frame of the demo / an empty Textual app", ours, empty, "s", 1.3)


def longest_block(world: World) -> Iterator[Result]:
    """The longest turn of the event loop after the first frame."""
    result = world.folder / "blocks.json"

    def run() -> float:
        with Outer([PYTHON, "-m", "bench.blocks", str(result), "5"], world.environ) as outer:
            outer.until(result.exists)
            outer.settle(1.0)
        found: float = json.loads(result.read_text())["ms"]
        result.unlink()
        return found

    (block,) = alternate(3, run)
    yield below("longest event-loop block after the first frame (CPU)", block, "ms", 20)


def enter_to_prompt(world: World) -> Iterator[Result]:
    """From enter on a pod to the painted prompt."""

    def ours() -> float:
        with world.start_board() as board:
            pressed = world.enter(board)
            return board.until_shown(PROMPT) - pressed

    def kubectl() -> float:
        with world.open_kubectl() as outer:
            return outer.until_shown(PROMPT) - outer.started

    mine, theirs = alternate(7, ours, kubectl)
    yield at_most("enter to painted prompt / kubectl exec -it", mine * 1e3, theirs * 1e3, "ms", 0.5)


def echo(world: World) -> Iterator[Result]:
    """From a key to its painted cell."""
    keys = {"podboard": [], "kubectl": [], "tmux": []}  # type: dict[str, list[float]]
    for _ in range(3):
        with world.open_podboard() as outer:
            keys["podboard"] += type_many(outer)
        with world.open_kubectl() as outer:
            outer.until_shown(PROMPT)
            keys["kubectl"] += type_many(outer)
        with world.open_tmux() as outer:
            keys["tmux"] += type_many(outer)
    ours, raw = (quantile(keys[name], 0.5) * 1e3 for name in ("podboard", "kubectl"))
    yield at_most("echo p50 / raw kubectl exec -it", ours, raw, "ms", 1.5)
    ours, tmux = (quantile(keys[name], 0.99) * 1e3 for name in ("podboard", "tmux"))
    yield at_most("echo p99 / tmux + kubectl", ours, tmux, "ms", 2.5)


def flood(world: World) -> Iterator[Result]:
    """Streams of 16 MiB through one visible terminal."""
    streams = write_streams(world.folder, STREAM_SIZE)

    def pour(opened: Callable[[], AbstractContextManager[Outer]], kind: str) -> float:
        with opened() as outer:
            mark = f"END{time.monotonic_ns()}"
            outer.write(f"cat {streams[kind]}; echo {mark[:2]}''{mark[2:]}")
            outer.settle(0.3)
            started = outer.press("\r")
            return STREAM_SIZE / (outer.until_written(mark) - started) / 1e6

    def floor(kind: str) -> float:
        arguments = [world.environ["KUBECONFIG"], NAMESPACE, world.pod, str(streams[kind])]
        told = subprocess.run(
            [PYTHON, "-m", "bench.floor", *arguments],
            env=world.environ,
            check=True,
            capture_output=True,
            text=True,
        )
        return STREAM_SIZE / float(told.stdout) / 1e6

    for kind, bound in (("plain", 1.5), ("SGR", 1.1), ("redraw", 2.0)):
        ours, tmux, least = alternate(
            3,
            lambda kind=kind: pour(world.open_podboard, kind),  # type: ignore[misc]
            lambda kind=kind: pour(world.open_tmux, kind),  # type: ignore[misc]
            lambda kind=kind: floor(kind),  # type: ignore[misc]
        )
        yield at_least(f"flood, {kind} / kubectl in attached tmux", ours, tmux, "MB/s", bound)
        yield compare(f"flood, {kind} / a reader that discards", ours, least, "MB/s")


def frame(_world: World) -> Iterator[Result]:
    """A whole new frame of 200x50, in process."""
    (cost,) = alternate(3, lambda: _figure("bench.frame"))
    yield below("a full new frame at 200x50, in process", cost, "ms", 5)


def memory(_world: World) -> Iterator[Result]:
    """A terminal with 10,000 lines of 120 columns."""
    (size,) = alternate(3, lambda: _figure("bench.memory"))
    yield below("memory of a terminal with 10,000 lines of 120 columns", size, "MB", 15)


def search(_world: World) -> Iterator[Result]:
    """All that 20 terminals keep: read while the pattern was typed, written to since, and unread."""
    waits = measure_search(20, 10_000)
    for how, seconds in zip(("", ", each written to since", ", reading them first"), waits, strict=True):
        yield below(f"search of 20 x 10,000 lines{how}", seconds * 1e3, "ms", 150)


def _figure(module: str) -> float:
    told = subprocess.run([PYTHON, "-m", module], check=True, capture_output=True, text=True)
    return float(told.stdout)


MEASURES = {
    "start": start,
    "first-frame": first_frame,
    "block": longest_block,
    "enter": enter_to_prompt,
    "echo": echo,
    "flood": flood,
    "line": line,
    "frame": frame,
    "hidden": hidden_panes,
    "idle": idle_panes,
    "soak": soak,
    "memory": memory,
    "search": search,
    "blackholed": blackholed,
    "bastion": one_bastion,
    "records": records,
    "exec": exec_start,
    "exec-connect": exec_connect,
    "exec-pour": exec_pour,
}
