"""The only place that names concrete ways into a pod, and their order."""

from __future__ import annotations

import asyncio
import importlib
import os
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from podboard.errors import KubeconfigError, NoKubeconfigError, NotApplicableError
from podboard.model.attempt import METHODS
from podboard.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from podboard.config import Config
    from podboard.kube.access import Access
    from podboard.kube.client import ApiClient
    from podboard.kube.login import LendTerminal
    from podboard.model.broadcast import BroadcastRules
    from podboard.model.overrides import Overrides
    from podboard.model.question import Ask
    from podboard.model.record import Record, SshConnectionDetails
    from podboard.model.target import Target
    from podboard.session.cluster import Cluster
    from podboard.session.ladder import Way
    from podboard.session.recorder import Recordings
    from podboard.ssh.hosts import Hosts

    FindRecord = Callable[[Target, str | None], Awaitable[Record | None]]
    """Finds the record of a pod in a context, None where that is not known; raises DatabaseError."""

_FOR_WAYS = ("podboard.config", "podboard.kube.incluster", "podboard.kube.resolve", "podboard.kube.ways")
_FOR_CLUSTERS = ("podboard.session.cluster", "podboard.session.recorder", "podboard.session.terminal")
"""What will be needed, and takes too long to load for the event loop."""


_NO_CLUSTER = "no cluster to list pods from: r shows the records, o there opens a terminal"


class Rung(Struct, frozen=True):
    """One kind of way into a pod, as the climber has it."""

    name: str
    way: Callable[[Target, Record | None], Awaitable[Way]]


async def _no_records(_: Target, context: str | None) -> Record | None:  # noqa: ARG001 - as any FindRecord
    return None


class Services(Struct, frozen=True):
    """What the ways into pods need that is not theirs.

    Attributes:
        find_record: Finds the record of a pod.
        ask: Who can be asked on the way to an SSH host; None where nobody can.
        lend_terminal: For credential plugins that talk to the person; None where no terminal can be lent.
    """

    find_record: FindRecord = _no_records
    ask: Ask | None = None
    lend_terminal: LendTerminal | None = None


NOBODY: Final = Services()
"""No records, and nobody to ask."""


