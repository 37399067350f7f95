"""The network between here and an API server, looked at step by step."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from msgspec.structs import replace
from python_socks import ProxyError, ProxyType
from python_socks.async_.asyncio.v2 import Proxy

from podboard.errors import PodboardError, UnreachableError, UntrustedError
from podboard.kube.certificates import in_words, moment, read_certificate
from podboard.kube.failures import os_reason, proxy_answered, proxy_in_words, unreachable
from podboard.kube.proxy import is_socks, proxy_address
from podboard.kube.tls import make_ssl_context
from podboard.kube.troubles import NoConnection, NoName, NoProxy, NoTls, SocksRefuses, Untrusted
from podboard.model.checkup import Check, Result, Step, failed
from podboard.model.text import one_line
from podboard.probes import PATIENCE, connect, is_address, look_up

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from podboard.kube.access import Access
    from podboard.model.checkup import Fact

_PORTS: Final = {"http": 80, "https": 443}
_FEW: Final = 3
"""Names of a certificate that are told in a sentence."""


class Reach:
    """Reaches for a server as the client would, one step at a time.

    What fails is raised in the client's own errors, so that a person reads the same sentence everywhere.

    Args:
        access: Of the server.
    """

    def __init__(self, access: Access) -> None:
        url = urlsplit(access.server)
        self._access = access
        self._is_tls = url.scheme == "https"
        self._server = url.hostname or "", url.port or _PORTS[url.scheme]
        self._first = proxy_address(access.proxy) if access.proxy else self._server

    async def dns(self) -> Check:
        """Look up the name of the server, or of the proxy, which looks up the server's itself."""
        host, port = self._first
        if is_address(host):
            return Check(Step.DNS, Result.NOT_APPLICABLE, f"{host} is an address")
        with self._told(Step.DNS):
            addresses = tuple(await look_up(host, port))
        name = one_line(host, 100)
        facts: dict[str, Fact] = {"name": name, "addresses": addresses}
        return Check(Step.DNS, Result.OK, f"{name} is {', '.join(addresses)}", facts=facts)

    async def tcp(self) -> Check:
        """Connect to the server, or to the proxy."""
        with self._told(Step.TCP):
            _, writer = await connect(*self._first)
        peer = str(writer.get_extra_info("peername")[0])
        writer.transport.abort()
        return Check(Step.TCP, Result.OK, f"connected to {peer} port {self._first[1]}", facts={"peer": peer})

    async def proxy(self) -> Check:
        """Have the proxy connect to the server."""
        if not (self._is_tls or is_socks(self._access.proxy)):
            return Check(Step.PROXY, Result.NOT_APPLICABLE, "it is asked with each request")
        async with self._tunnel(await _context(self._access)):
            netloc = urlsplit(self._access.server).netloc
            return Check(Step.PROXY, Result.OK, f"{proxy_in_words(self._access)} connects to {netloc}")

    async def tls(self) -> Check:
        """Shake hands with the server, and see what certificate it shows."""
        if not self._is_tls:
            return Check(
                Step.TLS, Result.NOT_APPLICABLE, "plain http: anybody can read along, so nobody logs in"
            )
        try:
            facts = await self._shake_hands(self._access)
        except UntrustedError as error:
            facts = {}
            with contextlib.suppress(PodboardError):  # that it is not trusted is known without seeing it
                facts = await self._shake_hands(replace(self._access, ca=None, insecure=True))
            shown = f"; it is {_in_words(facts)}" if facts else ""
            return failed(Step.TLS, UntrustedError(f"{error.message}{shown}", error.hint), facts)
        if self._access.insecure:
            return Check(
                Step.TLS, Result.OK, f"{facts['protocol']}, NOT verified: {_in_words(facts)}",
                "whoever is in between can read everything: name the certificate-authority instead", facts,
            )  # fmt: skip
        return Check(Step.TLS, Result.OK, f"{facts['protocol']}, {_in_words(facts)}", facts=facts)

    async def _shake_hands(self, access: Access) -> dict[str, Fact]:
        context = await _context(access)
        async with self._line(context) as writer:
            with self._told(Step.TLS):
                async with asyncio.timeout(PATIENCE):
                    await writer.start_tls(context, server_hostname=access.tls_server_name or self._server[0])
            connection: ssl.SSLObject = writer.get_extra_info("ssl_object")
            certificate = read_certificate(connection.getpeercert(binary_form=True) or b"")
            facts: dict[str, Fact] = {"protocol": connection.version() or "", "verified": not access.insecure}
            if certificate is not None:
                facts |= {
                    "subject": certificate.subject,
                    "names": certificate.names,
                    "issuer": certificate.issuer,
                    "begins": moment(certificate.begins),
                    "expires": moment(certificate.ends),
                    "lasts": in_words(certificate.ends, time.time()),
                }
            return facts

    @contextlib.asynccontextmanager
    async def _line(self, context: ssl.SSLContext) -> AsyncIterator[asyncio.StreamWriter]:
        """Open a connection to the server, through the proxy if there is one."""
        if self._access.proxy:
            async with self._tunnel(context) as writer:
                yield writer
            return
        with self._told(Step.TCP):
            _, writer = await connect(*self._server)
        try:
            yield writer
        finally:
            writer.transport.abort()

    @contextlib.asynccontextmanager
    async def _tunnel(self, context: ssl.SSLContext) -> AsyncIterator[asyncio.StreamWriter]:
        url, (host, port) = urlsplit(self._access.proxy), self._first
        proxy = Proxy(
            ProxyType.SOCKS5 if is_socks(self._access.proxy) else ProxyType.HTTP,
            host,
            port,
            unquote(url.username or "") or None,
            unquote(url.password or "") or None,
            rdns=True,
            proxy_ssl=context if url.scheme == "https" else None,
        )
        with self._told(Step.PROXY):
            stream = await proxy.connect(*self._server, timeout=PATIENCE)
        try:
            yield stream.writer
        finally:
            stream.writer.transport.abort()

    @contextlib.contextmanager
    def _told(self, step: Step) -> Iterator[None]:
        try:
            yield
        except EOFError as error:
            raise self._failure(step, ProxyError("it closed the connection")) from error
        except (OSError, ProxyError) as error:
            raise self._failure(step, error) from error

    def _failure(self, step: Step, error: Exception) -> PodboardError:
        if step is Step.PROXY and not is_socks(self._access.proxy):
            match error:
                case ProxyError(error_code=int(status)):
                    return UnreachableError(*proxy_answered(self._access, status))
        return unreachable(self._access, self._trouble(step, error))

    def _trouble(self, step: Step, error: Exception) -> Exception:
        """Turn what Python raises into what the client would raise, which has a sentence for it."""
        trouble = error
        match step, error:
            case _, ssl.SSLCertVerificationError():
                trouble = Untrusted(error, of_proxy=step is not Step.TLS and bool(self._access.proxy))
            case Step.TLS, ssl.SSLError():
                trouble = NoTls(error)
            case Step.PROXY, TimeoutError():
                trouble = SocksRefuses("no answer")
            case Step.PROXY, ssl.SSLError():
                trouble = SocksRefuses(os_reason(error))
            case (Step.PROXY | Step.TCP, OSError() as cause) if self._access.proxy:
                trouble = NoProxy(cause)
            case Step.PROXY, _:
                trouble = SocksRefuses(str(error))
            case Step.DNS, OSError():
                trouble = NoName(self._first[0])
            case Step.TCP, OSError() if not isinstance(error, TimeoutError):
                trouble = NoConnection(error)
        return trouble


async def _context(access: Access) -> ssl.SSLContext:
    return await asyncio.to_thread(make_ssl_context, access, access.client_certificate)


def _in_words(facts: dict[str, Fact]) -> str:
    names = facts.get("names")
    if not isinstance(names, tuple):
        return "nothing that can be read"
    few = ", ".join(names[:_FEW]) or str(facts["subject"])
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return f"for {few}{more}, issued by {facts['issuer']}, {facts['lasts']}"
