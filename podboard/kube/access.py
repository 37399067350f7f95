"""How to reach one cluster and as whom: what a kubeconfig's context and the flags come down to."""

from __future__ import annotations

import base64
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from podboard.errors import KubeconfigError
from podboard.model.secret import Discreet
from podboard.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class ClientCertificate(Discreet, frozen=True):
    """A client's certificate and its key, PEM."""

    certificate: bytes
    key: bytes


class InteractiveMode(StrEnum):
    """Whether a plugin wants to talk to the person."""

    NEVER = "Never"
    IF_AVAILABLE = "IfAvailable"
    ALWAYS = "Always"


class ExecPlugin(Discreet, frozen=True, kw_only=True):
    """A program that prints credentials, as ``client.authentication.k8s.io`` defines it.

    Attributes:
        where: The user's entry and its file, in words.
        command: An absolute path, or a name to be found on PATH.
        env: Added to podboard's own.
        api_version: The group and its version, which the output must have, too.
        install_hint: What to tell a person who lacks the program; from the file.
        cluster: What the plugin is told of the cluster; None where it is not to know.
    """

    where: str
    command: str
    args: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    api_version: str
    interactive: InteractiveMode
    install_hint: str = ""
    cluster: Mapping[str, Any] | None = None


class OidcProvider(Discreet, frozen=True, kw_only=True):
    """An OpenID Connect login that somebody else made, and that can be renewed.

    Attributes:
        where: The user's entry and its file, in words.
        user: The entry's name.
        file: Where the login stands: its tokens are read from there when they are needed, since kubectl
            renews them as well.
        issuer: The provider's https URL, no slash at the end.
        ca: Certificates to trust instead of the system's, PEM.
        proxy: As an Access's.
    """

    where: str
    user: str
    file: Path
    issuer: str
    client_id: str
    client_secret: str = ""
    ca: bytes | None = None
    proxy: str = ""


class Access(Discreet, frozen=True, kw_only=True):
    """One cluster, one user. Its repr shows no secret.

    Attributes:
        server: The API server's URL: scheme, host, port, perhaps a path; no slash at the end, no credentials.
        namespace: The flag's or the context's, ``default`` where neither names one.
        context: Names from the kubeconfig, as are cluster and user.
        ca: Certificates to trust instead of the system's, PEM.
        insecure: Trust any certificate: the person said so.
        tls_server_name: The name the server's certificate must carry, if it is not the URL's host.
        token_file: Read anew for every request: tokens in files are short-lived. Wins over ``token``.
        plugin: Asked for credentials where there are no others.
        oidc: As ``plugin``; only one of them is set.
        proxy: An http, https or socks5 URL, perhaps with credentials; empty for none.
        impersonate: Headers that make the server act as somebody else, as kubectl's ``--as``.
        request_timeout: Seconds that one request may take; 0 for podboard's own limits.
    """

    server: str
    namespace: str = "default"
    context: str = ""
    cluster: str = ""
    user: str = ""
    ca: bytes | None = None
    insecure: bool = False
    tls_server_name: str = ""
    client_certificate: ClientCertificate | None = None
    token: str = ""
    token_file: Path | None = None
    username: str = ""
    password: str = ""
    plugin: ExecPlugin | None = None
    oidc: OidcProvider | None = None
    proxy: str = ""
    impersonate: tuple[tuple[str, str], ...] = ()
    request_timeout: float = 0.0

    def bearer_token(self) -> str:
        """Return the token to send now, empty for none; a file that cannot be read leaves the fixed token.

        Raises:
            KubeconfigError: The file is the only source and cannot be read, or what it holds is no token.
        """
        token = self.token
        if self.token_file is not None:
            try:
                token = self.token_file.read_text("utf-8").strip() or token
            except (OSError, ValueError) as error:
                if not token:
                    raise KubeconfigError(f"the token file of {self.who} cannot be read") from error
        if not is_token(token):
            raise KubeconfigError(f"the token of {self.who} holds characters that no token has")
        return token

    def headers(self, token: str = "") -> list[tuple[str, str]]:
        """Return the headers that say who is asking.

        Args:
            token: A bearer token; where it is empty, user name and password are sent if there are any.
        """
        headers = list(self.impersonate)
        if token:
            headers.append(("Authorization", f"Bearer {token}"))
        elif self.username or self.password:
            headers.append(("Authorization", basic(self.username, self.password)))
        return headers

    @property
    def who(self) -> str:
        """The user, in words."""
        return f'user "{one_line(self.user)}"' if self.user else "the user"


def basic(name: str, password: str) -> str:
    """Return the Authorization that a name and a password make."""
    return f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"


def is_token(text: str) -> bool:
    """Whether a header can carry this as a token; none at all will do."""
    return text.isascii() and text.isprintable() and " " not in text