class Ways:
    """The ways into the pods of one cluster, and the connections they share.

    Attributes:
        ladder: The ways, in their order.
    """

    def __init__(
        self,
        overrides: Overrides,
        config: Config,
        services: Services,
    ) -> None:
        from podboard.kube.ways import Clients
        from podboard.session.ladder import Ladder

        self._overrides = overrides
        self._config = config
        self._services = services
        self._clients = Clients(services.lend_terminal)
        self._hosts: Hosts | None = None
        ways = (self._by_kubeconfig, self._by_record, self._by_token, self._in_cluster, self._by_ssh)
        self.ladder = Ladder(tuple(map(Rung, METHODS, ways)), self._find_record)

    async def client(self) -> ApiClient:
        """Return the client that serves all pods: the kubeconfig's, else that of the service account.

        Raises:
            NoKubeconfigError: There is neither.
            PodboardError: What there is cannot be used.
        """
        from podboard.kube.incluster import is_in_cluster

        try:
            return await self._clients.get("kubeconfig", self._load_kubeconfig)
        except NoKubeconfigError as error:
            if is_in_cluster(os.environ):
                return await self._clients.get("in-cluster", self._load_in_cluster)
            looked = (*error.looked, "in-cluster files (not there)")
            raise NoKubeconfigError(error.message, error.hint, looked) from error

    async def context(self) -> str | None:
        """Return the name of the kubeconfig's context; None where there is no usable kubeconfig."""
        from podboard.errors import PodboardError

        try:
            return (await self.client()).access.context
        except PodboardError:
            return self._overrides.context or None

    @property
    def returns(self) -> bool:
        """Whether terminals open a new shell by themselves where a connection was dropped."""
        return self._config.reconnect

    @property
    def resumes(self) -> bool:
        """Whether shells are to outlive a drop, where something in the image holds them."""
        return self._config.resume

    def helper(self, context: str) -> Path | None:
        """Return the program that is copied into a context's containers to hold shells; None for none."""
        helper = self._config.helper
        return helper.path if helper is not None and helper.serves(context) else None

    @property
    def restores(self) -> bool:
        """Whether the board asks if terminals are to be opened again that were open when it was left."""
        return self._config.restore

    @property
    def kept_folder(self) -> Path:
        """Where it is kept what they had shown."""
        from podboard.paths import kept_folder

        return kept_folder(os.environ)

    @property
    def previews_pastes(self) -> bool:
        """Whether pastes of several lines are shown before they are pasted."""
        return self._config.paste_preview

    @property
    def scrollback(self) -> int:
        """How many lines terminals keep above their screens."""
        return self._config.scrollback

    @property
    def broadcast(self) -> BroadcastRules:
        """How a broadcast is armed."""
        return self._config.broadcast

    @property
    def detach_keys(self) -> tuple[str, ...]:
        """The keys that leave an attached process to itself."""
        return self._config.detach_keys

    @property
    def debug_image(self) -> str:
        """The image of debug containers, unless another is typed."""
        return self._config.debug_image

    def recordings(self, context: str) -> Recordings:
        """Return where the terminals of a context are recorded, and whether they are without being asked."""
        from podboard.paths import recordings_folder
        from podboard.session.recorder import Recordings

        wish = self._config.record
        return Recordings(recordings_folder(os.environ), context, wish.wants(context), wish.input)

    async def close(self) -> None:
        """Let go of all connections."""
        await self.ladder.close()
        await self._clients.close()
        if self._hosts is not None:
            await self._hosts.close()

    # -- the rungs --------------------------------------------------------------------------

    async def _by_kubeconfig(self, _: Target, record: Record | None) -> Way:  # noqa: ARG002 - for every pod
        return self._websocket("kubeconfig", self._load_kubeconfig)

    async def _by_record(self, _: Target, record: Record | None) -> Way:
        record = _with(record, "kubeconfig")
        load = partial(_load_record, record, self._overrides)
        return self._websocket(f"kubeconfig {record.id} {record.updated_at}", load)

    async def _by_token(self, _: Target, record: Record | None) -> Way:
        record = _with(record, "token", "cluster_host")
        from podboard.kube.record_access import access_by_token

        load = partial(access_by_token, record, self._overrides, os.environ)
        return self._websocket(f"token {record.id} {record.updated_at}", load)

    async def _in_cluster(self, _: Target, record: Record | None) -> Way:  # noqa: ARG002 - for every pod
        from podboard.kube.incluster import is_in_cluster

        if not is_in_cluster(os.environ):
            raise NotApplicableError("not inside a cluster")
        return self._websocket("in-cluster", self._load_in_cluster)

    async def _by_ssh(self, _: Target, record: Record | None) -> Way:
        details = record.ssh_connection_details if record is not None else None
        if details is None:
            details = await self._bastion(record)
        from podboard.ssh.way import SshWay

        return SshWay(self._open_hosts, details)

    async def _bastion(self, record: Record | None) -> SshConnectionDetails:
        bastion = self._config.bastion
        if bastion is None:
            _with(record, "ssh_connection_details")
        elif bastion.serves(await self.context() or ""):
            return bastion.details
        raise NotApplicableError("the configuration's host is for other contexts")

    # -- what they stand on -----------------------------------------------------------------

    async def _find_record(self, target: Target) -> Record | None:
        return await self._services.find_record(target, await self.context())

    def _websocket(self, identity: str, load: Callable[[], Access]) -> Way:
        from podboard.kube.ways import WebSocketWay

        return WebSocketWay(identity, self._clients, load)

    async def _open_hosts(self) -> Hosts:
        # asyncssh takes long to load, and longer than a frame.
        await asyncio.to_thread(importlib.import_module, "podboard.ssh.hosts")
        if self._hosts is None:
            from podboard.paths import known_hosts_file
            from podboard.ssh.hosts import Hosts
            from podboard.ssh.known_hosts import remember

            file = known_hosts_file(os.environ)
            self._hosts = Hosts(file, self._services.ask, partial(remember, file))
        return self._hosts

    def _load_kubeconfig(self) -> Access:
        from podboard.kube.resolve import load_access

        return load_access(self._overrides, os.environ, Path.home())

    def _load_in_cluster(self) -> Access:
        from podboard.kube.incluster import in_cluster_access

        return in_cluster_access(self._overrides, os.environ)


