"""Names a process so that nobody takes another one for it, and tells whether it is gone."""

from __future__ import annotations

import os
import socket
import subprocess
from functools import cache
from pathlib import Path


@cache
def own_name() -> str:
    """Return the name of this process: its host, pid and start."""
    pid = os.getpid()
    return f"{_host()} {pid} {_start_of(pid)}"


def is_gone(name: str) -> bool:
    """Whether the process of a name has ended. Of another host's it is not known, and counts as no."""
    host, _, process = name.partition(" ")
    pid, _, start = process.partition(" ")
    return host == _host() and pid.isdecimal() and _start_of(int(pid)) != start


@cache
def _host() -> str:
    return socket.gethostname().replace(" ", "-")


def _start_of(pid: int) -> str:
    """Return when a process was started, in the system's own measure; empty where there is none."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("utf-8").strip()
        # Behind the command's name, which may hold anything: its 20th field from there.
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except FileNotFoundError:
        return "" if Path("/proc/self/stat").exists() else _start_told_by_ps(pid)
    except ProcessLookupError:
        return ""
    # One that nobody has waited for yet has ended all the same.
    return f"{boot}/{fields[19].decode()}" if fields[0] != b"Z" else ""


def _start_told_by_ps(pid: int) -> str:
    done = subprocess.run(  # noqa: S603 - a number is all that is not written here
        ["/bin/ps", "-o", "lstart=", "-p", str(pid)],
        env={"LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()
