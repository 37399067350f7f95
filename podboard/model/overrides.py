"""What the command line says about the cluster, over what the kubeconfig says."""

from __future__ import annotations

from podboard.model.secret import Discreet


class Overrides(Discreet, frozen=True, kw_only=True):
    """kubectl's flags for reaching a cluster; empty where a flag was not given. Its repr shows no secret.

    Attributes:
        kubeconfig: A file, read alone.
        context: As cluster and user, the name of an entry of the kubeconfig.
        server: Takes the place of the cluster's, and of its ``tls-server-name``.
        certificate_authority: A file; relative to the working folder.
        as_user: Whom to act as; groups and uid need it.
        request_timeout: Seconds that one request may take; 0 for podboard's own limits.
    """

    kubeconfig: str = ""
    context: str = ""
    cluster: str = ""
    user: str = ""
    namespace: str = ""
    server: str = ""
    tls_server_name: str = ""
    certificate_authority: str = ""
    insecure_skip_tls_verify: bool = False
    token: str = ""
    as_user: str = ""
    as_groups: tuple[str, ...] = ()
    as_uid: str = ""
    request_timeout: float = 0.0
