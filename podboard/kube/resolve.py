"""From kubeconfig and flags to an Access, by client-go's rules.

Source: client-go's ``tools/clientcmd`` (what overrides what, what contradicts what) and ``rest`` (which
credentials win over which).
"""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from podboard.errors import KubeconfigError, NoKubeconfigError, UsageError
from podboard.kube.access import Access, ClientCertificate, ExecPlugin, InteractiveMode, OidcProvider
from podboard.kube.impersonation import as_fields, impersonation
from podboard.kube.kubeconfig import Kubeconfig, flags_entry, read_kubeconfig
from podboard.kube.proxy import CONFIGURED_SCHEMES, proxy_from_environment
from podboard.model.text import one_line
from podboard.model.urls import is_plain_url

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from podboard.kube.kubeconfig import Entry
    from podboard.model.overrides import Overrides

_EXEC_GROUP: Final = "client.authentication.k8s.io"
_EXEC_VERSIONS: Final = (f"{_EXEC_GROUP}/v1", f"{_EXEC_GROUP}/v1beta1")
_EXEC_EXTENSION: Final = f"{_EXEC_GROUP}/exec"
"""The extension of a cluster that its plugin is told."""


def load_access(overrides: Overrides, environ: Mapping[str, str], home: Path) -> Access:
    """Read the kubeconfig as kubectl does and resolve one context.

    Args:
        overrides: What the command line says.
        environ: For KUBECONFIG and the proxy variables.
        home: The person's home folder.

    Raises:
        NoKubeconfigError: There is no kubeconfig, and no flag names a server.
        KubeconfigError: There is one, but nothing can be reached with it; names the file and the entry.
        UsageError: Flags contradict each other.
    """
    try:
        config = read_kubeconfig(overrides.kubeconfig or None, environ, home)
    except NoKubeconfigError:
        if overrides.kubeconfig or not overrides.server:
            raise
        config = Kubeconfig()
    return resolve(config, overrides, environ)


def resolve(config: Kubeconfig, overrides: Overrides, environ: Mapping[str, str]) -> Access:
    """Return the access that a context and the flags mean; raises as ``load_access``."""
    name = overrides.context or config.current_context
    context = _context(config, name, overrides)
    cluster_name = overrides.cluster or context.text("cluster")
    user_name = overrides.user or context.text("user")
    cluster = _with_cluster_flags(_cluster(config, context, cluster_name, overrides), overrides)
    user = _with_user_flags(_user(config, context, user_name, overrides), overrides)
    server = _server(cluster)
    access = Access(
        server=server,
        namespace=overrides.namespace or context.text("namespace") or "default",
        context=name,
        cluster=cluster_name,
        user=user_name,
        ca=_ca(cluster),
        insecure=cluster.flag("insecure-skip-tls-verify"),
        tls_server_name=cluster.text("tls-server-name"),
        proxy=_proxy(cluster, server, environ),
        impersonate=impersonation(user),
        request_timeout=overrides.request_timeout,
    )
    # client-go sends credentials over TLS only.
    return _with_login(access, cluster, user, environ) if server.startswith("https:") else access


# -- entries --------------------------------------------------------------------------------


def _context(config: Kubeconfig, name: str, overrides: Overrides) -> Entry:
    files = ", ".join(config.files)
    if name in config.contexts:
        return config.contexts[name]
    if name:
        raise KubeconfigError(f'there is no context "{one_line(name)}" in {files}', _choice(config))
    if not (overrides.cluster or overrides.server):
        raise KubeconfigError(f"{files} sets no current context", _choice(config))
    return flags_entry({})


def _choice(config: Kubeconfig) -> str:
    names = one_line(", ".join(config.contexts), 200)
    return f"choose one with --context: {names}" if names else "add a context to it"


def _cluster(config: Kubeconfig, context: Entry, name: str, overrides: Overrides) -> Entry:
    if name in config.clusters:
        return config.clusters[name]
    if overrides.cluster or not overrides.server:
        raise _missing(context, "cluster", name, flag=bool(overrides.cluster))
    return flags_entry({})


def _user(config: Kubeconfig, context: Entry, name: str, overrides: Overrides) -> Entry:
    """Return the user; one who is not named is nobody in particular, as for kubectl."""
    if name in config.users:
        return config.users[name]
    if overrides.user or (name and not overrides.token):
        raise _missing(context, "user", name, flag=bool(overrides.user))
    return flags_entry({})


def _missing(context: Entry, kind: str, name: str, *, flag: bool) -> KubeconfigError:
    if not name:
        return KubeconfigError(f"{context.where} names no {kind}")
    who = f"--{kind}" if flag else context.where
    return KubeconfigError(f'{who} names the {kind} "{one_line(name)}", which does not exist')


