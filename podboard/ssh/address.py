"""Where a host is, as somebody named it. Loads no asyncssh: a way has a name before it is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from podboard.model.text import one_line

if TYPE_CHECKING:
    from podboard.model.record import SshConnectionDetails


class Address(Struct, frozen=True):
    """A host as somebody named it.

    Attributes:
        host: A name, an address, or an alias of ssh_config.
        port: None where it was not said.
        username: Empty where it was not said.
    """

    host: str
    port: int | None = None
    username: str = ""

    def __str__(self) -> str:
        user = f"{self.username}@" if self.username else ""
        return one_line(
            f"{user}{self.host}" if self.port in (None, 22) else f"{user}{self.host}:{self.port}", 200
        )

    @property
    def options(self) -> dict[str, Any]:
        """What asyncssh is told of it, so that ssh_config completes it."""
        named: dict[str, Any] = {"host": self.host}
        if self.port is not None:
            named["port"] = self.port
        if self.username:
            named["username"] = self.username
        return named


def address_of(details: SshConnectionDetails) -> Address:
    """Return the host of a record as it names it."""
    port = details.port if "port" in details.fields else None
    return Address(details.text("host"), port, details.text("username"))
