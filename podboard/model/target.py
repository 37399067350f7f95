"""What a terminal is opened in."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from podboard.model.text import one_line

DEBUGGER: Final = "podboard-debug-"
"""What the names of podboard's debug containers begin with."""


class Target(Struct, frozen=True):
    """One container of one pod.

    Attributes:
        container: Empty where the server may choose (a pod with one container).
        uid: The pod's uid, by which a replaced pod of the same name is told apart; may be empty.
    """

    namespace: str
    pod: str
    container: str = ""
    uid: str = ""

    def __str__(self) -> str:
        """Return it for a person: one line, whatever a server calls its pods."""
        name = f"{self.namespace}/{self.pod}"
        return one_line(f"{name} · {self.container}" if self.container else name)
