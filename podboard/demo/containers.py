"""The container runtime: where a command finds its home, its environment and its tools."""

from __future__ import annotations

import asyncio
import os
import secrets
import shlex
import shutil
from typing import TYPE_CHECKING, Final

from podboard.demo import NOTICE
from podboard.demo.images import ANYTHING, NOTHING, NOWHERE, Tools
from podboard.demo.processes import Command, Process, kill_everything_at_home

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from podboard.demo.images import Image
    from podboard.demo.processes import Listener, Streams

_USUAL_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_SERVICE: Final = {
    "KUBERNETES_PORT": "tcp://10.96.0.1:443",
    "KUBERNETES_PORT_443_TCP": "tcp://10.96.0.1:443",
    "KUBERNETES_PORT_443_TCP_ADDR": "10.96.0.1",
    "KUBERNETES_PORT_443_TCP_PORT": "443",
    "KUBERNETES_PORT_443_TCP_PROTO": "tcp",
    "KUBERNETES_SERVICE_HOST": "10.96.0.1",
    "KUBERNETES_SERVICE_PORT": "443",
    "KUBERNETES_SERVICE_PORT_HTTPS": "443",
}
_OTHER_SHELLS: Final = frozenset({"ash", "bash", "csh", "dash", "fish", "ksh", "mksh", "tcsh", "zsh"})
_SMALL_TOOLS: Final = """
[ awk basename cat chmod chown clear cmp cp cut date dd df diff dirname du echo egrep env expr false fgrep
find fold free grep gunzip gzip head id kill less ln ls md5sum mkdir mkfifo mktemp more mv nl od paste ping
printenv printf ps pwd readlink realpath rm rmdir sed seq sh sha256sum sleep sort stat stty sync tail tar tee
test top touch tr true tty uname uniq uptime vi wc which whoami xargs yes
"""
"""What a container without bash has, as far as this machine has it."""

_HOSTNAME: Final = '#!/bin/sh\n# This machine keeps its name; the pod goes by its own.\necho "$HOSTNAME"\n'

_BASHRC: Final = """\
# Read by every interactive bash.
PS1='{name}:\\w$ '
alias ls='ls --color=auto' ll='ls -l'
printf '\\033[2m%s\\033[0m\\n' {notice}
"""
_SHRC: Final = """\
# Read by every interactive sh, which knows no \\w.
where() {{ case $PWD in "$HOME"*) printf '~%s' "${{PWD#"$HOME"}}" ;; *) printf %s "$PWD" ;; esac }}
PS1='{name}:$(where)$ '
printf '\\033[2m%s\\033[0m\\n' {notice}
"""
_PROFILE: Final = '[ -z "$BASH" ] || . ~/.bashrc\n'


class StartError(Exception):
    """A command that cannot be started, in the container runtime's words."""

    def __init__(self, why: str) -> None:
        execution = secrets.token_hex(32)
        super().__init__(
            f'failed to exec in container: failed to start exec "{execution}": '
            f"OCI runtime exec failed: exec failed: {why}"
        )


