"""Which pod and which container a command is meant for, as kubectl finds them.

Source: kubectl's ``polymorphichelpers``, ``podutils`` and ``podcmd``, and what kubectl itself does.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from podboard.errors import ApiError, PodboardError, UsageError
from podboard.kube.failures import no_api_server
from podboard.model.names import checked_container, checked_namespace, checked_pod
from podboard.model.pod_columns import containers_in_words
from podboard.model.target import Target
from podboard.model.text import one_line
from podboard.wire.explain import no_container
from podboard.wire.pod_documents import decode_page, decode_pod

if TYPE_CHECKING:
    from collections.abc import Iterable

    from podboard.kube.client import ApiClient
    from podboard.model.pod import Pod


class Kind(NamedTuple):
    """A kind of object that stands for pods.

    Attributes:
        plural: As in URLs.
        short: The names it goes by besides its plural.
        group: Of its API; empty for the first one. All are in their ``v1``.
    """

    plural: str
    short: tuple[str, ...]
    group: str = ""


PODS: Final = Kind("pods", ("pod", "po"))
_SERVICES: Final = Kind("services", ("service", "svc"))
_CONTROLLERS: Final = Kind("replicationcontrollers", ("replicationcontroller", "rc"))
KINDS: Final = (
    PODS,
    Kind("deployments", ("deployment", "deploy"), "apps"),
    Kind("replicasets", ("replicaset", "rs"), "apps"),
    Kind("statefulsets", ("statefulset", "sts"), "apps"),
    Kind("daemonsets", ("daemonset", "ds"), "apps"),
    Kind("jobs", ("job",), "batch"),
    _SERVICES,
    _CONTROLLERS,
)

_NAMES: Final = 2.0
"""Seconds for the names of a pod's containers."""

_ENOUGH: Final = "500"
"""Pods to choose from."""

_PHASES: Final = {"Unknown": 1, "Running": 2}
_LAST: Final = "~"
"""Sorts after all times; kubectl takes a missing one for the latest."""


class Named(NamedTuple):
    """An object as a command line names it."""

    kind: Kind
    name: str

    def __str__(self) -> str:
        return f"{self.kind.plural}/{self.name}"


class Found(NamedTuple):
    """A container.

    Attributes:
        others: The names of all, where one of several was chosen that nobody had named; as kubectl says them.
        pod: None where it was not looked up.
    """

    target: Target
    others: str = ""
    pod: Pod | None = None


class _Requirement(msgspec.Struct, frozen=True):
    key: str = ""
    operator: str = ""
    values: tuple[str, ...] | None = None


class _LabelSelector(msgspec.Struct, frozen=True, rename="camel"):
    match_labels: dict[str, str] | None = None
    match_expressions: tuple[_Requirement, ...] | None = None


class _Spec(msgspec.Struct, frozen=True):
    selector: msgspec.Raw = msgspec.Raw(b"null")


class _Object(msgspec.Struct, frozen=True):
    spec: _Spec = _Spec()


def parse_name(text: str) -> Named:
    """Read ``POD`` or ``TYPE/NAME``; a type may be ``deploy``, ``deployment.apps``, ``deployment.v1.apps``.

    Raises:
        UsageError: It is neither.
    """
    kind_text, slash, name = text.rpartition("/")
    if not slash:
        return Named(PODS, checked_pod(text))
    if "/" in kind_text:
        raise UsageError(f"{one_line(repr(text), 80)} has more than one slash", "POD, or TYPE/NAME")
    word, _, group = kind_text.lower().partition(".")
    for kind in KINDS:
        if word in (kind.plural, *kind.short) and group in ("", kind.group, f"v1.{kind.group}"):
            return Named(kind, checked_pod(name))
    raise UsageError(
        f"{one_line(repr(kind_text), 80)} is no type that stands for pods",
        f"one of {', '.join(kind.short[-1] for kind in KINDS)}",
    )


async def find_target(client: ApiClient, namespace: str, named: Named, container: str) -> Found:
    """Find the pod that an object stands for, and the container that is meant where none is named.

    Of several pods it is the first in kubectl's order: those that run and are ready, the longest so.

    Args:
        client: Of the cluster.
        namespace: Where the object is.
        named: The object.
        container: Taken as it is; empty where none is named.

    Raises:
        PodboardError: There is no such object, or it has no pod; the server refuses or does not answer.
        UsageError: The names are no names.
    """
    if named.kind is PODS:
        pod = await _get_pod(client, namespace, named.name)
    else:
        pods = await _list_pods(client, namespace, await _selector(client, namespace, named))
        if not pods:
            raise PodboardError(f"{named} has no pods", "its events say why, or it is scaled to none")
        pod = min(pods, key=_rank)
    if container:
        return Found(Target(namespace, pod.name, checked_container(container), pod.uid), pod=pod)
    chosen, others = _default_container(pod)
    return Found(Target(namespace, pod.name, chosen, pod.uid), others, pod)


