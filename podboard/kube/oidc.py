"""The ``oidc`` auth provider of kubeconfigs: a login that somebody made, renewed with its refresh token.

Source: client-go's ``plugin/pkg/client/auth/oidc``. The ``kubernetes`` package has a renewal, too, but it
checks no certificate where the kubeconfig names no authority, insists on a client secret, and cannot be
interrupted; so it is done here.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote_plus, urlsplit

import aiohttp
import yaml

from podboard.errors import KubeconfigError, LoginError, NoKubeconfigError
from podboard.kube.access import basic, is_token
from podboard.kube.connections import make_connector, proxy_argument
from podboard.kube.credentials import Credentials, Issued, token_end
from podboard.kube.failures import os_reason
from podboard.kube.kubeconfig import read_kubeconfig
from podboard.kube.kubeconfig_yaml import NO_YAML, load_yaml
from podboard.kube.tls import make_trusting_context
from podboard.model.text import one_line
from podboard.model.urls import is_plain_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from podboard.kube.access import ClientCertificate, OidcProvider

log = logging.getLogger(__name__)

_EARLY: Final = 10.0
"""Seconds before its end from which a token counts as expired: clocks differ."""

_PATIENCE: Final = 30.0
"""Seconds for each question to the provider."""

_ANSWER_LIMIT: Final = 1024 * 1024
_OK: Final = 200


class Oidc:
    """Hands out the ID token of one login.

    Args:
        provider: Who renews it.
        certificate: Shown beside the token, where the kubeconfig has one.
    """

    def __init__(self, provider: OidcProvider, certificate: ClientCertificate | None) -> None:
        self._provider = provider
        self._certificate = certificate
        self._handed_out = ""

    async def fetch(self) -> Issued:
        """Return the token in the kubeconfig, or a new one where it has expired or was handed out before.

        Raises:
            LoginError: There is none, and none can be got.
        """
        tokens = await asyncio.to_thread(_read_tokens, self._provider)
        id_token, refresh_token = tokens.get("id-token", ""), tokens.get("refresh-token", "")
        end = token_end(id_token)
        if id_token == self._handed_out or end is None or end - _EARLY < time.time():
            if not refresh_token:
                raise LoginError(
                    f"the id-token of {self._provider.where} is no good any more, "
                    "and there is no refresh-token to get another",
                    "log in again",
                )
            id_token = await self._renewed(refresh_token)
            end = token_end(id_token)
        self._handed_out = id_token
        return Issued(Credentials(id_token, self._certificate), end - _EARLY if end is not None else None)

    async def _renewed(self, refresh_token: str) -> str:
        provider = self._provider
        try:
            answer = await _ask_for_tokens(provider, refresh_token)
        except (aiohttp.ClientError, OSError) as error:
            raise LoginError(
                f"the identity provider {_host(provider.issuer)} cannot be asked: {_reason(error)}",
                "check the network or the VPN, and idp-certificate-authority in the kubeconfig",
            ) from error
        id_token = answer.get("id_token")
        if not isinstance(id_token, str) or not id_token or not is_token(id_token):
            raise LoginError(
                f"the identity provider {_host(provider.issuer)} renews the login without an id_token",
                "log in again with the scope openid",
            )
        replaced = answer.get("refresh_token")
        if isinstance(replaced, str) and replaced not in ("", refresh_token):
            # The old one may be void from now on, for kubectl as well.
            new = {"id-token": id_token, "refresh-token": replaced}
            await asyncio.to_thread(_write_tokens, provider, new)
        return id_token


# -- the provider ---------------------------------------------------------------------------


async def _ask_for_tokens(provider: OidcProvider, refresh_token: str) -> dict[str, Any]:
    context = await asyncio.to_thread(make_trusting_context, provider.ca, provider.where)
    async with aiohttp.ClientSession(
        connector=make_connector(provider.proxy, context),
        proxy=proxy_argument(provider.proxy),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"Accept": "application/json"},
        timeout=aiohttp.ClientTimeout(total=_PATIENCE),
    ) as session:
        metadata = f"{provider.issuer}/.well-known/openid-configuration"
        async with session.get(metadata, allow_redirects=False) as response:
            endpoint = (await _json(response)).get("token_endpoint") if response.status == _OK else None
            if not isinstance(endpoint, str) or not is_plain_url(endpoint, ("https",)):
                raise LoginError(
                    f"{_host(provider.issuer)} does not answer like an identity provider ({response.status})",
                    "check idp-issuer-url in the kubeconfig",
                )
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        who = {"Authorization": basic(quote_plus(provider.client_id), quote_plus(provider.client_secret))}
        async with session.post(endpoint, data=form, headers=who, allow_redirects=False) as response:
            if response.status == _OK:
                return await _json(response)
        # Some want to be told in the form who asks; RFC 6749 leaves it to them.
        form["client_id"] = provider.client_id
        if provider.client_secret:
            form["client_secret"] = provider.client_secret
        async with session.post(endpoint, data=form, allow_redirects=False) as response:
            answer = await _json(response)
            if response.status == _OK:
                return answer
        error = answer.get("error")
        why = one_line(str(error), 80) if error else f"status {response.status}"
        raise LoginError(
            f"the identity provider {_host(provider.issuer)} does not renew the login: {why}", "log in again"
        )


async def _json(response: aiohttp.ClientResponse) -> dict[str, Any]:
    """Return a JSON object, empty where the answer is none."""
    try:
        answer = json.loads(await response.content.read(_ANSWER_LIMIT))
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _host(url: str) -> str:
    return urlsplit(url).netloc


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it does not answer"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "its certificate is not trusted"
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    return os_reason(cause) if isinstance(cause, OSError) else type(error).__name__


# -- the file -------------------------------------------------------------------------------


def _read_tokens(provider: OidcProvider) -> dict[str, str]:
    """Return the login as it stands in the file now; raises LoginError where it is gone."""
    try:
        users = read_kubeconfig(str(provider.file), {}, Path("/")).users
        config = _config(users[provider.user].fields)
    except (KubeconfigError, NoKubeconfigError, LookupError, TypeError):
        raise LoginError(f"{provider.where} is not there any more", "log in again") from None
    return {key: value for key, value in config.items() if isinstance(value, str)}


def _config(user: dict[str, Any]) -> dict[str, Any]:
    config = user["auth-provider"]["config"]
    if not isinstance(config, dict):
        raise TypeError
    return config


def _write_tokens(provider: OidcProvider, tokens: dict[str, str]) -> None:
    """Write a renewed login where the old one stood, as kubectl does."""
    path = provider.file.resolve()
    try:
        with _locked(path):
            document: Any = load_yaml(path.read_bytes())
            user = next(entry["user"] for entry in document["users"] if str(entry["name"]) == provider.user)
            _config(user).update(tokens)
            _replace(path, yaml.safe_dump(document, sort_keys=False, allow_unicode=True))
    except (OSError, *NO_YAML, TypeError, StopIteration) as error:
        # The renewed login is good as long as podboard runs.
        log.warning("the renewed login of %s could not be kept: %s", provider.where, type(error).__name__)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock that client-go takes to write to a kubeconfig; FileExistsError where another has it."""
    lock = path.with_name(f"{path.name}.lock")
    os.close(os.open(lock, os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _replace(path: Path, content: str) -> None:
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), path.stat().st_mode & 0o777)
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(name).unlink()
        raise
