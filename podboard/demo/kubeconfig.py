"""The file that leads any Kubernetes client to the embedded cluster."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from podboard.demo.pki import Identity

CLUSTER: Final = "podboard-demo"


@dataclass(frozen=True, slots=True)
class Login:
    """One way into the cluster: a user of the kubeconfig and the context that names it.

    Attributes:
        name: Of the context and the user.
        namespace: The context's.
        credential: A client certificate, or a bearer token.
    """

    name: str
    namespace: str
    credential: Identity | str


def kubeconfig_text(server: str, authority: bytes, logins: tuple[Login, ...]) -> str:
    """Write a kubeconfig whose current context is the first login's.

    Args:
        server: The API server's URL.
        authority: The certificate to trust, PEM.
        logins: At least one; names must be plain (they are not quoted).
    """
    lines = [
        "apiVersion: v1",
        "kind: Config",
        "clusters:",
        f"- name: {CLUSTER}",
        "  cluster:",
        f"    server: {server}",
        f"    certificate-authority-data: {_base64(authority)}",
        "contexts:",
    ]
    for login in logins:
        lines += [
            f"- name: {login.name}",
            "  context:",
            f"    cluster: {CLUSTER}",
            f"    namespace: {login.namespace}",
            f"    user: {login.name}",
        ]
    lines.append("users:")
    for login in logins:
        lines += [f"- name: {login.name}", "  user:", *_credential(login.credential)]
    lines += [f"current-context: {logins[0].name}", "preferences: {}", ""]
    return "\n".join(lines)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, from its first byte on."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def _credential(credential: Identity | str) -> list[str]:
    if isinstance(credential, str):
        return [f"    token: {credential}"]
    return [
        f"    client-certificate-data: {_base64(credential.certificate)}",
        f"    client-key-data: {_base64(credential.key)}",
    ]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
