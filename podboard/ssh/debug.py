"""Debug containers by way of a host: kubectl debug there adds them, and is not attached to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from podboard.debuggers import PodDebugger, debugged_pod, new_name, no_debug_containers
from podboard.errors import Denied, KubectlError, SshError
from podboard.model.names import checked_container, checked_pod
from podboard.model.role import DEBUG
from podboard.model.text import one_line
from podboard.ssh.kubectl import ANSWER, Kubectl

if TYPE_CHECKING:
    from podboard.debuggers import DebuggedPod
    from podboard.model.record import SshConnectionDetails
    from podboard.model.target import Target
    from podboard.ssh.hosts import Hosts

_LOOKS: Final = (0.3, 0.7, 1.5)
"""Seconds between looks at the pod, each of which is a kubectl on the host."""

_TOO_OLD: Final = ("unknown flag: --profile", 'unknown command "debug"')
_DISABLED: Final = "ephemeral containers are disabled for this cluster"


class Debugger(PodDebugger):
    """Adds debug containers to one pod. What its methods ask of the host may raise PodboardError.

    Args:
        hosts: Connects to the host.
        details: The host.
        target: The container whose processes they are to see.

    Attributes:
        patience: Seconds for what is asked before one is added.
    """

    patience = 2 * ANSWER

    def __init__(self, hosts: Hosts, details: SshConnectionDetails, target: Target) -> None:
        super().__init__(target, _LOOKS)
        self._kubectl = Kubectl(hosts, details)
        self._name = checked_pod(target.pod)

    async def denied(self) -> Denied | None:
        """Return who lacks the right to add one; None where nobody does."""
        for verb in DEBUG.verbs:
            if not await self._kubectl.may(self._target, verb, DEBUG.part):
                return Denied(await self._user(), self._target.namespace, DEBUG.part)
        return None

    async def add(self, image: str) -> str:
        """Add one; returns its name. It does not run yet.

        Args:
            image: As a pod's spec names it.
        """
        name, container = new_name(), self._target.container
        sees = [f"--target={checked_container(container)}"] if container else []
        # As the API has it: what is called baseline adds nothing of its own, and a terminal waits unused.
        made = ("--profile=baseline", "--stdin", "--tty", "--attach=false", "--quiet")
        try:
            await self._kubectl.ask(
                self._target, "debug", f"--image={image}", f"--container={name}", *sees, *made, self._name
            )
        except SshError as error:
            if _DISABLED in error.message:
                raise no_debug_containers() from error
            if any(words in error.message for words in _TOO_OLD):
                raise KubectlError(
                    f"kubectl on {self._kubectl.host} is too old to add debug containers",
                    "kubectl 1.27 or newer does; the record can name another one there",
                ) from error
            raise
        return name

    async def _pod(self) -> DebuggedPod:
        pod = debugged_pod(await self._kubectl.ask(self._target, "get", "pod", self._name, "--output=json"))
        if pod is None:
            raise KubectlError(
                f"kubectl on {self._kubectl.host} does not show pod {self._name}", "try it there by hand"
            )
        return pod

    async def _user(self) -> str:
        """Return what the API server there calls who asks.

        Raises:
            KubectlError: It is not told, by an old kubectl or an old server.
        """
        said = await self._kubectl.run("auth", "whoami", "--output=jsonpath={.status.userInfo.username}")
        name = said.output.decode("utf-8", "replace").strip()
        if said.status != 0 or not name:
            lacking = f"{' and '.join(DEBUG.verbs)} pods/{DEBUG.part}"
            raise KubectlError(
                one_line(f"kubectl on {self._kubectl.host} may not {lacking} in {self._target.namespace}"),
                f"a Role must allow {lacking} to the user of the kubeconfig there",
            )
        return name
