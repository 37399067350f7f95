"""A shell that podboard started in a container, as long as nobody has seen its end."""

from __future__ import annotations

from msgspec import Struct


class Shell(Struct, frozen=True, kw_only=True):
    """What is needed to find it again.

    Attributes:
        marker: Letters and digits in the environment of all that was started from it.
        context: The kubeconfig's, empty where there was none.
        container: Empty where the server chose.
        started_at: RFC 3339 in UTC.
        owner: The podboard that looks after it, as ``session.own_process`` names processes.
        trouble: Why it could not be hung up, in words; None if nobody has tried.
    """

    marker: str
    context: str
    namespace: str
    pod_name: str
    container: str
    started_at: str
    owner: str
    trouble: str | None = None
