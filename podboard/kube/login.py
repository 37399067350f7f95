"""Where a client's credentials come from, for as long as it lives."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Protocol

from podboard.kube.access import InteractiveMode
from podboard.kube.credentials import Credentials

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

    from podboard.kube.access import Access
    from podboard.kube.credentials import Issued

    LendTerminal = Callable[[], AbstractAsyncContextManager[None]]
    """Gives the person's terminal away while the block lasts; whoever draws on it waits meanwhile."""


class Login(Protocol):
    """Credentials when they are needed, and others when those are refused."""

    async def credentials(self) -> Credentials:
        """Return what to send now.

        Raises:
            LoginError: There are none to be had.
            KubeconfigError: What is written down cannot be read.
        """
        ...

    async def renew(self, refused: Credentials) -> Credentials | None:
        """Return what to send instead of what the server did not accept; None where there is nothing else.

        Raises:
            LoginError: As ``credentials``, as all else.
        """
        ...

    async def close(self) -> None:
        """End what is still on its way."""
        ...


def make_login(access: Access, lend_terminal: LendTerminal | None) -> Login:
    """Return the login of an access.

    Args:
        lend_terminal: For plugins that talk to the person; None where no terminal can be lent.
    """
    if access.plugin is not None:
        from podboard.kube.plugin import Plugin

        return FetchedLogin(Plugin(access.plugin, access.request_timeout, lend_terminal).fetch)
    if access.oidc is not None:
        from podboard.kube.oidc import Oidc

        return FetchedLogin(Oidc(access.oidc, access.client_certificate).fetch)
    return WrittenLogin(access)


def may_ask(access: Access) -> bool:
    """Whether a plugin of an access talks to the person where it can."""
    return access.plugin is not None and access.plugin.interactive is not InteractiveMode.NEVER


class WrittenLogin:
    """What the kubeconfig or a file says; a token file may say something new."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def credentials(self) -> Credentials:
        """Return what is written down now."""
        return Credentials(self._access.bearer_token(), self._access.client_certificate)

    async def renew(self, refused: Credentials) -> Credentials | None:
        """Return the token that has taken the place of the refused one meanwhile, if one has."""
        now = await self.credentials()
        return now if now != refused else None

    async def close(self) -> None:
        """Do nothing: nothing is on its way."""


class FetchedLogin:
    """What somebody hands out: kept until it expires, and fetched once for all who wait for it.

    Args:
        fetch: Makes new credentials; raises LoginError.
    """

    def __init__(self, fetch: Callable[[], Awaitable[Issued]]) -> None:
        self._fetch = fetch
        self._issued: Issued | None = None
        self._fetching: asyncio.Task[Credentials] | None = None

    async def credentials(self) -> Credentials:
        """Return what was fetched, or fetch."""
        issued = self._issued
        if issued is None or (issued.until is not None and issued.until <= time.time()):
            return await self._fetch_once()
        return issued.credentials

    async def renew(self, refused: Credentials) -> Credentials | None:
        """Fetch anew, unless somebody else has done so since the refused ones were taken."""
        if self._issued is not None and self._issued.credentials is refused:
            return await self._fetch_once()
        return await self.credentials()

    async def close(self) -> None:
        """End a fetch."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.wait((self._fetching,))

    async def _fetch_once(self) -> Credentials:
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._fetch_and_keep())
            # Those who waited may have gone before it failed.
            self._fetching.add_done_callback(lambda task: task.cancelled() or task.exception())
        # One who stops waiting leaves it to the others.
        return await asyncio.shield(self._fetching)

    async def _fetch_and_keep(self) -> Credentials:
        try:
            self._issued = await self._fetch()
        finally:
            self._fetching = None
        return self._issued.credentials
