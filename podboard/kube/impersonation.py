"""Acting as somebody else: the headers that an API server understands.

Source: client-go's ``transport`` package, which spells what a header's name cannot hold as ``%xx``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from msgspec.structs import replace

from podboard.errors import KubeconfigError

if TYPE_CHECKING:
    from podboard.kube.kubeconfig import Entry
    from podboard.model.overrides import Overrides

_NAME_MAY_HOLD = "!#$&'*+-.^_`|~"
"""RFC 9110's tchar beside letters and digits, without the one that escapes."""


def as_fields(overrides: Overrides) -> dict[str, Any]:
    """Return what kubectl's ``--as`` flags lay over a user."""
    fields = {"as": overrides.as_user, "as-uid": overrides.as_uid, "as-groups": list(overrides.as_groups)}
    return {key: value for key, value in fields.items() if value}


def impersonation(user: Entry) -> tuple[tuple[str, str], ...]:
    """Return the headers that a user's ``as`` fields mean; raises KubeconfigError where they mean none."""
    headers = []
    for key, header in (("as", "Impersonate-User"), ("as-uid", "Impersonate-Uid")):
        if value := user.text(key):
            headers.append((header, value))
    headers += [("Impersonate-Group", group) for group in user.texts("as-groups")]
    extra = user.fields.get("as-user-extra") or {}
    if not isinstance(extra, dict) or not all(isinstance(name, str) for name in extra):
        raise KubeconfigError(f"as-user-extra of {user.where} must map names to lists of text")
    named = replace(user, where=f"as-user-extra of {user.where}", fields=extra)
    for name in extra:
        header = f"Impersonate-Extra-{quote(name, safe=_NAME_MAY_HOLD)}"
        headers += [(header, value) for value in named.texts(name)]
    if headers and not user.text("as"):
        raise KubeconfigError(
            f"{user.where} impersonates groups without a user", "add as, or remove the rest"
        )
    if not all(value.isprintable() for _, value in headers):
        raise KubeconfigError(f"{user.where} impersonates a name that no HTTP header can carry")
    return tuple(headers)
