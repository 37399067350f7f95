"""Questions on the plain terminal, and the records beside it."""

import asyncio
import os
import termios
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from podboard.commands.in_terminal import InTerminal
from podboard.errors import LoginError
from podboard.model.question import (
    HostKeyQuestion,
    PassphraseQuestion,
    PasswordQuestion,
    Prompt,
    ServerQuestion,
)
from podboard.model.record import Record
from podboard.model.target import Target
from podboard.records.store import open_store
from tests.support.ptys import Pty, open_pty
from tests.support.waiting import until

HOST_KEY = HostKeyQuestion("bastion", 2222, "ssh-ed25519", "SHA256:abc", "ssh-ed25519 AAAA")
PASSWORD = PasswordQuestion("ops@bastion:22")


@pytest.fixture
def pty() -> Iterator[Pty]:
    with open_pty(raw=False) as pty:
        yield pty


class Person:
    """Reads what the terminal shows, and types."""

    def __init__(self, pty: Pty) -> None:
        self.seen = ""
        self._pty = pty
        os.set_blocking(pty.person, False)

    async def sees(self, text: str) -> None:
        await until(lambda: self._look() and text in self.seen)

    def types(self, text: str) -> None:
        os.write(self._pty.person, text.encode())

    def _look(self) -> bool:
        with suppress(BlockingIOError):
            self.seen += os.read(self._pty.person, 4096).decode()
        return True


def terminal(pty: Pty, database: Path = Path("/nowhere")) -> InTerminal:
    return InTerminal(database, os.ttyname(pty.program))


async def test_a_secret_is_not_shown_and_the_terminal_is_given_back(pty: Pty) -> None:
    before, person = termios.tcgetattr(pty.program), Person(pty)
    async with terminal(pty) as asking:
        answering = asyncio.create_task(asking.answer(PASSWORD))
        await person.sees("password of ops@bastion:22: ")
        person.types("geheim\n")
        assert await answering == ["geheim"]
        await person.sees("\r\n")
    assert "geheim" not in person.seen
    assert termios.tcgetattr(pty.program) == before


async def test_what_a_server_asks_is_told_as_its_own_words(pty: Pty) -> None:
    person = Person(pty)
    question = ServerQuestion(
        "ops@bastion:22", "Title", "first line\nsecond line", (Prompt("Code"), Prompt("Color", echo=True))
    )
    async with terminal(pty) as asking:
        answering = asyncio.create_task(asking.answer(question))
        await person.sees("it says:\r\nTitle\r\nfirst line\r\nsecond line\r\nCode: ")
        person.types("123456\n")
        await person.sees("Color: ")
        person.types("blue\n")
        assert await answering == ["123456", "blue"]
    assert "123456" not in person.seen
    await person.sees("blue")


async def test_an_answer_that_was_wrong_is_told(pty: Pty) -> None:
    person = Person(pty)
    async with terminal(pty) as asking:
        answering = asyncio.create_task(
            asking.answer(PassphraseQuestion("ops@bastion:22", "~/.ssh/id", again=True))
        )
        await person.sees("that did not open the key\r\npassphrase of ~/.ssh/id: ")
        person.types("\x04")
        assert await answering is None


@pytest.mark.parametrize(
    ("typed", "trusts"), [("yes\n", True), (" YES \n", True), ("y\n", False), ("\n", False), ("\x04", False)]
)
async def test_only_a_typed_word_trusts_a_key(pty: Pty, typed: str, *, trusts: bool) -> None:
    person = Person(pty)
    async with terminal(pty) as asking:
        answering = asyncio.create_task(asking.trusts(HOST_KEY))
        await person.sees("Type yes to trust it from now on: ")
        person.types(typed)
        assert await answering is trusts
    for told in ("unknown host: bastion, port 2222", "ssh-ed25519", "SHA256:abc"):
        assert told in person.seen


async def test_one_question_after_the_other(pty: Pty) -> None:
    person = Person(pty)
    async with terminal(pty) as asking:
        answering = [
            asyncio.create_task(asking.answer(PASSWORD)),
            asyncio.create_task(asking.answer(PasswordQuestion("ops@other:22"))),
        ]
        await person.sees("password of ops@bastion:22: ")
        assert "ops@other" not in person.seen
        person.types("one\n")
        await person.sees("password of ops@other:22: ")
        person.types("two\n")
        assert await asyncio.gather(*answering) == [["one"], ["two"]]


async def test_who_asks_no_more_gives_the_terminal_back(pty: Pty) -> None:
    before, person = termios.tcgetattr(pty.program), Person(pty)
    async with terminal(pty) as asking:
        answering = asyncio.create_task(asking.answer(PASSWORD))
        await person.sees("password of")
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)
    assert termios.tcgetattr(pty.program) == before


async def test_once_the_command_has_the_terminal_nobody_is_asked(pty: Pty) -> None:
    async with terminal(pty) as asking:
        asking.give_away()
        with pytest.raises(LoginError, match="has the terminal"):
            await asking.answer(PASSWORD)
        with pytest.raises(LoginError, match="has the terminal"):
            await asking.trusts(HOST_KEY)


async def test_nobody_is_asked_where_there_is_no_terminal() -> None:
    async with InTerminal(Path("/nowhere"), "") as asking:
        services = asking.services
        assert (services.ask, services.lend_terminal) == (None, None)
        assert await services.find_record(Target("shop", "web-1"), "dev") is None


async def test_a_record_is_found_where_there_is_a_database(tmp_path: Path) -> None:
    database = tmp_path / "podboard.db"
    async with InTerminal(database, "") as person:
        assert await person.services.find_record(Target("shop", "web-1"), "dev") is None
        assert not database.exists()
    async with open_store(database, keyring=False) as store:
        await store.add([Record(name="web", pod_name="web-*", namespace="shop")])
    async with InTerminal(database, "") as person:
        found = await person.services.find_record(Target("shop", "web-1"), "dev")
        assert found is not None
        assert found.name == "web"
        assert await person.services.find_record(Target("data", "web-1"), "dev") is None
