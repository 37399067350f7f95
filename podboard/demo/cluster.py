"""The embedded cluster, put together: what tests and ``python -m podboard.demo`` start."""

from __future__ import annotations

import asyncio
import secrets
import ssl
from typing import TYPE_CHECKING, Final, Self

from podboard.demo import builders, crowd, world
from podboard.demo.agenda import Agenda
from podboard.demo.containers import Runtime
from podboard.demo.control_plane import ControlPlane
from podboard.demo.faults import Faults
from podboard.demo.folder import PrivateFolder
from podboard.demo.images import Exit
from podboard.demo.kinds import NAMESPACE, NODE, POD
from podboard.demo.kubeconfig import CLUSTER, Login, kubeconfig_text, write_private
from podboard.demo.kubelet import PodId
from podboard.demo.logs import Logs
from podboard.demo.pki import Authority
from podboard.demo.rbac import AUTHENTICATED, MASTERS, Account, Accounts, User
from podboard.demo.server import ApiServer
from podboard.demo.world_images import IMAGES
from podboard.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from podboard.demo.gojson import Object
    from podboard.demo.images import Image

ADMIN: Final = "kubernetes-admin"


class DemoCluster:
    """A Kubernetes API server on loopback, with real shells in its pods; an async context manager.

    Args:
        pods: How many generated pods there are beside the story's.
        faults: What goes wrong from the start, as ``podboard.demo.faults`` writes it.
        story: Fills the cluster; None leaves it empty but for ``default``.
        images: What is in images, beside the story's; by name.
        now: The moment it begins at, in seconds since the epoch; None for the machine's own.
        paused: Whether the clock stands still, and with it everything but requests and shells.

    Attributes:
        faults: Can be changed at any time.
        plane: The cluster behind the API server, for tests that reach into it.
        accounts: Who is known.
        kubeconfig: Where its kubeconfig is.
        server: The API server's URL.
        authority: The certificate to trust, PEM.
        admin_token: A bearer token that may do everything.
    """

    def __init__(
        self,
        pods: int = 0,
        faults: Iterable[str] = (),
        *,
        story: Callable[[ControlPlane], None] | None = world.furnish,
        images: Mapping[str, Image] | None = None,
        now: float | None = None,
        paused: bool = False,
    ) -> None:
        self.faults = Faults(faults)
        self.accounts = Accounts()
        self.admin_token = secrets.token_urlsafe(24)
        if not 0 <= pods <= crowd.MOST:
            raise UsageError(f"There cannot be {pods} generated pods.", f"There can be up to {crowd.MOST}.")
        self._crowd_size = pods
        self._story = story
        self._images = {**IMAGES, **(images or {})}
        self._now = now
        self._paused = paused
        self._crowd: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._folder = PrivateFolder()
        try:
            await self._start(self._folder.path)
        except BaseException:
            self._folder.remove()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self.plane.agenda.close()
        if self._crowd is not None:
            self._crowd.cancel()
            await asyncio.gather(self._crowd, return_exceptions=True)
        await self.api.close()
        await self.plane.kubelet.settled()
        await self.plane.runtime.kill_all()
        self._folder.remove()

    async def gathered(self) -> None:
        """Wait until all generated pods are there."""
        if self._crowd is not None:
            await self._crowd

    def add_account(self, account: Account) -> User:
        """Let a service account in, and give it its roles."""
        return self.accounts.add_account(account)

    def add_namespace(self, name: str, labels: Mapping[str, str] | None = None) -> None:
        """Add a namespace."""
        self.plane.store[NAMESPACE].put(builders.namespace(name, self.plane.agenda.now(), labels))

    def add_node(self, name: str, ip: str, pod_range: str) -> None:
        """Add a node.

        Args:
            pod_range: Of its pods' addresses, as ``10.88.0.0/24``.
        """
        self.plane.store[NODE].put(builders.node(name, ip, pod_range, self.plane.agenda.now()))

    def create_pod(self, manifest: Object, namespace: str, manager: str = "podboard-demo") -> None:
        """Create a pod from a manifest; it then lives as any other."""
        self.plane.create_pod(manifest, namespace, manager)

    def place_pod(self, pod: Object) -> None:
        """Put a pod in as it is, status and all; nothing happens to it by itself."""
        self.plane.store[POD].put(pod)

    def delete_pod(self, namespace: str, name: str, grace: int | None = None) -> None:
        """Begin to delete a pod."""
        self.plane.delete_pod(namespace, name, grace)

    def end_container(self, namespace: str, pod: str, container: str, code: int, reason: str = "") -> None:
        """End a running container's own process; it is restarted as the pod's policy says."""
        document = self.plane.store[POD].get(namespace, pod)
        if document is None:
            raise KeyError(f"{namespace}/{pod}")
        which = PodId(namespace, pod, document.read()["metadata"]["uid"])
        self.plane.kubelet.end_container(which, container, Exit(code, reason))

    async def restart(self, away: float = 0.0) -> None:
        """Restart the API server: every connection ends, the port stays the same.

        Args:
            away: Seconds without anybody listening.
        """
        await self.api.restart(away)

    def restart_kubelet(self, away: float = 0.0) -> None:
        """Restart the kubelets: execs end without a word, their commands go on.

        Args:
            away: Seconds until they know their pods again.
        """
        self.api.pods.restart_kubelet(away)

    async def _start(self, folder: Path) -> None:
        authority = Authority()
        self.authority = authority.certificate
        agenda = Agenda(now=self._now, paused=self._paused)
        self.plane = ControlPlane(agenda, Runtime(folder, self._images), Logs(folder / "logs"))
        self.add_namespace("default")
        if self._story is not None:
            self._story(self.plane)
        self.api = ApiServer(self.plane, self.accounts, self.faults, _tls(authority, folder))
        await self.api.start()
        if self._crowd_size:
            self._crowd = asyncio.create_task(crowd.gather(self.plane, self._crowd_size, world.nodes()))
        self.server = f"https://{self.api.address}"
        self.kubeconfig = folder / "kubeconfig"
        logins = self._logins(authority)
        write_private(self.kubeconfig, kubeconfig_text(self.server, self.authority, logins))

    def _logins(self, authority: Authority) -> tuple[Login, ...]:
        """Let everybody in whom the kubeconfig names."""
        self.accounts.add_token(self.admin_token, User(f"{ADMIN}-by-token", (MASTERS, AUTHENTICATED)))
        logins = [
            Login(CLUSTER, world.HOME, authority.client(ADMIN, (MASTERS,))),
            Login(f"{CLUSTER}-token", world.HOME, self.admin_token),
        ]
        for name, grants in world.GRANTS.items():
            token = secrets.token_urlsafe(24)
            self.accounts.add_account(Account(world.HOME, name, grants, token))
            logins.append(Login(f"{CLUSTER}-{name}", world.HOME, token))
        return tuple(logins)


def _tls(authority: Authority, folder: Path) -> ssl.SSLContext:
    """Return what the server shows and whom it trusts; a client may show a certificate and need not."""
    identity = authority.server()
    file = folder / "server.pem"
    write_private(file, f"{identity.certificate.decode()}{identity.key.decode()}")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(file)
    file.unlink()
    context.load_verify_locations(cadata=authority.certificate.decode())
    context.verify_mode = ssl.CERT_OPTIONAL
    context.set_alpn_protocols(["http/1.1"])
    return context
