"""What a person is asked on the way to a host, and who asks.

What comes from a server (prompts, titles, instructions) is made printable before it becomes part of a
question; it is still a stranger's text and says nothing in podboard's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Sequence


class Prompt(NamedTuple):
    """One line to be answered; without ``echo`` the answer is not to be seen."""

    text: str
    echo: bool = False


class PassphraseQuestion(Struct, frozen=True):
    """What opens an encrypted private key.

    Attributes:
        host: The host it is for, as ``ops@bastion:2222``.
        key: The key's file, or words for one that has none.
        again: The last answer did not open it.
    """

    host: str
    key: str
    again: bool = False

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """One, hidden."""
        return (Prompt(f"passphrase of {self.key}"),)


class PasswordQuestion(Struct, frozen=True):
    """A person's password on a host.

    Attributes:
        host: As ``ops@bastion:2222``.
        again: The last answer was refused.
    """

    host: str
    again: bool = False

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """One, hidden."""
        return (Prompt(f"password of {self.host}"),)


class ServerQuestion(Struct, frozen=True):
    """What a server wants to know (keyboard-interactive): a password, a code, both.

    Attributes:
        host: Who asks, as ``ops@bastion:2222``.
        title: The server's; may be empty.
        instructions: The server's, of several lines; may be empty.
        prompts: The server's.
        again: The last answers were refused.
    """

    host: str
    title: str
    instructions: str
    prompts: tuple[Prompt, ...]
    again: bool = False


class HostKeyQuestion(Struct, frozen=True):
    """Whether an unknown host key is the host's own.

    Attributes:
        host: The name under which it would be known.
        port: 22 where nothing else was said.
        key_type: As ``ssh-ed25519``.
        fingerprint: As ``SHA256:...``.
        public_key: The key as a line: its type and its base64.
    """

    host: str
    port: int
    key_type: str
    fingerprint: str
    public_key: str


SecretQuestion: TypeAlias = PassphraseQuestion | PasswordQuestion | ServerQuestion
"""What is answered with one text for each of its ``prompts``."""


class Ask(Protocol):
    """Who can be asked."""

    async def answer(self, question: SecretQuestion) -> Sequence[str] | None:
        """Return one text for each prompt, None where the person gives up."""
        ...

    async def trusts(self, question: HostKeyQuestion) -> bool:
        """Whether the person says that this is the host's key."""
        ...
