"""Failures of HTTP and TLS, turned into what a person can understand and act upon."""

from __future__ import annotations

import errno
import ssl
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp

from podboard.errors import ApiError, FailureKind, UnreachableError, UntrustedError
from podboard.kube.credentials import expiry
from podboard.kube.proxy import proxy_address
from podboard.model.duration import human_duration
from podboard.model.text import one_line
from podboard.wire.explain import explain, is_of_the_pod
from podboard.wire.status import parse_failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from podboard.errors import PodboardError
    from podboard.kube.access import Access
    from podboard.kube.credentials import Credentials


class SocksError(aiohttp.ClientConnectionError):
    """A SOCKS proxy cannot be reached, or does not connect.

    Args:
        cause: The operating system's error in the first case, what the proxy said in the second.
    """

    def __init__(self, cause: BaseException) -> None:
        super().__init__(str(cause))
        self.cause = cause


_UNAUTHORIZED, _FORBIDDEN, _PROXY_UNAUTHORIZED = 401, 403, 407
_REDIRECTS = range(300, 400)
_TOO_LONG = (414, 431)
_SERVER_ERRORS = range(500, 600)

# OpenSSL's X509_V_ERR_* numbers.
_NOT_YET_VALID, _EXPIRED = 9, 10
_UNKNOWN_AUTHORITY = {2, 7, 18, 19, 20, 21}  # 7: the right name, another key, as after a rebuilt cluster
_WRONG_NAME = {62, 64}

_SKEW = 120.0
"""Seconds by which two clocks may differ before it is worth a word."""

_NEW_LOGIN = "log in again, or choose another context"


def refusal(access: Access, status: int, body: bytes, date: str = "") -> ApiError:
    """Turn an answer other than success into an error.

    Args:
        access: Who asked whom.
        status: The HTTP status.
        body: A Status as JSON, plain text, or a proxy's page.
        date: The answer's Date header.
    """
    verdict = parse_failure(body)
    message, hint = _told(access, status, verdict.message)
    if status == _UNAUTHORIZED:
        hint = _clocks_apart(date) or hint
    error = ApiError(message, hint, status=status, reason=verdict.reason)
    if status not in (_UNAUTHORIZED, _FORBIDDEN) and is_of_the_pod(verdict.message):
        error.kind = FailureKind.POD
    return error


def not_accepted(error: ApiError, credentials: Credentials) -> ApiError:
    """Say of a refusal (401) why the server does not accept the credentials, where that can be seen."""
    why = expiry(credentials, time.time())
    if not why:
        return error
    return ApiError(f"{why} ({_UNAUTHORIZED})", error.hint, status=error.status, reason=error.reason)


def _clocks_apart(date: str) -> str:
    """Say so if this machine's clock and the server's do not go together: then good tokens look bad."""
    try:
        ahead = time.time() - parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError):
        return ""
    if abs(ahead) < _SKEW:
        return ""
    side = "ahead of" if ahead > 0 else "behind"
    return f"set this machine's clock: it is {human_duration(abs(ahead))} {side} the server's"


def _told(access: Access, status: int, message: str) -> tuple[str, str]:
    if status == _UNAUTHORIZED:
        return f"{access.server} does not accept the credentials of {access.who} ({status})", _NEW_LOGIN
    if status == _PROXY_UNAUTHORIZED:
        return proxy_answered(access, status)
    if status in _TOO_LONG:
        return (
            f"{access.server} takes no request as long as this one ({status})",
            "give a command less as arguments, and more by its standard input",
        )
    if status in _REDIRECTS:
        return f"{access.server} redirects elsewhere ({status})", "a proxy's login page in between?"
    return _told_by_message(access, status, message)


def _told_by_message(access: Access, status: int, message: str) -> tuple[str, str]:
    if status == _FORBIDDEN and "system:anonymous" in message:
        return one_line(message), f"{access.who} has no credentials in the kubeconfig"
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
        of_proxy = access.proxy and (error.host, error.port) == proxy_address(access.proxy)
        who = proxy_in_words(access) if of_proxy else access.server
        return _untrusted(access, error.certificate_error, who, of_proxy=bool(of_proxy))
    for kind, tell in _TELLERS:
        if isinstance(error, kind):
            return UnreachableError(*tell(access, error))
    return no_api_server(access, 0)


def _no_tls(access: Access, error: Any) -> tuple[str, str]:
    return f"no TLS with {access.server}: {os_reason(error.os_error)}", "is it an https server?"


def _refused_by_proxy(access: Access, error: Any) -> tuple[str, str]:
    return proxy_answered(access, error.status)