def _with_cluster_flags(cluster: Entry, overrides: Overrides) -> Entry:
    """Lay the flags over a cluster; what says whom to trust is taken whole from one of the two."""
    if overrides.certificate_authority and overrides.insecure_skip_tls_verify:
        raise UsageError(
            "--certificate-authority and --insecure-skip-tls-verify contradict each other", "give one"
        )
    fields = dict(cluster.fields)
    if overrides.server:
        fields["server"] = overrides.server
    if overrides.server or overrides.tls_server_name:
        fields["tls-server-name"] = overrides.tls_server_name
    if overrides.insecure_skip_tls_verify or overrides.certificate_authority:
        for key in ("certificate-authority", "certificate-authority-data", "insecure-skip-tls-verify"):
            fields.pop(key, None)
    if overrides.insecure_skip_tls_verify:
        fields["insecure-skip-tls-verify"] = True
    if overrides.certificate_authority:
        fields["certificate-authority"] = str(Path.cwd() / overrides.certificate_authority)
    names = ("server", "tls_server_name", "certificate_authority", "insecure_skip_tls_verify")
    return _laid_over(cluster, fields, [name for name in names if getattr(overrides, name)])


def _with_user_flags(user: Entry, overrides: Overrides) -> Entry:
    token = {"token": overrides.token} if overrides.token else {}
    given = {**token, **as_fields(overrides)}
    return _laid_over(user, {**user.fields, **given}, [key.replace("groups", "group") for key in given])


def _laid_over(entry: Entry, fields: dict[str, Any], flags: Sequence[str]) -> Entry:
    """Return an entry with fields of which some are flags', which messages then name."""
    given = ", ".join(f"--{flag.replace('_', '-')}" for flag in flags)
    return replace(entry, fields=fields, where=f"{entry.where} with {given}" if given else entry.where)


# -- the cluster ----------------------------------------------------------------------------


def _server(cluster: Entry) -> str:
    text = cluster.text("server").strip()
    if not text:
        raise KubeconfigError(f"{cluster.where} names no server")
    if "://" not in text:
        text = f"http://{text}"  # whatever else the cluster says of TLS
    if not is_plain_url(text, ("https", "http")):
        raise KubeconfigError(
            f"the server of {cluster.where} is no plain http or https URL", "like https://10.0.0.1:6443"
        )
    return text.rstrip("/")


def _ca(cluster: Entry) -> bytes | None:
    ca = _pem(cluster, "certificate-authority")
    if ca is not None and cluster.flag("insecure-skip-tls-verify"):
        raise KubeconfigError(
            f"{cluster.where} names a certificate authority and says to skip verification",
            "remove insecure-skip-tls-verify",
        )
    return ca


def _proxy(cluster: Entry, server: str, environ: Mapping[str, str]) -> str:
    proxy = cluster.text("proxy-url")
    if not proxy:
        return proxy_from_environment(server, environ)
    if not is_plain_url(proxy, CONFIGURED_SCHEMES, credentials=True):
        raise KubeconfigError(
            f"proxy-url of {cluster.where} is no http, https or socks5 URL", "like http://proxy:3128"
        )
    return proxy


# -- the user -------------------------------------------------------------------------------


def _with_login(access: Access, cluster: Entry, user: Entry, environ: Mapping[str, str]) -> Access:
    """Add the credentials, or what finds them: whatever is written down wins over a plugin."""
    token, username, password = user.text("token").strip(), user.text("username"), user.text("password")
    if token and (username or password):
        raise KubeconfigError(f"{user.where} has both a token and a password", "remove one of them")
    access = replace(
        access,
        client_certificate=_client_certificate(user),
        token=token,
        token_file=user.path("tokenFile"),
        username=username,
        password=password,
    )
    body, provider = user.fields.get("exec"), user.fields.get("auth-provider")
    if body and provider:
        raise KubeconfigError(f"{user.where} has both an exec plugin and an auth-provider", "remove one")
    # What is not needed must be right all the same, as for kubectl.
    plugin = _plugin(_part(user, "exec"), cluster, access) if body else None
    oidc = _oidc(_part(user, "auth-provider"), access.user, environ) if provider else None
    if token or access.token_file is not None or username or password:
        return access
    return replace(access, plugin=plugin if access.client_certificate is None else None, oidc=oidc)


def _client_certificate(user: Entry) -> ClientCertificate | None:
    certificate, key = _pem(user, "client-certificate"), _pem(user, "client-key")
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        missing = "client-key" if key is None else "client-certificate"
        raise KubeconfigError(f"{user.where} lacks a {missing}")
    return ClientCertificate(certificate, key)


