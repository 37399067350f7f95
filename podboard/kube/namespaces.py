"""The namespaces of a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from podboard.kube.failures import no_api_server

if TYPE_CHECKING:
    from podboard.kube.client import ApiClient


class _Metadata(msgspec.Struct):
    name: str = ""


class _Namespace(msgspec.Struct):
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


class _NamespaceList(msgspec.Struct):
    items: list[_Namespace] = []


async def list_namespaces(client: ApiClient) -> list[str]:
    """Return the names of all namespaces, sorted.

    Raises:
        ApiError: The server refuses; many people may not list namespaces.
        UnreachableError: There is no answer.
    """
    body = await client.get_bytes("/api/v1/namespaces")
    try:
        listed = msgspec.json.decode(body, type=_NamespaceList)
    except msgspec.DecodeError:
        raise no_api_server(client.access, 200) from None
    return sorted(item.metadata.name for item in listed.items if item.metadata.name)
