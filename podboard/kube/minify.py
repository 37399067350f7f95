"""A kubeconfig of one context that needs no files: ``kubectl config view --minify --flatten --raw``.

Two things are different: the token of a ``tokenFile`` is put in as well, since what is kept elsewhere
cannot name files, and extensions of the file as a whole are left out.
"""

from __future__ import annotations

import base64
import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import yaml

from podboard.errors import KubeconfigError
from podboard.model.text import one_line

if TYPE_CHECKING:
    from podboard.kube.access import Access
    from podboard.kube.kubeconfig import Entry, Kubeconfig

_CLUSTER: Final = ("server", "tls-server-name", "proxy-url")
_CLUSTER_FLAGS: Final = ("insecure-skip-tls-verify", "disable-compression")
_CONTEXT: Final = ("cluster", "user", "namespace")
_USER: Final = ("token", "username", "password", "as", "as-uid")
_USER_OTHER: Final = ("as-groups", "as-user-extra", "auth-provider", "exec")


def minified(config: Kubeconfig, access: Access) -> str:
    """Return the part of a kubeconfig that an access was made of, secrets included, as YAML.

    Args:
        access: What ``resolve`` made of one of its contexts, without flags that change more than the context.

    Raises:
        KubeconfigError: A file that it names cannot be read; names it and the entry.
    """
    context = config.contexts[access.context]
    clusters = [_named("cluster", access.cluster, _cluster(config.clusters[access.cluster]))]
    users = [_named("user", access.user, _user(config.users[access.user], access))] if access.user else []
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": access.context,
        "clusters": clusters,
        "contexts": [_named("context", access.context, _texts(context, _CONTEXT) | _extensions(context))],
        "users": users,
    }
    text: str = yaml.dump(document, Dumper=_Dumper, allow_unicode=True)
    return text


class _Dumper(yaml.SafeDumper):
    """Puts the text ``y`` and dates in quotes: to kubectl's YAML the one is a flag, the others are text."""


def _represent_date(dumper: _Dumper, value: date) -> yaml.ScalarNode:
    return dumper.represent_str(value.isoformat())


for kind in (date, datetime):
    _Dumper.add_representer(kind, _represent_date)
_Dumper.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"[yYnN]\Z"), list("yYnN"))


def _named(kind: str, name: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, kind: body}


def _cluster(entry: Entry) -> dict[str, Any]:
    return {
        **_texts(entry, _CLUSTER),
        **{key: True for key in _CLUSTER_FLAGS if entry.flag(key)},
        **_embedded(entry, "certificate-authority"),
        **_extensions(entry),
    }


def _user(entry: Entry, access: Access) -> dict[str, Any]:
    values = {
        **_texts(entry, _USER),
        **{key: entry.fields[key] for key in _USER_OTHER if entry.fields.get(key)},
        **_embedded(entry, "client-certificate"),
        **_embedded(entry, "client-key"),
        **_extensions(entry),
    }
    if access.token_file is not None:
        values["token"] = access.bearer_token()
    return values


def _texts(entry: Entry, keys: tuple[str, ...]) -> dict[str, str]:
    return {key: text for key in keys if (text := entry.text(key))}


def _extensions(entry: Entry) -> dict[str, Any]:
    extensions = entry.fields.get("extensions")
    return {"extensions": extensions} if extensions else {}


def _embedded(entry: Entry, key: str) -> dict[str, str]:
    """Return what a file holds that a field names, in the field for that."""
    data = "".join(entry.text(f"{key}-data").split())
    path = None if data else entry.path(key)
    if path is not None:
        try:
            data = base64.b64encode(path.read_bytes()).decode()
        except OSError as error:
            raise KubeconfigError(
                f"{key} of {entry.where} cannot be read: {one_line(str(path))}: {error.strerror}"
            ) from error
    return {f"{key}-data": data} if data else {}
