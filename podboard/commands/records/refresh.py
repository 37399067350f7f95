"""``podboard records refresh-access``: the access at hand, written to records."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from podboard.commands.output import emit, harmless, note, table
from podboard.commands.records.store import in_store
from podboard.errors import NoKubeconfigError, RecordError, UsageError
from podboard.kube.incluster import in_cluster_access, is_in_cluster
from podboard.kube.kubeconfig import read_kubeconfig
from podboard.kube.minify import minified
from podboard.kube.resolve import resolve
from podboard.model.overrides import Overrides
from podboard.model.secret import Secret
from podboard.model.text import one_line

if TYPE_CHECKING:
    import argparse

    from podboard.kube.access import Access
    from podboard.model.record import Record
    from podboard.records.store import Store


class Found(Struct, frozen=True):
    """The access at hand.

    Attributes:
        where: Where it was found, in words.
        context: The kubeconfig's; None in a cluster.
        kubeconfig: None in a cluster, and where it would be of no use in a record.
        unused: Why a kubeconfig would be of no use, in words.
    """

    where: str
    context: str | None
    cluster_host: str
    certificate_authority_data: str | None
    kubeconfig: Secret[str] | None
    token: Secret[str] | None
    unused: str = ""

    @property
    def fields(self) -> list[str]:
        """The names of what was found."""
        names = ("cluster_host", "certificate_authority_data", "kubeconfig", "token")
        return [name for name in names if getattr(self, name) is not None]

    def written_to(self, record: Record) -> Record:
        """Return a record with this access; what was not found stays as it was.

        The authority belongs to the host and not to the record: it goes with it, found or not.
        """
        ca = self.certificate_authority_data
        return replace(
            record,
            cluster_host=self.cluster_host,
            certificate_authority_data=ca,
            insecure_skip_tls_verify=record.insecure_skip_tls_verify and ca is None,
            kubeconfig=self.kubeconfig or record.kubeconfig,
            token=self.token or record.token,
        )


def refresh_access(options: argparse.Namespace) -> int:
    """Write the access at hand to records, all or none."""
    if bool(options.names) == options.all:
        raise UsageError("say which records: their names, or --all")
    found = find_access(getattr(options, "kubeconfig", ""), getattr(options, "context", ""))
    chosen, others = in_store(options, lambda store: _choose(store, found, options.names))
    emit(f"{found.where}: {', '.join(found.fields)}")
    if found.unused:
        note(found.unused)
    if others:
        note(f"{len(others)} records of other contexts stay as they are: {_listed(others)}")
    if options.dry_run:
        if chosen:
            emit(
                table(
                    ("NAME", "CLUSTER_HOST"), [(record.name, record.cluster_host or "") for record in chosen]
                )
            )
        emit(f"Would update {len(chosen)} pod records with Kubernetes access configuration")
        return 0
    changed = [found.written_to(record) for record in chosen]
    in_store(options, lambda store: store.change(changed, before=chosen))
    emit(f"Updated {len(changed)} pod records with Kubernetes access configuration")
    return 0


def find_access(kubeconfig: str, context: str) -> Found:
    """Find the access at hand: the kubeconfig's as kubectl finds it, else, in a pod, the service account's.

    Args:
        kubeconfig: A file; empty for KUBECONFIG and the usual place.
        context: Empty for the current one.

    Raises:
        NoKubeconfigError: There is none, and this is no pod.
        KubeconfigError: There is one that cannot be used.
        NotInClusterError: This is a pod whose service account is not whole.
    """
    try:
        config = read_kubeconfig(kubeconfig or None, os.environ, Path.home())
    except NoKubeconfigError:
        if kubeconfig or context or not is_in_cluster(os.environ):
            raise
        access = in_cluster_access(Overrides(), os.environ)
        return _found("service account of this pod", None, access)
    access = resolve(config, Overrides(context=context), os.environ)
    where = f'kubeconfig {", ".join(config.files)}, context "{one_line(access.context)}"'
    if access.plugin is not None or access.oidc is not None:
        found = _found(where, access.context, access)
        return replace(
            found,
            unused=f"no kubeconfig is written: {access.who} logs in through a program or a provider, "
            "and a kubeconfig in a record may not",
        )
    text = Secret.of(minified(config, access))
    return replace(_found(where, access.context, access), kubeconfig=text)


def _found(where: str, context: str | None, access: Access) -> Found:
    token = access.bearer_token()
    return Found(
        where=where,
        context=context,
        cluster_host=access.server,
        certificate_authority_data=base64.b64encode(access.ca).decode() if access.ca else None,
        kubeconfig=None,
        token=Secret.of(token) if token else None,
    )


async def _choose(store: Store, found: Found, names: list[str]) -> tuple[list[Record], list[Record]]:
    """Return the records to write to, and those that are left since they belong to another context."""
    records = [await store.record(name) for name in dict.fromkeys(names)] or await store.records()
    others = [record for record in records if not _may_get(record, found)]
    if names and others:
        raise RecordError(
            f'{_listed(others)} belongs to the context "{one_line(others[0].context or "")}", '
            f'and the access at hand is that of "{one_line(found.context or "")}"',
            "choose that one with --context",
        )
    return [record for record in records if _may_get(record, found)], others


def _may_get(record: Record, found: Found) -> bool:
    return record.context is None or found.context is None or record.context == found.context


def _listed(records: list[Record]) -> str:
    return one_line(", ".join(f'"{harmless(record.name)}"' for record in records), 200)