def _with(record: Record | None, *fields: str) -> Record:
    """Return the record if it has these fields; raises NotApplicableError where it has not, or is none."""
    if record is None:
        raise NotApplicableError("no record of this pod")
    if missing := [field for field in fields if getattr(record, field) is None]:
        raise NotApplicableError(f'{" and ".join(missing)} not set on record "{one_line(record.name)}"')
    return record


def _load_record(record: Record, overrides: Overrides) -> Access:
    from podboard.kube.record_access import access_by_kubeconfig

    try:
        return access_by_kubeconfig(record, overrides, os.environ, Path.home())
    except NoKubeconfigError as error:
        # Somebody said that there is one.
        raise KubeconfigError(
            f'the kubeconfig of the record "{one_line(record.name)}" is not there'
        ) from error


@asynccontextmanager
async def open_ways(overrides: Overrides, services: Services = NOBODY) -> AsyncIterator[Ways]:
    """Find the ways into the pods of the cluster that the flags and the environment name.

    Args:
        overrides: What the flags say.
        services: What the ways need beside them.

    Raises:
        ConfigError: The configuration cannot be used.
    """
    config = await asyncio.to_thread(_read_config)
    ways = Ways(overrides, config, services)
    try:
        yield ways
    finally:
        await ways.close()


@asynccontextmanager
async def open_cluster(
    overrides: Overrides,
    services: Services = NOBODY,
    *,
    all_namespaces: bool,
    can_do_without: bool = False,
) -> AsyncIterator[Cluster]:
    """Reach the cluster that the flags and the environment name, as kubectl would.

    Where the kubeconfig cannot be used, the cluster has no pods, and its trouble says why: other ways may
    lead into the pods of records.

    Args:
        overrides: What the flags say.
        services: What the ways need beside them.
        all_namespaces: Wins over the namespace.
        can_do_without: Whether the same holds where there is no kubeconfig.

    Raises:
        NoKubeconfigError: There is none where it was looked for, and this is no pod.
        ConfigError: The configuration cannot be used.
        UsageError: The flags contradict each other.
    """
    await asyncio.to_thread(_load, _FOR_CLUSTERS)
    from podboard.session.cluster import Cluster

    async with open_ways(overrides, services) as ways:
        client, trouble = None, ""
        try:
            client = await ways.client()
        except NoKubeconfigError:
            if not can_do_without:
                raise
            trouble = _NO_CLUSTER
        except KubeconfigError as error:
            trouble = f"{error.message} - {error.hint}" if error.hint else error.message
        namespace = client.access.namespace if client is not None else overrides.namespace
        cluster = Cluster(client, ways.ladder, None if all_namespaces else namespace or None, trouble)
        cluster.recordings = ways.recordings(cluster.context)
        cluster.returns = ways.returns
        cluster.resumes, cluster.helper = ways.resumes, ways.helper(cluster.context)
        cluster.restores, cluster.kept_folder = ways.restores, ways.kept_folder
        cluster.previews_pastes = ways.previews_pastes
        cluster.scrollback = ways.scrollback
        cluster.detach_keys, cluster.debug_image = ways.detach_keys, ways.debug_image
        cluster.broadcast = ways.broadcast
        yield cluster


def _read_config() -> Config:
    _load(_FOR_WAYS)
    from podboard.config import read_config
    from podboard.paths import config_file

    return read_config(config_file(os.environ))


def _load(modules: Sequence[str]) -> None:
    for module in modules:
        importlib.import_module(module)
