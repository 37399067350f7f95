"""May I? Asked of the API server, to name the right that is missing."""

from __future__ import annotations

import asyncio
from shlex import quote
from typing import TYPE_CHECKING, Final

from podboard.model.role import ACCOUNT, EXEC
from podboard.model.text import one_line
from podboard.wire.explain import Explanation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podboard.kube.client import ApiClient
    from podboard.model.role import Right
    from podboard.model.target import Target

_PATH = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

WHO: Final = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
WHO_AM_I: Final = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
"""What is posted where, to be told as whom one is known."""

_LONGEST: Final = 600


async def missing_verbs(client: ApiClient, target: Target, right: Right) -> Sequence[str]:
    """Return the verbs of a right that the user lacks for a target.

    Raises:
        PodboardError: The server cannot be asked.
    """
    allowed = await asyncio.gather(*(is_allowed(client, target, verb, right.part) for verb in right.verbs))
    return [verb for verb, granted in zip(right.verbs, allowed, strict=True) if not granted]


async def is_allowed(client: ApiClient, target: Target, verb: str, subresource: str) -> bool:
    """Whether the user may do something with a target's pod; without a pod, with all in its namespace.

    Args:
        verb: As Roles have it.
        subresource: Of pods; empty for the pods themselves.

    Raises:
        PodboardError: The server cannot be asked.
    """
    attributes = {
        "namespace": target.namespace,
        "verb": verb,
        "resource": "pods",
        "subresource": subresource,
        "name": target.pod,
    }
    review = await client.post_json(
        _PATH,
        {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        },
    )
    status = review.get("status") if isinstance(review, dict) else None
    return isinstance(status, dict) and status.get("allowed") is True


def missing_right(user: str, verbs: Sequence[str], namespace: str, right: Right = EXEC) -> Explanation:
    """Say which verbs of a right a user lacks, and which Role would grant them.

    Args:
        user: As the server calls them.
        verbs: Those that are missing.
    """
    what = f"pods/{right.part}"
    kubectl = f"kubectl -n {quote(namespace)} create"
    role = f"{kubectl} role {right.role} --verb={','.join(right.verbs)} --resource={what}"
    binding = f"{kubectl} rolebinding {right.role} --role={right.role} {_subject(user)}"
    return Explanation(
        one_line(f'"{user}" may not {" and ".join(verbs)} {what} in {namespace}'),
        one_line(
            f"a Role must allow {' and '.join(right.verbs)} on {what}; who may can grant it: "
            f"{role} && {binding}",
            _LONGEST,
        ),
    )


def _subject(user: str) -> str:
    account = user.removeprefix(ACCOUNT)
    return f"--user={quote(user)}" if account == user else f"--serviceaccount={quote(account)}"
