"""May I? Asked of the API server, to name the right that is missing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from podboard.kube.client import ApiClient
    from podboard.model.target import Target

_PATH = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

EXEC_VERBS = ("get", "create")
"""What exec over a WebSocket needs on pods/exec: ``get`` since the request is a GET, ``create`` as well from
Kubernetes 1.35 on."""


async def missing_exec_verbs(client: ApiClient, target: Target) -> Sequence[str]:
    """Return the verbs on pods/exec that the user lacks for a target.

    Raises:
        PodboardError: The server cannot be asked.
    """
    allowed = await asyncio.gather(*(_may_exec(client, target, verb) for verb in EXEC_VERBS))
    return [verb for verb, granted in zip(EXEC_VERBS, allowed, strict=True) if not granted]


async def _may_exec(client: ApiClient, target: Target, verb: str) -> bool:
    attributes = {
        "namespace": target.namespace,
        "verb": verb,
        "resource": "pods",
        "subresource": "exec",
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
