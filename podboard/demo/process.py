"""The embedded cluster as a child process.

Light to import: a board that shows the demo starts the cluster before it loads anything of its own.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Self

from podboard.errors import DemoError

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIRST_LINE: Final = b"KUBECONFIG="
_STOP_SECONDS: Final = 10.0
_TOLD_OF_STDERR: Final = 2000  # bytes


class DemoProcess:
    """A cluster in a process of its own, which ends when this one does, however that happens."""

    def __init__(self, process: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
        self._process = process
        self._errors = errors
        self._kubeconfig: Path | None = None

    @classmethod
    def start(cls, *, pods: int = 0, faults: Sequence[str] = ()) -> Self:
        """Start it, without waiting for it.

        Args:
            pods: How many generated pods there are beside the demo's own.
            faults: What goes wrong, as ``podboard.demo.faults`` writes it.

        Raises:
            DemoError: There is no folder for its files.
        """
        from podboard.demo.folder import temporary_folder

        errors = tempfile.TemporaryFile(dir=temporary_folder())  # noqa: SIM115 (closed by stop)
        arguments = ["--with-parent", f"--pods={pods}", *(f"--fault={fault}" for fault in faults)]
        process = subprocess.Popen(  # noqa: S603 (this very interpreter; every option is ours)
            [sys.executable, "-P", "-m", "podboard.demo", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=_environment(),
            start_new_session=True,
        )
        return cls(process, errors)

    def kubeconfig(self, timeout: float = 20.0) -> Path:
        """Wait until it serves; return where its kubeconfig is.

        Raises:
            DemoError: It has ended instead, or says nothing for so many seconds.
        """
        if self._kubeconfig is None:
            self._kubeconfig = Path(os.fsdecode(self._first_line(timeout).removeprefix(_FIRST_LINE)))
        return self._kubeconfig

    def stop(self) -> None:
        """End it and wait until it has removed everything it made."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()

    def _first_line(self, timeout: float) -> bytes:
        output = self._process.stdout
        if output is None or output.closed:
            raise DemoError("The demo cluster has been stopped.")
        line, deadline = b"", time.monotonic() + timeout
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([output], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise DemoError(f"The demo cluster did not start within {timeout:g} seconds.", self._told())
            if not (piece := os.read(output.fileno(), 4096)):
                raise DemoError("The demo cluster did not start.", self._told())
            line += piece
        if not line.startswith(_FIRST_LINE):
            raise DemoError("The demo cluster said something unexpected.", self._told())
        return line.rstrip(b"\n")

    def _told(self) -> str:
        """Return the end of what it wrote to its stderr."""
        self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, self._errors.tell() - _TOLD_OF_STDERR))
        return self._errors.read().decode(errors="replace").strip()


def _environment() -> dict[str, str]:
    """Return this process' environment, by which the child finds this very package.

    ``-P`` keeps the working directory out of the child's module path, for anything may lie there. A
    package that is not installed would not be found then, and is told of here.
    """
    root = Path(__file__).parents[2]
    if root.name in {"site-packages", "dist-packages"}:
        return dict(os.environ)
    paths = (str(root), os.environ.get("PYTHONPATH", ""))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
