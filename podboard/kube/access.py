"""How to reach one cluster and as whom: what a kubeconfig's context comes down to."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from podboard.errors import KubeconfigError
from podboard.kube.kubeconfig import read_kubeconfig
from podboard.kube.proxy import proxy_from_environment
from podboard.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from podboard.kube.kubeconfig import Entry, Kubeconfig


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A client's certificate and its key, PEM."""

    certificate: bytes
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One cluster, one user. Its repr shows no secret.

    Attributes:
        server: The API server's URL: scheme, host, port, perhaps a path; no slash at the end, no credentials.
        namespace: The context's, ``default`` where it names none.
        context: Names from the kubeconfig, as are cluster and user.
        ca: Certificates to trust instead of the system's, PEM.
        insecure: Trust any certificate: the person said so in the kubeconfig.
        tls_server_name: The name the server's certificate must carry, if it is not the URL's host.
        token_file: Read anew for every request: tokens in files are short-lived. Wins over ``token``.
        proxy: An http URL, perhaps with credentials; empty for none.
        impersonate: Headers that make the server act as somebody else, as kubectl's ``--as``.
    """

    server: str
    namespace: str = "default"
    context: str = ""
    cluster: str = ""
    user: str = ""
    ca: bytes | None = field(default=None, repr=False)
    insecure: bool = False
    tls_server_name: str = ""
    client_certificate: ClientCertificate | None = field(default=None, repr=False)
    token: str = field(default="", repr=False)
    token_file: Path | None = None
    username: str = ""
    password: str = field(default="", repr=False)
    proxy: str = field(default="", repr=False)
    impersonate: tuple[tuple[str, str], ...] = ()

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
                    raise KubeconfigError(f"the token file of {self._user} cannot be read") from error
        if not (token.isascii() and token.isprintable()) or " " in token:
            raise KubeconfigError(f"the token of {self._user} holds characters that no token has")
        return token

    def headers(self) -> list[tuple[str, str]]:
        """Return the headers that say who is asking; raises KubeconfigError as ``bearer_token`` does."""
        headers = list(self.impersonate)
        if token := self.bearer_token():
            headers.append(("Authorization", f"Bearer {token}"))
        elif self.username or self.password:
            pair = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
            headers.append(("Authorization", f"Basic {pair}"))
        return headers

    @property
    def _user(self) -> str:
        return f'user "{one_line(self.user)}"'


def load_access(
    kubeconfig: str | None, context: str | None, environ: Mapping[str, str], home: Path
) -> Access:
    """Read the kubeconfig as kubectl does and resolve one context.

    Args:
        kubeconfig: What ``--kubeconfig`` says.
        context: What ``--context`` says; the current context otherwise.
        environ: For KUBECONFIG and the proxy variables.
        home: The person's home folder.

    Raises:
        NoKubeconfigError: There is no kubeconfig.
        KubeconfigError: There is one, but nothing can be reached with it; names the file and the entry.
    """
    config = read_kubeconfig(kubeconfig, environ, home)
    return resolve(config, context or config.current_context, environ)


def resolve(config: Kubeconfig, context: str, environ: Mapping[str, str]) -> Access:
    """Return the access that a context means; raises KubeconfigError where it means none."""
    files = ", ".join(config.files)
    if not context:
        raise KubeconfigError(f"{files} sets no current context", _choice(config))
    entry = config.contexts.get(context)
    if entry is None:
        raise KubeconfigError(f'there is no context "{one_line(context)}" in {files}', _choice(config))
    cluster = _referred(entry, "cluster", config.clusters)
    user = _referred(entry, "user", config.users)
    _check_login_is_supported(user)
    server = _server(cluster, user)
    return Access(
        server=server,
        namespace=entry.text("namespace") or "default",
        context=context,
        cluster=entry.text("cluster"),
        user=entry.text("user"),
        ca=_ca(cluster),
        insecure=cluster.flag("insecure-skip-tls-verify"),
        tls_server_name=cluster.text("tls-server-name"),
        client_certificate=_client_certificate(user),
        token=user.text("token").strip(),
        token_file=user.path("tokenFile"),
        username=user.text("username"),
        password=user.text("password"),
        proxy=_proxy(cluster, server, environ),
        impersonate=_impersonate(user),
    )


def _choice(config: Kubeconfig) -> str:
    names = one_line(", ".join(config.contexts), 200)
    return f"choose one with --context: {names}" if names else "add a context to it"


def _referred(context: Entry, kind: str, entries: dict[str, Entry]) -> Entry:
    name = context.text(kind)
    if not name:
        raise KubeconfigError(f"{context.where} names no {kind}")
    if name not in entries:
        raise KubeconfigError(f'{context.where} names the {kind} "{one_line(name)}", which does not exist')
    return entries[name]


def _check_login_is_supported(user: Entry) -> None:
    basic = user.text("username") or user.text("password")
    if user.text("token") and basic:
        raise KubeconfigError(f"{user.where} has both a token and a password", "remove one of them")
    if basic or any(user.text(key) for key in ("token", "tokenFile", "client-certificate")):
        return  # as in kubectl, these win over a plugin
    if user.text("client-certificate-data"):
        return
    for key, name in (("exec", "a credential plugin"), ("auth-provider", "an auth provider")):
        if user.fields.get(key):
            raise KubeconfigError(
                f"{user.where} logs in through {name}, which podboard does not run yet",
                "use a context whose user has a token or a client certificate",
            )


def _server(cluster: Entry, user: Entry) -> str:
    text = cluster.text("server").strip()
    if not text:
        raise KubeconfigError(f"{cluster.where} names no server")
    if "://" not in text:
        text = f"{'https' if _speaks_of_tls(cluster, user) else 'http'}://{text}"
    if not _is_plain_url(text, ("https", "http")):
        raise KubeconfigError(
            f"the server of {cluster.where} is no plain http or https URL", "like https://10.0.0.1:6443"
        )
    return text.rstrip("/")


def _speaks_of_tls(cluster: Entry, user: Entry) -> bool:
    """Apply client-go's rule for a server without a scheme."""
    keys = ("certificate-authority", "certificate-authority-data", "insecure-skip-tls-verify")
    return any(cluster.fields.get(key) for key in keys) or any(
        user.fields.get(key) for key in ("client-certificate", "client-certificate-data")
    )


