"""Which proxy leads to a server, by the environment's rules as kubectl reads them.

Source: Go's ``golang.org/x/net/http/httpproxy``. Python's own reading differs (no address ranges, loopback
not exempt), and a person whose kubectl gets through expects podboard to.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from podboard.errors import KubeconfigError
from podboard.model.urls import is_plain_url

if TYPE_CHECKING:
    from collections.abc import Mapping

CONFIGURED_SCHEMES: Final = ("http", "https", "socks5")
"""What proxy-url in a kubeconfig may begin with."""

_SCHEMES: Final = (*CONFIGURED_SCHEMES, "socks5h")
"""What the environment may name; both kinds of socks5 leave the looking up of names to the proxy."""

_DEFAULT_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}


def proxy_from_environment(server: str, environ: Mapping[str, str]) -> str:
    """Return the URL of the proxy to ask for a server, empty where it is reached directly.

    Args:
        server: The server's URL.
        environ: HTTPS_PROXY or HTTP_PROXY by the server's scheme, and NO_PROXY; upper case before lower.

    Raises:
        KubeconfigError: The variable holds no proxy's URL.
    """
    url = urlsplit(server)
    host = (url.hostname or "").rstrip(".")
    port = url.port or _DEFAULT_PORTS.get(url.scheme, 0)
    proxy = _variable(environ, f"{url.scheme}_proxy")
    if not proxy or _is_loopback(host) or _is_excepted(host, port, _variable(environ, "no_proxy")):
        return ""
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    if not is_plain_url(proxy, _SCHEMES, credentials=True):
        # What it holds may be a password.
        raise KubeconfigError(
            f"{url.scheme.upper()}_PROXY is no http, https or socks5 URL", "like http://proxy:3128"
        )
    return proxy


def is_socks(proxy: str) -> bool:
    """Whether a proxy is spoken to in SOCKS, and not in HTTP."""
    return proxy.startswith("socks5")


def proxy_address(proxy: str) -> tuple[str, int]:
    """Return a proxy's host and port."""
    url = urlsplit(proxy)
    return url.hostname or "", url.port or _DEFAULT_PORTS.get(url.scheme, 0)


def _variable(environ: Mapping[str, str], name: str) -> str:
    return (environ.get(name.upper()) or environ.get(name) or "").strip()


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_excepted(host: str, port: int, exceptions: str) -> bool:
    return any(
        _matches(entry.strip().lower(), host, port) for entry in exceptions.split(",") if entry.strip()
    )


def _matches(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    address = _address(host)
    if "/" in entry:
        try:
            network = ipaddress.ip_network(entry, strict=False)
        except ValueError:
            return False
        return address is not None and address in network
    name, only_port = _split_port(entry)
    if only_port and only_port != str(port):
        return False
    if address is not None:
        return _address(name) == address
    # "example.com" means itself and what lies below it, ".example.com" and "*.example.com" only the latter.
    below = "." + name.removeprefix("*").removeprefix(".")
    return host.endswith(below) or host == name


def _split_port(entry: str) -> tuple[str, str]:
    if entry.startswith("["):
        name, _, rest = entry[1:].partition("]")
        return name, rest.removeprefix(":")
    if entry.count(":") == 1:
        name, _, port = entry.partition(":")
        return name, port
    return entry, ""
