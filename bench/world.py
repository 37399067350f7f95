"""What the measures run: an embedded cluster in a process of its own, kubectl, tmux and podboard on it."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from bench.outer import SIZE, Outer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from podboard.model.size import Size

PYTHON = sys.executable
BIN = Path(PYTHON).parent
NAMESPACE = "shop"
PROMPT = "~$ "


class World(Struct, frozen=True):
    """One cluster and the folder its measures may write to."""

    folder: Path
    environ: Mapping[str, str]
    pods: tuple[str, ...]

    @property
    def pod(self) -> str:
        """A pod with bash."""
        return self.pods[0]

    def kubectl(self, *arguments: str) -> list[str]:
        """A kubectl command in the measured namespace."""
        return [str(BIN / "kubectl"), "-n", NAMESPACE, *arguments]

    def kubectl_exec(self) -> list[str]:
        """The command a person would use instead."""
        return self.kubectl("exec", "-it", self.pod, "--", "bash")

    def open_kubectl(self) -> Outer:
        """Start a raw ``kubectl exec -it``; its prompt is still to come."""
        return Outer(self.kubectl_exec(), self.environ)

    @contextmanager
    def open_tmux(self, size: Size = SIZE) -> Iterator[Outer]:
        """Start kubectl in an attached tmux of its own, and wait for its prompt."""
        name = f"podboard-bench-{secrets.token_hex(4)}"
        command = ["tmux", "-L", name, "-f", "/dev/null"]
        with Outer([*command, "new-session", " ".join(self.kubectl_exec())], self.environ, size) as outer:
            try:
                outer.until_shown(PROMPT)
                outer.settle()
                yield outer
            finally:
                subprocess.run([*command, "kill-server"], check=True, capture_output=True)

    def start_board(self, size: Size = SIZE) -> Outer:
        """Start podboard and wait until it lists the pods."""
        board = Outer([str(BIN / "podboard"), "-n", NAMESPACE], self.environ, size)
        board.until_shown(self.pod)
        board.settle(0.5)
        return board

    @contextmanager
    def open_podboard(self, size: Size = SIZE) -> Iterator[Outer]:
        """Start podboard with one terminal that has the whole width, and wait for its prompt."""
        with self.start_board(size) as board:
            self.enter(board)
            board.until_shown(PROMPT)
            board.write("\x1dz")
            board.settle(0.3)
            yield board

    def enter(self, board: Outer) -> float:
        """Press enter on the pod; returns when."""
        board.write(f"/^{NAMESPACE}/{self.pod}")
        board.settle(0.3)
        board.write("\r")
        board.settle(0.3)
        return board.press("\r")


@contextmanager
def running_world() -> Iterator[World]:
    """Start a cluster; everything started is stopped when the block is left."""
    for tool in ("tmux",):
        if shutil.which(tool) is None:
            msg = f"the measures need {tool}"
            raise SystemExit(msg)
    with tempfile.TemporaryDirectory(prefix="podboard-bench-") as name:
        folder = Path(name)
        with subprocess.Popen(
            [BIN / "podboard", "demo", "--serve-only"], stdout=subprocess.PIPE, text=True
        ) as demo:
            try:
                assert demo.stdout is not None
                kubeconfig = demo.stdout.readline().strip().removeprefix("KUBECONFIG=")
                environ = {
                    "PATH": os.environ["PATH"],
                    "HOME": str(folder),
                    "LANG": "C.UTF-8",
                    "KUBECONFIG": kubeconfig,
                }
                listed = subprocess.run(
                    [BIN / "kubectl", "-n", NAMESPACE, "get", "pods", "-l", "app=web", "-o", "name"],
                    env=environ,
                    check=True,
                    capture_output=True,
                    text=True,
                )
                pods = tuple(line.removeprefix("pod/") for line in listed.stdout.split())
                yield World(folder, environ, pods)
            finally:
                demo.terminate()
