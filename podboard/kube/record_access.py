"""Access as a pod's record says: by its kubeconfig, or by its token.

A record may come from a database or an import that somebody else made. The *path* of a kubeconfig is a
reference to a file of the person's, and means what it means to kubectl: its plugins are run. The *content*
of one is somebody's text: a program or a file of this machine that it names is not touched, whatever
kubectl would do, or opening a pod could run what a stranger wrote, and send what a file holds to a
stranger's server. Whatever the person asked for with ``--as`` holds for records, too.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from msgspec.structs import replace

from podboard.errors import RecordError
from podboard.kube.access import Access
from podboard.kube.impersonation import as_fields, impersonation
from podboard.kube.kubeconfig import flags_entry, parse_kubeconfig, read_kubeconfig
from podboard.kube.proxy import proxy_from_environment
from podboard.kube.resolve import resolve
from podboard.model.overrides import Overrides
from podboard.model.text import one_line
from podboard.paths import expanded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from podboard.model.record import Record


def access_by_kubeconfig(
    record: Record, overrides: Overrides, environ: Mapping[str, str], home: Path
) -> Access:
    """Return the access of a record's kubeconfig, in the record's context or the kubeconfig's current one.

    Args:
        record: Its kubeconfig is content (a secret) or the path of a file.
        overrides: Of these, only whom to act as and how long to wait: the rest is about another kubeconfig.
        environ: For the proxy variables.
        home: What a path's ``~`` means.

    Raises:
        RecordError: The record has no kubeconfig.
        NoKubeconfigError: There is no such file.
        KubeconfigError: Nothing can be reached with it, or its content names files or programs.
        SealError: The content is sealed and cannot be opened.
    """
    if record.kubeconfig is None:
        raise RecordError(f"{_name(record)} has no kubeconfig")
    if isinstance(record.kubeconfig, str):
        path = record.kubeconfig
        path = f"{home}{path[1:]}" if path.startswith("~/") else str(expanded(path))
        config = read_kubeconfig(path, {}, home)
    else:
        config = parse_kubeconfig(record.kubeconfig.reveal(), f"the kubeconfig of {_name(record)}")
    return resolve(config, _kept(overrides, record.context or ""), environ)


def access_by_token(record: Record, overrides: Overrides, environ: Mapping[str, str]) -> Access:
    """Return the access of a record's token to its ``cluster_host``.

    The server is verified against the record's authority, or the system's where it names none; only a record
    that says ``insecure_skip_tls_verify`` gets by without.

    Args:
        record: It has both.
        overrides: As for ``access_by_kubeconfig``.
        environ: For the proxy variables.

    Raises:
        RecordError: One is missing, the authority is no base64, or the token would travel in the open.
        SealError: The token is sealed and cannot be opened.
    """
    if record.token is None or record.cluster_host is None:
        raise RecordError(
            f"{_name(record)} lacks a {'token' if record.token is None else 'cluster_host'}",
            "a token needs a cluster_host, and the other way round",
        )
    server = record.cluster_host.rstrip("/")
    if not server.startswith("https://"):
        raise RecordError(
            f"{_name(record)} would send its token to {one_line(server)} in the open",
            "cluster_host must be an https URL",
        )
    return Access(
        server=server,
        namespace=record.namespace or "default",
        context=record.context or "",
        cluster=record.name,
        user=record.name,
        ca=_authority(record),
        insecure=record.insecure_skip_tls_verify,
        token=record.token.reveal().strip(),
        proxy=proxy_from_environment(server, environ),
        impersonate=impersonation(flags_entry(as_fields(overrides))),
        request_timeout=overrides.request_timeout,
    )


def _kept(overrides: Overrides, context: str) -> Overrides:
    return replace(
        Overrides(context=context),
        as_user=overrides.as_user,
        as_groups=overrides.as_groups,
        as_uid=overrides.as_uid,
        request_timeout=overrides.request_timeout,
    )


def _authority(record: Record) -> bytes | None:
    if record.certificate_authority_data is None or record.insecure_skip_tls_verify:
        return None
    try:
        return base64.b64decode("".join(record.certificate_authority_data.split()), validate=True)
    except (binascii.Error, ValueError):
        raise RecordError(f"certificate_authority_data of {_name(record)} is no base64") from None


def _name(record: Record) -> str:
    return f'the record "{one_line(record.name)}"'
