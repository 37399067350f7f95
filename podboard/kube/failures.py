"""Failures of HTTP and TLS, turned into what a person can understand and act upon."""

from __future__ import annotations

import errno
import ssl
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp

from podboard.errors import ApiError, UnreachableError
from podboard.kube.credentials import expiry
from podboard.model.text import one_line
from podboard.wire.explain import explain
from podboard.wire.status import parse_failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from podboard.errors import PodboardError
    from podboard.kube.access import Access


class UntrustedError(UnreachableError):
    """The server's certificate is not to be trusted: never a reason to go on some other way in silence."""


_UNAUTHORIZED, _FORBIDDEN, _GONE = 401, 403, 410
_REDIRECTS = range(300, 400)
_SERVER_ERRORS = range(500, 600)

# OpenSSL's X509_V_ERR_* numbers.
_NOT_YET_VALID, _EXPIRED = 9, 10
_UNKNOWN_AUTHORITY = {2, 7, 18, 19, 20, 21}  # 7: the right name, another key, as after a rebuilt cluster
_WRONG_NAME = {62, 64}


def refusal(access: Access, status: int, body: bytes) -> ApiError:
    """Turn an answer other than success into an error.

    Args:
        access: Who asked whom.
        status: The HTTP status.
        body: A Status as JSON, plain text, or a proxy's page.
    """
    verdict = parse_failure(body)
    message, hint = _told(access, status, verdict.message)
    return ApiError(message, hint, status=status, reason=verdict.reason)


def _told(access: Access, status: int, message: str) -> tuple[str, str]:
    if status == _UNAUTHORIZED:
        why = (
            expiry(access, time.time())
            or f"{access.server} does not accept the credentials of {_user(access)}"
        )
        return f"{why} (401)", "log in again, or choose another context"
    if status == _FORBIDDEN and "system:anonymous" in message:
        return one_line(message), f"{_user(access)} has no credentials in the kubeconfig"
    if status in _REDIRECTS:
        return f"{access.server} redirects elsewhere ({status})", "a proxy's login page in between?"
    sentence, hint = explain(message) if message else ("", "")
    if not sentence:
        return f"{access.server} answered {status} without saying why", "a proxy in between?"
    if status in _SERVER_ERRORS and not hint:
        return f"the server failed ({status}): {sentence}", "try again"
    return sentence, hint


def no_api_server(access: Access, status: int) -> ApiError:
    """Return the error for an answer that no Kubernetes API server gives."""
    return ApiError(
        f"{access.server} does not answer like a Kubernetes API server",
        "check the server's URL in the kubeconfig; a proxy in between?",
        status=status,
    )


def unreachable(access: Access, error: Exception) -> PodboardError:
    """Turn a failure to get any answer into an error.

    Args:
        access: Who asked whom.
        error: What aiohttp or the operating system raised.
    """
    if isinstance(error, aiohttp.WSServerHandshakeError):
        return no_api_server(access, error.status)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return _untrusted(access, error.certificate_error)
    for kind, tell in _TELLERS:
        if isinstance(error, kind):
            return UnreachableError(*tell(access, error))
    return no_api_server(access, 0)


def _no_tls(access: Access, error: Any) -> tuple[str, str]:
    return f"no TLS with {access.server}: {_os_reason(error.os_error)}", "is it an https server?"


def _refused_by_proxy(access: Access, error: Any) -> tuple[str, str]:
    return f"{_proxy(access)} answered {error.status} instead of connecting", "check its credentials"


def _no_proxy(access: Access, error: Any) -> tuple[str, str]:
    reason = _os_reason(error.os_error)
    return (
        f"{_proxy(access)} cannot be reached: {reason}",
        "check proxy-url in the kubeconfig, or HTTPS_PROXY",
    )


def _no_name(access: Access, _: Any) -> tuple[str, str]:
    return f"the name {urlsplit(access.server).hostname} cannot be resolved", "check the network or the VPN"


def _no_connection(access: Access, error: Any) -> tuple[str, str]:
    return (
        f"{access.server} cannot be reached: {_os_reason(error.os_error)}",
        "is the cluster up, and the VPN?",
    )


def _silence(access: Access, _: Any) -> tuple[str, str]:
    return f"{access.server} does not answer", "is the cluster up, and the VPN?"


def _closed(access: Access, _: Any) -> tuple[str, str]:
    return f"{access.server} closed the connection without an answer", "try again"


def _cut_off(access: Access, _: Any) -> tuple[str, str]:
    return f"the answer of {access.server} was cut off", "try again"


def _cut(access: Access, error: Any) -> tuple[str, str]:
    return f"the connection to {access.server} was cut: {_os_reason(error)}", "try again"


# In this order: aiohttp's errors are kinds of one another.
_TELLERS: tuple[tuple[type[Exception], Callable[[Access, Any], tuple[str, str]]], ...] = (
    (aiohttp.ClientConnectorSSLError, _no_tls),
    (aiohttp.ClientHttpProxyError, _refused_by_proxy),
    (aiohttp.ClientProxyConnectionError, _no_proxy),
    (aiohttp.ClientConnectorDNSError, _no_name),
    (aiohttp.ClientConnectorError, _no_connection),
    (TimeoutError, _silence),
    (aiohttp.ServerDisconnectedError, _closed),
    (aiohttp.ClientPayloadError, _cut_off),
    (OSError, _cut),
)


def _untrusted(access: Access, error: Exception) -> UntrustedError:
    server = access.server
    code = getattr(error, "verify_code", None)
    if code == _EXPIRED:
        return UntrustedError(f"the certificate of {server} has expired", "its administrator must renew it")
    if code == _NOT_YET_VALID:
        return UntrustedError(f"the certificate of {server} is not valid yet", "check this machine's clock")
    if code in _WRONG_NAME:
        name = access.tls_server_name or urlsplit(server).hostname
        return UntrustedError(
            f"the certificate of {server} is not for {name}",
            "set tls-server-name in the kubeconfig if the server goes by another name",
        )
    if code in _UNKNOWN_AUTHORITY:
        return UntrustedError(
            f"the certificate of {server} is signed by an authority that is not trusted",
            "certificate-authority in the kubeconfig says which one is",
        )
    return UntrustedError(
        f"the certificate of {server} is not trusted: {one_line(getattr(error, 'verify_message', ''))}"
    )


def _os_reason(error: OSError) -> str:
    if error.errno == errno.ECONNREFUSED:
        return "connection refused"
    if isinstance(error, ssl.SSLError) and error.reason:
        return one_line(error.reason.replace("_", " ").lower())
    return one_line((error.strerror or type(error).__name__).lower())


def _proxy(access: Access) -> str:
    url = urlsplit(access.proxy)  # without the credentials it may carry
    return f"the proxy {url.hostname}:{url.port}" if url.port else f"the proxy {url.hostname}"


def _user(access: Access) -> str:
    return f'user "{one_line(access.user)}"'