def _part(user: Entry, key: str) -> Entry:
    """Return the body of a way to log in, as an entry of its own."""
    body = user.fields[key]
    if not isinstance(body, dict):
        raise KubeconfigError(f"{key} of {user.where} must be a map")
    if not user.own:
        raise KubeconfigError(
            f"{user.where} logs in through {key}, and only a kubeconfig that is a file may",
            "give the kubeconfig a token or a client certificate, or name it by its path",
        )
    return replace(user, where=f"{key} of {user.where}", fields=body)


def _plugin(plugin: Entry, cluster: Entry, access: Access) -> ExecPlugin:
    command = plugin.text("command")
    if not command:
        raise KubeconfigError(f"{plugin.where} names no command")
    args, env = tuple(plugin.texts("args")), _environment(plugin)
    if any("\0" in text for text in (command, *args, *(part for pair in env for part in pair))):
        raise KubeconfigError(f"{plugin.where} holds a NUL character, which no program can be given")
    version = plugin.text("apiVersion")
    if version not in _EXEC_VERSIONS:
        raise KubeconfigError(
            f'{plugin.where} has the apiVersion "{one_line(version)}"', f"it may be {_either(_EXEC_VERSIONS)}"
        )
    # What is no path is looked for on PATH, never beside the kubeconfig.
    path = str(plugin.file.parent / command) if "/" in command else command
    return ExecPlugin(
        where=plugin.where,
        command=path,
        args=args,
        env=env,
        api_version=version,
        interactive=_interactive_mode(plugin, version),
        install_hint=one_line(plugin.text("installHint")),
        cluster=_told_of(cluster, access) if plugin.flag("provideClusterInfo") else None,
    )


def _interactive_mode(plugin: Entry, version: str) -> InteractiveMode:
    mode = plugin.text("interactiveMode")
    if not mode and version.endswith("/v1beta1"):
        return InteractiveMode.IF_AVAILABLE  # the only version in which it may be left out
    try:
        return InteractiveMode(mode)
    except ValueError:
        raise KubeconfigError(
            f'{plugin.where} has the interactiveMode "{one_line(mode)}"',
            f"it must be {_either(tuple(InteractiveMode))}",
        ) from None


def _either(choices: tuple[str, ...]) -> str:
    return f"{', '.join(choices[:-1])} or {choices[-1]}"


def _environment(plugin: Entry) -> tuple[tuple[str, str], ...]:
    listed = plugin.fields.get("env") or []
    if not isinstance(listed, list):
        raise KubeconfigError(f"env of {plugin.where} must be a list")
    pairs = []
    for item in listed:
        fields = item if isinstance(item, dict) else {}
        variable = replace(plugin, where=f"env of {plugin.where}", fields=fields)
        name, value = variable.text("name"), variable.text("value")
        if not name or "=" in name:
            raise KubeconfigError(f"env of {plugin.where} holds a variable without a proper name")
        pairs.append((name, value))
    return tuple(pairs)


def _told_of(cluster: Entry, access: Access) -> Mapping[str, Any]:
    """Return ``spec.cluster`` of an ExecCredential."""
    told: dict[str, Any] = {"server": cluster.text("server").strip()}
    if access.tls_server_name:
        told["tls-server-name"] = access.tls_server_name
    if access.insecure:
        told["insecure-skip-tls-verify"] = True
    if access.ca is not None:
        told["certificate-authority-data"] = base64.b64encode(access.ca).decode()
    if proxy := cluster.text("proxy-url"):
        told["proxy-url"] = proxy
    if cluster.flag("disable-compression"):
        told["disable-compression"] = True
    told["config"] = _extension(cluster)
    return told


def _extension(cluster: Entry) -> object:
    listed = cluster.fields.get("extensions")
    for item in listed if isinstance(listed, list) else []:
        if isinstance(item, dict) and item.get("name") == _EXEC_EXTENSION:
            return item.get("extension")
    return None


def _oidc(provider: Entry, user: str, environ: Mapping[str, str]) -> OidcProvider:
    name = provider.text("name")
    if name != "oidc":
        raise KubeconfigError(
            f'{provider.where} is "{one_line(name)}", which kubectl has given up, too',
            "let its successor write the user anew: an exec plugin as gke-gcloud-auth-plugin or kubelogin",
        )
    body = provider.fields.get("config")
    config = replace(provider, fields=body if isinstance(body, dict) else {})
    issuer, client_id = config.text("idp-issuer-url"), config.text("client-id")
    if not client_id or not is_plain_url(issuer, ("https",)):
        raise KubeconfigError(f"{provider.where} must name a client-id and, as idp-issuer-url, an https URL")
    return OidcProvider(
        where=provider.where,
        user=user,
        file=provider.file,
        issuer=issuer.rstrip("/"),
        client_id=client_id,
        client_secret=config.text("client-secret"),
        ca=_pem(config, "idp-certificate-authority"),
        proxy=proxy_from_environment(issuer, environ),
    )


# -- values ---------------------------------------------------------------------------------


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
