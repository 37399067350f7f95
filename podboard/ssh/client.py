"""What asyncssh asks while it connects to a host: whose key this is, and who we are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import asyncssh

from podboard.model.question import PasswordQuestion, Prompt, ServerQuestion
from podboard.model.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from podboard.model.question import Ask
    from podboard.ssh.keys import KeyRing
    from podboard.ssh.known_hosts import HostKeys
    from podboard.ssh.settings import Settings

_TRIES: Final = 3
_LINES: Final = 20
"""Lines of a server's instructions that a person is shown."""

_PROMPTS: Final = 10


class Client(asyncssh.SSHClient):
    """One attempt to log in, and the word when its connection is gone.

    Args:
        settings: Of the host.
        keys: Opens the encrypted ones.
        password: The record's; None where it has none, or for another host than its own.
        ask: None where nobody can be asked.
        host_keys: What is known of the host's keys; learns what it showed.
        own_keys: The record has a key, and no other is tried.

    Attributes:
        wanted: What the host asked for and nobody was there to tell.
        given_up: The person gave no answer.
        at_login: The host is known and the login has begun.
        begun: Called when it does.
        methods: The ways to log in that the host takes, those first that have not failed.
        lost: Called when the connection is gone.
    """

    def __init__(
        self,
        settings: Settings,
        keys: KeyRing,
        password: str | None,
        ask: Ask | None,
        host_keys: HostKeys,
        *,
        own_keys: bool,
    ) -> None:
        self.wanted = ""
        self.given_up = False
        self.at_login = False
        self.begun: Callable[[asyncssh.SSHKey | None], None] | None = None
        self.methods: tuple[str, ...] = ()
        self.lost: Callable[[], None] | None = None
        self._host = str(settings.address)
        self._host_keys = host_keys
        self._keys = keys
        self._password = password
        self._ask = ask
        self._encrypted = [] if own_keys else list(settings.encrypted_keys)
        self._passwords = 0
        self._challenges = 0
        self._connection: asyncssh.SSHClientConnection

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        """Keep what knows the host's key, and what it takes."""
        self._connection = conn

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Note a key that is not known; it is decided upon when the connection has been refused for it."""
        del host, addr, port
        self._host_keys.offered = key
        return False

    def validate_host_ca_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Note a certificate that nobody here can check."""
        del host, addr, port, key
        self._host_keys.vouched = True
        return False

    def begin_auth(self, username: str) -> None:
        """Say that the host is the right one."""
        del username
        self.at_login = True
        if self.begun is not None:
            self.begun(self._connection.get_server_host_key())

    def connection_lost(self, exc: Exception | None) -> None:
        """Say that it is gone."""
        del exc
        if self.lost is not None:
            self.lost()

    async def public_key_auth_requested(self) -> asyncssh.SSHKey | None:
        """Open the next encrypted key, once those that needed no passphrase were refused."""
        self._note_methods()
        if not self._encrypted or self.given_up:
            return None
        file, data = self._encrypted.pop(0)
        if self._ask is None:
            self._miss(f"the passphrase of {file}")
            return None
        return await self._keys.open(data, str(file), self._host)

    async def password_auth_requested(self) -> str | None:
        """Return the record's password once, then what the person says."""
        self._note_methods()
        self._passwords += 1
        if self._passwords == 1 and self._password is not None:
            return self._password
        if self._passwords > _TRIES or self.given_up:
            return None
        if self._ask is None:
            self._miss("a password" if self._password is None else "another password")
            return None
        answers = await self._ask.answer(PasswordQuestion(self._host, again=self._passwords > 1))
        if not answers:
            self.given_up = True
            return None
        return answers[0]

    async def kbdint_auth_requested(self) -> str | None:
        """Say whether the server may put its own questions; it may try three times."""
        self._note_methods()
        self._challenges += 1
        return None if self._challenges > _TRIES or self.given_up else ""

    async def kbdint_challenge_received(
        self, name: str, instructions: str, lang: str, prompts: Sequence[tuple[str, bool]]
    ) -> Sequence[str] | None:
        """Answer with the record's password where it is asked for alone, else with what the person says."""
        del lang
        if not prompts:
            return ()
        if len(prompts) > _PROMPTS:
            return None
        text, echo = prompts[0]
        if len(prompts) == 1 and not echo and "password" in text.lower() and self._password is not None:
            answer, self._password = self._password, None
            return (answer,)
        if self._ask is None:
            self._miss(f'an answer to "{one_line(text, 80)}"')
            return None
        question = ServerQuestion(
            self._host,
            one_line(name, 200),
            "\n".join(one_line(line, 200) for line in instructions.splitlines()[:_LINES]),
            tuple(Prompt(one_line(text, 200), echo) for text, echo in prompts),
            again=self._challenges > 1,
        )
        answers = await self._ask.answer(question)
        if answers is None or len(answers) != len(prompts):
            self.given_up = True
            return None
        return tuple(answers)

    def _note_methods(self) -> None:
        # asyncssh forgets one after the other as they fail.
        self.methods = self.methods or tuple(self._connection.get_server_auth_methods())

    def _miss(self, what: str) -> None:
        self.wanted = self.wanted or what
