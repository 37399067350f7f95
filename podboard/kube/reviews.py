"""May I? Asked of the API server, to name the right that is missing."""

from __future__ import annotations

import asyncio
from shlex import quote
from typing import TYPE_CHECKING, Final

from podboard.model.role import ACCOUNT, EXEC_VERBS, ROLE_NAME
from podboard.model.text import one_line
from podboard.wire.explain import Explanation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podboard.kube.client import ApiClient
    from podboard.model.target import Target

_PATH = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

_LONGEST: Final = 600


async def missing_exec_verbs(client: ApiClient, target: Target) -> Sequence[str]:
    """Return the verbs on pods/exec that the user lacks for a target.

    Raises:
        PodboardError: The server cannot be asked.
    """
    allowed = await asyncio.gather(*(is_allowed(client, target, verb, "exec") for verb in EXEC_VERBS))
    return [verb for verb, granted in zip(EXEC_VERBS, allowed, strict=True) if not granted]


async def is_allowed(client: ApiClient, target: Target, verb: str, subresource: str = "") -> bool:
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


def missing_right(user: str, verbs: Sequence[str], namespace: str) -> Explanation:
    """Say which verbs on pods/exec a user lacks, and which Role would grant them.

    Args:
        user: As the server calls them.
        verbs: Those that are missing.
    """
    kubectl = f"kubectl -n {quote(namespace)} create"
    role = f"{kubectl} role {ROLE_NAME} --verb={','.join(EXEC_VERBS)} --resource=pods/exec"
    binding = f"{kubectl} rolebinding {ROLE_NAME} --role={ROLE_NAME} {_subject(user)}"
    return Explanation(
        one_line(f'"{user}" may not {" and ".join(verbs)} pods/exec in {namespace}'),
        one_line(
            f"a Role must allow {' and '.join(EXEC_VERBS)} on pods/exec; who may can grant it: "
            f"{role} && {binding}",
            _LONGEST,
        ),
    )


def _subject(user: str) -> str:
    account = user.removeprefix(ACCOUNT)
    return f"--user={quote(user)}" if account == user else f"--serviceaccount={quote(account)}"
