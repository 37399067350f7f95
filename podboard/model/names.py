"""Names of Kubernetes objects, checked before they become part of a URL or of a command line.

They come from command lines, kubeconfigs and servers. A slash or a question mark in one would ask
the API for something else than a person was shown, and a leading dash would be an option to kubectl.
"""

from __future__ import annotations

import re

from podboard.errors import UsageError
from podboard.model.text import one_line

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LABEL_LIMIT = 63
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_SUBDOMAIN_LIMIT = 253


def checked_namespace(name: str) -> str:
    """Return a namespace's name, a DNS-1123 label; raises UsageError for any other text."""
    return _checked("namespace", name, _LABEL, _LABEL_LIMIT)


def checked_pod(name: str) -> str:
    """Return a pod's name, a DNS-1123 subdomain; raises UsageError for any other text."""
    return _checked("pod", name, _SUBDOMAIN, _SUBDOMAIN_LIMIT)


def checked_container(name: str) -> str:
    """Return a container's name, a DNS-1123 label; raises UsageError for any other text."""
    return _checked("container", name, _LABEL, _LABEL_LIMIT)


def _checked(kind: str, name: str, form: re.Pattern[str], limit: int) -> str:
    if len(name) > limit or not form.fullmatch(name):
        raise UsageError(
            f"{one_line(repr(name), 80)} is no name of a {kind}",
            "lower-case letters, digits and dashes, as kubectl get shows it",
        )
    return name
