"""Access from within a pod, with the service account that Kubernetes gives it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from podboard.errors import NotInClusterError, UsageError
from podboard.kube.access import Access
from podboard.kube.impersonation import as_fields, impersonation
from podboard.kube.kubeconfig import flags_entry
from podboard.kube.proxy import proxy_from_environment
from podboard.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from podboard.model.overrides import Overrides

SERVICE_ACCOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where Kubernetes puts a token, the cluster's authority and the pod's namespace."""

CONTEXT: Final = "in-cluster"
"""What such an access is called where others have the name of a context."""


def is_in_cluster(environ: Mapping[str, str], folder: Path = SERVICE_ACCOUNT) -> bool:
    """Whether this is a pod that was told of its API server and given a token, by client-go's test."""
    told = environ.get("KUBERNETES_SERVICE_HOST") and environ.get("KUBERNETES_SERVICE_PORT")
    return bool(told) and (folder / "token").is_file()


def in_cluster_access(
    overrides: Overrides, environ: Mapping[str, str], folder: Path = SERVICE_ACCOUNT
) -> Access:
    """Return the access of this pod's service account; its token is read anew for every request.

    Flags mean what they mean with a kubeconfig. client-go overlooks all but three of them here, ``--as``
    among them: who asks to act as somebody with fewer rights should not find to have kept their own.

    Args:
        overrides: What the command line says.
        environ: For KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT, POD_NAMESPACE, the proxies.
        folder: Of the service account.

    Raises:
        NotInClusterError: This is no pod, or its service account is not whole.
        UsageError: A flag names a file that cannot be read.
    """
    host, ca_file = _host_and_authority(environ, folder)
    server = overrides.server or host
    return Access(
        server=server,
        namespace=overrides.namespace or _namespace(environ, folder),
        context=CONTEXT,
        cluster=CONTEXT,
        user="service account",
        ca=None if overrides.insecure_skip_tls_verify else _read(overrides.certificate_authority or ca_file),
        insecure=overrides.insecure_skip_tls_verify,
        tls_server_name=overrides.tls_server_name,
        token=overrides.token,
        token_file=None if overrides.token else folder / "token",
        proxy=proxy_from_environment(server, environ),
        impersonate=impersonation(flags_entry(as_fields(overrides))),
        request_timeout=overrides.request_timeout,
    )


def _host_and_authority(environ: Mapping[str, str], folder: Path) -> tuple[str, str]:
    # Takes a second to load, which only pods pay.
    from kubernetes.client import Configuration
    from kubernetes.config import ConfigException
    from kubernetes.config.incluster_config import InClusterConfigLoader

    found = Configuration()
    make_loader: Any = InClusterConfigLoader  # it ships without types
    loader = make_loader(str(folder / "token"), str(folder / "ca.crt"), environ=environ)
    try:
        loader.load_and_set(found)
    except (ConfigException, OSError) as error:
        reason = one_line(str(error)).rstrip(".")
        raise NotInClusterError(
            f"podboard has no access from within a cluster: {reason}",
            "name a kubeconfig with --kubeconfig, or give the pod a service account with its token",
        ) from error
    return found.host, str(found.ssl_ca_cert)


def _namespace(environ: Mapping[str, str], folder: Path) -> str:
    if named := environ.get("POD_NAMESPACE"):
        return named
    try:
        return (folder / "namespace").read_text("utf-8").strip() or "default"
    except (OSError, ValueError):
        return "default"


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"{one_line(path)} cannot be read: {error.strerror}") from error