def proxy_answered(access: Access, status: int) -> tuple[str, str]:
    """Say what it means that a proxy does not connect, and what to do about it."""
    proxy = proxy_in_words(access)
    if status == _PROXY_UNAUTHORIZED:
        return (
            f"{proxy} does not accept the credentials it was given, or wants some ({status})",
            "put user and password into its URL: proxy-url in the kubeconfig, or HTTPS_PROXY",
        )
    if status == _FORBIDDEN:
        return (
            f"{proxy} does not let anybody through to {urlsplit(access.server).netloc} ({status})",
            "ask who runs it, or name the server in NO_PROXY if it can be reached directly",
        )
    return (
        f"{proxy} answered {status} instead of connecting",
        f"can it reach {urlsplit(access.server).netloc}?",
    )


def _no_proxy(access: Access, error: Any) -> tuple[str, str]:
    return _proxy_is_not_there(access, os_reason(error.os_error))


def _proxy_is_not_there(access: Access, reason: str) -> tuple[str, str]:
    return (
        f"{proxy_in_words(access)} cannot be reached: {reason}",
        "check proxy-url in the kubeconfig, or HTTPS_PROXY",
    )


def _no_socks(access: Access, error: Any) -> tuple[str, str]:
    if isinstance(error.cause, OSError):
        return _proxy_is_not_there(access, os_reason(error.cause))
    reason = one_line(str(error.cause), 100).lower()
    return (
        f"{proxy_in_words(access)} does not connect to {urlsplit(access.server).netloc}: {reason}",
        "check user and password in its URL, and whether it can reach the server",
    )


def _no_name(_: Access, error: Any) -> tuple[str, str]:
    # Behind an HTTP proxy, the only name that is looked up here is the proxy's.
    return f"the name {one_line(error.host)} cannot be resolved", "check the network or the VPN"


def _no_connection(access: Access, error: Any) -> tuple[str, str]:
    return (
        f"{access.server} cannot be reached: {os_reason(error.os_error)}",
        "is the cluster up, and the VPN?",
    )


def _silence(access: Access, _: Any) -> tuple[str, str]:
    limit = f" within {access.request_timeout:g} s" if access.request_timeout else ""
    return f"{access.server} does not answer{limit}", "is the cluster up, and the VPN?"


def _closed(access: Access, _: Any) -> tuple[str, str]:
    return f"{access.server} closed the connection without an answer", "try again"


def _cut_off(access: Access, _: Any) -> tuple[str, str]:
    return f"the answer of {access.server} was cut off", "try again"


def _cut(access: Access, error: Any) -> tuple[str, str]:
    return f"the connection to {access.server} was cut: {os_reason(error)}", "try again"


# In this order: aiohttp's errors are kinds of one another.
_TELLERS: tuple[tuple[type[Exception], Callable[[Access, Any], tuple[str, str]]], ...] = (
    (aiohttp.ClientConnectorSSLError, _no_tls),
    (SocksError, _no_socks),
    (aiohttp.ClientHttpProxyError, _refused_by_proxy),
    (aiohttp.ClientProxyConnectionError, _no_proxy),
    (aiohttp.ClientConnectorDNSError, _no_name),
    (aiohttp.ClientConnectorError, _no_connection),
    (TimeoutError, _silence),
    (aiohttp.ServerDisconnectedError, _closed),
    (aiohttp.ClientPayloadError, _cut_off),
    (OSError, _cut),
)


def _untrusted(access: Access, error: Exception, who: str, *, of_proxy: bool = False) -> UntrustedError:
    code = getattr(error, "verify_code", None)
    if code == _EXPIRED:
        return UntrustedError(
            f"the certificate of {who} has expired",
            "its administrator must renew it; or is this machine's clock ahead?",
        )
    if code == _NOT_YET_VALID:
        return UntrustedError(f"the certificate of {who} is not valid yet", "check this machine's clock")
    if code in _WRONG_NAME:
        host = proxy_address(access.proxy)[0] if of_proxy else urlsplit(access.server).hostname
        return UntrustedError(
            f"the certificate of {who} is not for {access.tls_server_name or host}",
            "set tls-server-name in the kubeconfig if the server goes by another name",
        )
    if code in _UNKNOWN_AUTHORITY:
        return UntrustedError(
            f"the certificate of {who} is signed by an authority that is not trusted",
            "certificate-authority in the kubeconfig says which one is",
        )
    return UntrustedError(
        f"the certificate of {who} is not trusted: {one_line(getattr(error, 'verify_message', ''))}"
    )


def os_reason(error: OSError) -> str:
    """Return what the operating system or OpenSSL says, as the end of a sentence."""
    if error.errno == errno.ECONNREFUSED:
        return "connection refused"
    if isinstance(error, ssl.SSLError) and error.reason:
        return one_line(error.reason.replace("_", " ").lower())
    return one_line((error.strerror or type(error).__name__).lower())


def proxy_in_words(access: Access) -> str:
    """Return what a proxy is called."""
    url = urlsplit(access.proxy)
    return f"the proxy {url.netloc.rpartition('@')[2]}"  # without the credentials it may carry
