"""Connections to a server, directly or through a proxy."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any, Final

import aiohttp

from podboard.kube.lines import watch_over
from podboard.kube.proxy import is_socks

if TYPE_CHECKING:
    import ssl

_IDLE: Final = 75.0
"""Seconds an idle connection is kept: below the API server's own 90."""


def make_connector(proxy: str, context: ssl.SSLContext) -> aiohttp.TCPConnector:
    """Return what opens and keeps connections.

    Args:
        proxy: The proxy's URL; one that speaks HTTP is named to aiohttp with each request instead.
        context: For requests that bring none of their own.
    """
    settings: dict[str, Any] = {
        "ssl": context,
        "limit": 0,  # every terminal is a connection
        "keepalive_timeout": _IDLE,
    }
    if is_socks(proxy):
        from podboard.kube.socks import SocksConnector

        return SocksConnector(proxy, **settings)
    return aiohttp.TCPConnector(socket_factory=_watchful_socket, **settings)


def proxy_argument(proxy: str) -> str | None:
    """Return what aiohttp is to be told of a proxy."""
    return None if is_socks(proxy) else proxy or None


def _watchful_socket(address: tuple[Any, ...]) -> socket.socket:
    family, kind, protocol, *_ = address
    made = socket.socket(family, kind, protocol)
    watch_over(made)
    return made