async def naming_containers(client: ApiClient, target: Target, error: ApiError) -> ApiError:
    """Have an error that says that there is no such container name those that there are, if it can."""
    if error.message != no_container(target.pod, target.container).sentence:
        return error
    try:
        async with asyncio.timeout(_NAMES):
            pod = await _get_pod(client, target.namespace, target.pod)
    except (PodboardError, TimeoutError):
        return error
    told = no_container(target.pod, target.container, containers_in_words(pod))
    named = ApiError(*told, status=error.status, reason=error.reason)
    named.kind = error.kind
    return named


async def _get_pod(client: ApiClient, namespace: str, name: str) -> Pod:
    body = await client.get_bytes(f"{_path(namespace, PODS)}/{checked_pod(name)}")
    pod = decode_pod(msgspec.Raw(body))
    if pod is None:
        raise no_api_server(client.access, 200)
    return pod


async def _list_pods(client: ApiClient, namespace: str, selector: str) -> list[Pod]:
    query = [("labelSelector", selector), ("limit", _ENOUGH)]
    page = decode_page(await client.get_bytes(_path(namespace, PODS), query))
    if page is None:
        raise no_api_server(client.access, 200)
    return [pod for document in page.documents if (pod := decode_pod(document)) is not None]


async def _selector(client: ApiClient, namespace: str, named: Named) -> str:
    """Return the label selector of an object's pods, as a query has it."""
    body = await client.get_bytes(f"{_path(namespace, named.kind)}/{named.name}")
    try:
        raw = msgspec.json.decode(body, type=_Object).spec.selector
        if named.kind in (_SERVICES, _CONTROLLERS):
            selector = _LabelSelector(msgspec.json.decode(raw, type=dict[str, str] | None))
        else:
            selector = msgspec.json.decode(raw, type=_LabelSelector | None) or _LabelSelector()
    except (msgspec.DecodeError, RecursionError):
        raise no_api_server(client.access, 200) from None
    text = ",".join(_terms(selector))
    if not text:
        # An empty one would be all pods there are.
        raise PodboardError(f"{named} selects no pods", "name a pod instead")
    return text


def _terms(selector: _LabelSelector) -> Iterable[str]:
    for key, value in (selector.match_labels or {}).items():
        yield f"{key}={value}"
    for requirement in selector.match_expressions or ():
        match requirement.operator:
            case "Exists":
                yield requirement.key
            case "DoesNotExist":
                yield f"!{requirement.key}"
            case operator:  # In or NotIn
                yield f"{requirement.key} {operator.lower()} ({','.join(requirement.values or ())})"


def _rank(pod: Pod) -> tuple[bool, int, bool, str, int, str]:
    """Order pods as kubectl does; the least is the best."""
    ready = next((c for c in pod.status.conditions or () if c.type == "Ready" and c.status == "True"), None)
    return (
        not pod.spec.node_name,
        -_PHASES.get(pod.status.phase, 0),
        ready is None,
        (ready.last_transition_time or _LAST) if ready is not None else "",
        max((status.restart_count for status in pod.status.container_statuses or ()), default=0),
        pod.metadata.creation_timestamp or _LAST,
    )


def _default_container(pod: Pod) -> tuple[str, str]:
    """Return the container to take and, where there was a choice that nobody made, the names of all."""
    names = [container.name for container in pod.spec.containers or ()]
    ephemeral = [container.name for container in pod.spec.ephemeral_containers or ()]
    init = [container.name for container in pod.spec.init_containers or ()]
    if not names:
        raise PodboardError(f"pod {one_line(pod.name)} has no containers")
    said = pod.metadata.annotations.default_container if pod.metadata.annotations is not None else ""
    if said in (*names, *init, *ephemeral):
        return said, ""
    if len(names) + len(ephemeral) + len(init) == 1:
        return names[0], ""
    return names[0], containers_in_words(pod)


def _path(namespace: str, kind: Kind) -> str:
    api = f"/apis/{kind.group}/v1" if kind.group else "/api/v1"
    return f"{api}/namespaces/{checked_namespace(namespace)}/{kind.plural}"