def _is_plain_url(text: str, schemes: tuple[str, ...], *, credentials: bool = False) -> bool:
    try:
        url = urlsplit(text)
        complete = bool(url.hostname) and url.port != 0
    except ValueError:
        return False
    clean = text.isascii() and text.isprintable() and " " not in text and not url.query and not url.fragment
    return complete and clean and url.scheme in schemes and (credentials or "@" not in url.netloc)


def _ca(cluster: Entry) -> bytes | None:
    ca = _pem(cluster, "certificate-authority")
    if ca is not None and cluster.flag("insecure-skip-tls-verify"):
        raise KubeconfigError(
            f"{cluster.where} names a certificate authority and says to skip verification",
            "remove insecure-skip-tls-verify",
        )
    return ca


def _client_certificate(user: Entry) -> ClientCertificate | None:
    certificate, key = _pem(user, "client-certificate"), _pem(user, "client-key")
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        missing = "client-key" if key is None else "client-certificate"
        raise KubeconfigError(f"{user.where} lacks a {missing}")
    return ClientCertificate(certificate, key)


def _pem(entry: Entry, key: str) -> bytes | None:
    """Return what ``key-data`` holds or the file that ``key`` names; data wins."""
    data = entry.text(f"{key}-data")
    if data:
        try:
            return base64.b64decode("".join(data.split()), validate=True)
        except (binascii.Error, ValueError):
            raise KubeconfigError(f"{key}-data of {entry.where} is no base64") from None
    path = entry.path(key)
    if path is None:
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        raise KubeconfigError(
            f"{key} of {entry.where} cannot be read: {one_line(str(path))}: {error.strerror}"
        ) from error


def _proxy(cluster: Entry, server: str, environ: Mapping[str, str]) -> str:
    configured = cluster.text("proxy-url")
    proxy = configured or proxy_from_environment(server, environ)
    if proxy and not _is_plain_url(proxy, ("http",), credentials=True):
        source = f"proxy-url of {cluster.where}" if configured else "the environment's proxy for the server"
        raise KubeconfigError(f"{source} is no http URL", "podboard goes through http proxies only")
    return proxy


def _impersonate(user: Entry) -> tuple[tuple[str, str], ...]:
    headers = []
    for key, header in (("as", "Impersonate-User"), ("as-uid", "Impersonate-Uid")):
        if value := user.text(key):
            headers.append((header, value))
    headers += [
        ("Impersonate-Group", group) for group in _texts(user, "as-groups", user.fields.get("as-groups"))
    ]
    extra = user.fields.get("as-user-extra") or {}
    if not isinstance(extra, dict):
        raise KubeconfigError(f"as-user-extra of {user.where} must map names to lists of text")
    for name, values in extra.items():
        headers += [(f"Impersonate-Extra-{name}", value) for value in _texts(user, "as-user-extra", values)]
    if headers and not user.text("as"):
        raise KubeconfigError(
            f"{user.where} impersonates groups without a user", "add as, or remove the rest"
        )
    if not all(text.isascii() and text.isprintable() for header in headers for text in header):
        raise KubeconfigError(f"{user.where} impersonates a name that no HTTP header can carry")
    return tuple(headers)


def _texts(user: Entry, key: str, values: object) -> list[str]:
    listed = values or []
    if not isinstance(listed, list) or not all(isinstance(value, str) for value in listed):
        raise KubeconfigError(f"{key} of {user.where} must be a list of text")
    return listed
