"""Failures of HTTP and TLS, turned into what a person can understand and act upon."""

from __future__ import annotations

import errno
import ssl
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from podboard.errors import ApiError, FailureKind, UnreachableError, UntrustedError
from podboard.kube.credentials import expiry
from podboard.kube.proxy import proxy_address
from podboard.kube.troubles import (
    CutOff,
    NoAnswer,
    NoConnection,
    NoName,
    NoProxy,
    NoTls,
    ProxyRefuses,
    SocksRefuses,
    Untrusted,
)
from podboard.model.duration import human_duration
from podboard.model.text import one_line
from podboard.wire.explain import explain, is_of_the_pod
from podboard.wire.status import parse_failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from podboard.errors import PodboardError
    from podboard.kube.access import Access
    from podboard.kube.credentials import Credentials


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
    from email.utils import parsedate_to_datetime

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
        error: A ``Trouble``, an ``HttpError``, or what the operating system raised.
    """
    if isinstance(error, Untrusted):
        who = proxy_in_words(access) if error.of_proxy else access.server
        return _untrusted(access, error.cause, who, of_proxy=error.of_proxy)
    for kind, tell in _TELLERS:
        if isinstance(error, kind):
            return UnreachableError(*tell(access, error))
    return no_api_server(access, 0)


def _no_tls(access: Access, error: NoTls) -> tuple[str, str]:
    return f"no TLS with {access.server}: {os_reason(error.cause)}", "is it an https server?"


def _refused_by_proxy(access: Access, error: ProxyRefuses) -> tuple[str, str]:
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


def _no_proxy(access: Access, error: NoProxy) -> tuple[str, str]:
    return (
        f"{proxy_in_words(access)} cannot be reached: {os_reason(error.cause)}",
        "check proxy-url in the kubeconfig, or HTTPS_PROXY",
    )


def _no_socks(access: Access, error: SocksRefuses) -> tuple[str, str]:
    reason = one_line(error.reason, 100).lower()
    return (
        f"{proxy_in_words(access)} does not connect to {urlsplit(access.server).netloc}: {reason}",
        "check user and password in its URL, and whether it can reach the server",
    )


def _no_name(_: Access, error: NoName) -> tuple[str, str]:
    return f"the name {one_line(error.host)} cannot be resolved", "check the network or the VPN"


def _no_connection(access: Access, error: NoConnection) -> tuple[str, str]:
    return (
        f"{access.server} cannot be reached: {os_reason(error.cause)}",
        "is the cluster up, and the VPN?",
    )


def _silence(access: Access, _: Exception) -> tuple[str, str]:
    limit = f" within {access.request_timeout:g} s" if access.request_timeout else ""
    return f"{access.server} does not answer{limit}", "is the cluster up, and the VPN?"


def _closed(access: Access, _: Exception) -> tuple[str, str]:
    return f"{access.server} closed the connection without an answer", "try again"


def _cut_off(access: Access, _: Exception) -> tuple[str, str]:
    return f"the answer of {access.server} was cut off", "try again"


def _cut(access: Access, error: OSError) -> tuple[str, str]:
    return f"the connection to {access.server} was cut: {os_reason(error)}", "try again"


# A TimeoutError is an OSError, too.
_TELLERS: tuple[tuple[type[Exception], Callable[[Access, Any], tuple[str, str]]], ...] = (
    (NoTls, _no_tls),
    (ProxyRefuses, _refused_by_proxy),
    (NoProxy, _no_proxy),
    (SocksRefuses, _no_socks),
    (NoName, _no_name),
    (NoConnection, _no_connection),
    (NoAnswer, _closed),
    (CutOff, _cut_off),
    (TimeoutError, _silence),
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
