"""Names and numbers that nobody chose: suffixes, uids, container ids, digests."""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from random import Random

_SAFE: Final = "bcdfghjklmnpqrstvwxz2456789"
"""What Kubernetes makes suffixes of: no vowels and no digits like them, so no bad words."""


def suffix(random: Random) -> str:
    """Return the end of a generated name."""
    return "".join(random.choice(_SAFE) for _ in range(5))


def template_hash(text: str) -> str:
    """Return what stands for a pod template in the name of its ReplicaSet."""
    number = int(hashlib.sha256(text.encode()).hexdigest()[:14], 16)
    letters = []
    for _ in range(9):
        number, index = divmod(number, len(_SAFE))
        letters.append(_SAFE[index])
    return "".join(letters)


def new_uid() -> str:
    """Return an object's uid: another one in every cluster, whatever the names are."""
    return str(uuid.uuid4())


def digest(text: str) -> str:
    """Return 64 hexadecimal digits that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def container_id() -> str:
    """Return the id of one run of a container."""
    return f"containerd://{uuid.uuid4().hex}{uuid.uuid4().hex}"


def full_image_name(image: str) -> str:
    """Return an image's name with its registry, as the runtime reports it."""
    first, slash, _ = image.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return image
    return f"docker.io/{image}" if slash else f"docker.io/library/{image}"