class Container:
    """One run of one container.

    Args:
        home: The folder that is its home and working directory; made when first needed.
        hostname: The pod's name.
        tools: The folder that comes first on its PATH.
    """

    def __init__(self, home: Path, hostname: str, image: Image, tools: Path) -> None:
        self.home = home
        self._hostname = hostname
        self._image = image
        self._tools = tools
        self._processes: set[Process] = set()

    def start(
        self, command: Sequence[str], streams: Streams, listener: Listener, size: tuple[int, int] = (0, 0)
    ) -> Process:
        """Start a command in the container.

        Args:
            size: Of its terminal, if it has one: columns and rows.

        Raises:
            StartError: There is no such command here.
        """
        environment = self._environment(terminal=streams.terminal)
        executable = self._find(command, environment["PATH"])
        self._furnish()
        try:
            process = Process(Command(executable, command, self.home, environment), streams, listener, size)
        except OSError as error:
            raise StartError(
                f"unable to start container process: {(error.strerror or 'unknown error').lower()}"
            ) from error
        self._processes.add(process)
        process.finished.add_done_callback(lambda _: self._processes.discard(process))
        return process

    async def kill(self) -> None:
        """Kill every process in the container, and take its home away."""
        processes = list(self._processes)
        for process in processes:
            process.kill()
        if self.home.exists():
            kill_everything_at_home(self.home)
        await asyncio.gather(*(process.exited for process in processes))
        for process in processes:
            process.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def _environment(self, *, terminal: bool) -> dict[str, str]:
        path = "" if self._image.tools is Tools.SH else f":{os.environ.get('PATH', _USUAL_PATH)}"
        environment = {
            "PATH": f"{self._tools}{path}",
            "HOSTNAME": self._hostname,
            "HOME": str(self.home),
            "LANG": os.environ.get("LANG", "C.UTF-8"),
            "ENV": str(self.home / ".shrc"),
            **_SERVICE,
        }
        if terminal:
            environment["TERM"] = "xterm"
        if self._image.holder or self._image.tools is Tools.SH:
            # Whatever lies there goes with the demo.
            environment["TMPDIR"] = str(self._tools / "tmp")
        else:
            # This machine may have what the image has not.
            environment["PODBOARD_RESUME"] = "off"
        return environment

    def _find(self, command: Sequence[str], path: str) -> str:
        """Find the file to run, or say as runc does why there is none."""
        if not command:
            raise StartError("args must not be empty")
        name = command[0]
        if "/" not in name:
            found = None if self._image.tools is Tools.NONE else shutil.which(name, path=path)
            if found is None:
                raise StartError(
                    f'unable to start container process: exec: "{name}": executable file not found in $PATH'
                )
            return found
        file = self.home / name
        if not self._has(file):
            raise StartError(
                f'unable to start container process: exec: "{name}": stat {name}: no such file or directory'
            )
        if file.is_dir() or not os.access(file, os.X_OK):
            raise StartError(f'unable to start container process: exec: "{name}": permission denied')
        return str(file)

    def _has(self, file: Path) -> bool:
        if self._image.tools is Tools.NONE:
            return False
        return file.exists() and not (self._image.tools is Tools.SH and file.name in _OTHER_SHELLS)

    def _furnish(self) -> None:
        if self.home.exists():
            return
        self.home.mkdir(parents=True, mode=0o700)
        words = {"name": self._hostname, "notice": shlex.quote(NOTICE)}
        usual = {
            ".bashrc": _BASHRC.format(**words),
            ".shrc": _SHRC.format(**words),
            ".profile": _PROFILE,
        }
        for name, text in {**usual, **self._image.files}.items():
            file = self.home / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")


class Runtime:
    """All containers that somebody looked into.

    Args:
        folder: Its own.
        images: By their name in the pods' specs.
    """

    def __init__(self, folder: Path, images: Mapping[str, Image]) -> None:
        self._homes = folder / "homes"
        self._own_tools = folder / "tools"
        self._images = images
        self._containers: dict[str, Container] = {}

    def image(self, name: str) -> Image:
        """Return what is known of an image."""
        return self._images.get(name, NOTHING if name.startswith(NOWHERE) else ANYTHING)

    def container(self, container_id: str, namespace: str, pod: str, name: str, image: str) -> Container:
        """Return a running container.

        Args:
            container_id: Of this run of it; another run has another home.
        """
        if (known := self._containers.get(container_id)) is not None:
            return known
        described = self.image(image)
        home = self._homes / namespace / pod / name
        made = Container(home, pod, described, self._tools(described))
        self._containers[container_id] = made
        return made

    def is_running(self, container_id: str) -> bool:
        """Say whether a container that somebody looked into has not been killed since."""
        return container_id in self._containers

    async def kill(self, container_id: str) -> None:
        """Kill a container's processes, if it has any."""
        container = self._containers.pop(container_id, None)
        if container is not None:
            await container.kill()

    async def kill_all(self) -> None:
        """Kill everything."""
        await asyncio.gather(*(self.kill(container_id) for container_id in list(self._containers)))
        kill_everything_at_home(self._homes)

    def _tools(self, image: Image) -> Path:
        """Return the folder of own tools, which is made when first needed."""
        folder = self._own_tools / f"{image.tools.name.lower()}{image.holder}"
        if not folder.exists():
            (folder / "tmp").mkdir(parents=True, mode=0o700)
            hostname = folder / "hostname"
            hostname.write_text(_HOSTNAME, encoding="ascii")
            hostname.chmod(0o700)
            names = (*_SMALL_TOOLS.split(), image.holder) if image.tools is Tools.SH else ()
            for name in names:
                if name and (found := shutil.which(name)) is not None:
                    (folder / name).symlink_to(found)
        return folder
