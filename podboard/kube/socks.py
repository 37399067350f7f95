"""Connections through a SOCKS5 proxy; imported only where there is one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from aiohttp_socks import ProxyConnector, ProxyType
from python_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError
from python_socks.async_.asyncio import Proxy

from podboard.kube.connections import watch_over
from podboard.kube.failures import SocksError
from podboard.kube.proxy import proxy_address

if TYPE_CHECKING:
    import ssl as tls

    from aiohttp.client_proto import ResponseHandler


class SocksConnector(ProxyConnector):
    """Opens connections through a proxy, which looks the server's name up.

    aiohttp-socks verifies the certificate against the URL's host only, so the TLS handshake is done here.
    """

    def __init__(self, proxy: str, tls_server_name: str, **settings: Any) -> None:
        url = urlsplit(proxy)
        host, port = proxy_address(proxy)
        super().__init__(
            host,
            port,
            ProxyType.SOCKS5,
            unquote(url.username or "") or None,
            unquote(url.password or "") or None,
            rdns=True,
            **settings,
        )
        self._name = tls_server_name

    async def _connect_via_proxy(
        self,
        host: str,
        port: int,
        ssl: tls.SSLContext | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - theirs
    ) -> tuple[asyncio.Transport, ResponseHandler]:
        """Open a connection; raises SocksError where the proxy does not."""
        proxy = Proxy(
            self._proxy_type,
            self._proxy_host,
            self._proxy_port,
            self._proxy_username,
            self._proxy_password,
            rdns=self._rdns,
        )
        try:
            tunnel = await proxy.connect(host, port, timeout)
        except ProxyTimeoutError:
            raise TimeoutError from None
        except ProxyConnectionError as error:
            cause = error.__cause__
            raise SocksError(error.errno, getattr(cause, "strerror", "") or "no reason given") from error
        except ProxyError as error:
            raise SocksError(None, str(error)) from error
        watch_over(tunnel)
        async with asyncio.timeout(timeout):
            return await self._loop.create_connection(
                self._factory,
                sock=tunnel,
                ssl=ssl,
                server_hostname=(self._name or host) if ssl is not None else None,
            )
