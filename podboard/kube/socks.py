"""Connections through a SOCKS5 proxy; imported only where there is one."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import aiohttp
from aiohttp_socks import ProxyConnector, ProxyType
from python_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError
from python_socks.async_.asyncio import Proxy

from podboard.kube.lines import watch_over
from podboard.kube.proxy import proxy_address
from podboard.kube.troubles import NoProxy, SocksRefuses

if TYPE_CHECKING:
    import socket

    from aiohttp.client_proto import ResponseHandler


class SocksConnector(ProxyConnector):
    """Opens connections through a proxy, which looks the server's name up.

    aiohttp-socks expects the URL's host in the certificate, whatever a request says, and its failures are
    none of aiohttp's; so the connection is made here, of the same parts.
    """

    def __init__(self, proxy: str, **settings: Any) -> None:
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

    async def _wrap_create_connection(
        self,
        *factory: Any,
        addr_infos: Any,
        req: aiohttp.ClientRequest,
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's own
        client_error: type[Exception] = aiohttp.ClientConnectorError,
        **tls: Any,
    ) -> tuple[asyncio.Transport, ResponseHandler]:
        """Open a connection; raises as aiohttp's own, and a Trouble where the proxy does not connect."""
        host, port = addr_infos[0][4][:2]
        try:
            async with asyncio.timeout(timeout.sock_connect):
                tunnel = await self._tunnel(host, port)
                return await self._loop.create_connection(*factory, sock=tunnel, **tls)
        except ssl.SSLCertVerificationError as error:
            raise aiohttp.ClientConnectorCertificateError(req.connection_key, error) from error
        except ssl.SSLError as error:
            raise aiohttp.ClientConnectorSSLError(req.connection_key, error) from error
        except TimeoutError:
            raise
        except OSError as error:
            raise client_error(req.connection_key, error) from error

    async def _tunnel(self, host: str, port: int) -> socket.socket:
        proxy = Proxy(
            self._proxy_type,
            self._proxy_host,
            self._proxy_port,
            self._proxy_username,
            self._proxy_password,
            rdns=self._rdns,
        )
        try:
            tunnel = await proxy.connect(host, port)
        except ProxyTimeoutError:
            raise TimeoutError from None
        except ProxyConnectionError as error:
            cause = error.__cause__
            raise (NoProxy(cause) if isinstance(cause, OSError) else SocksRefuses(str(error))) from error
        except ProxyError as error:
            raise SocksRefuses(str(error)) from error
        watch_over(tunnel)
        return tunnel
