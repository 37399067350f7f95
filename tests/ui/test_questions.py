"""What a person is asked on the way to a host, while they may be busy with something else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import pytest

from podboard.commands.board import OnScreen
from podboard.errors import LoginError
from podboard.model.attempt import SSH
from podboard.model.question import (
    HostKeyQuestion,
    PassphraseQuestion,
    PasswordQuestion,
    Prompt,
    ServerQuestion,
)
from podboard.wire.exec_channel import Stdout
from tests.support.pods import pod
from tests.ui.person import BACKSPACE, ESCAPE, at_the_board
from tests.ui.still import StillCluster
from tests.unit.session.fakes import FakeChannel, FakeRung

if TYPE_CHECKING:
    from tests.ui.person import Person

SIZES = [(80, 24), (120, 40), (200, 50)]
HOST = "ops@bastion:22"
KEY = HostKeyQuestion("bastion", 2222, "ssh-ed25519", "SHA256:" + "k3y" * 14 + "A", "ssh-ed25519 AAAA")
ANSWER = "enter  answer"

SECRETS = {
    "a passphrase": (PassphraseQuestion(HOST, "~/.ssh/id_1"), [HOST, "passphrase of ~/.ssh/id_1"]),
    "a passphrase again": (
        PassphraseQuestion(HOST, "~/.ssh/id_ed25519", again=True), ["that did not open the key"],
    ),
    "a password": (PasswordQuestion(HOST), ["password of ops@bastion:22"]),
    "a password again": (PasswordQuestion(HOST, again=True), ["that was refused"]),
    "a code": (
        ServerQuestion(HOST, "Duo", "Two steps.\nLook at your phone.", (Prompt("Code:", echo=True),)),
        ["it says:", "Duo", "Two steps.", "Look at your phone.", "Code:"],
    ),
}  # fmt: skip


class Asker:
    """A pod whose only way asks first.

    Attributes:
        answers: What the person answered, one a question.
        cluster: Its cluster.
    """

    def __init__(self, *questions: Any, pods: int = 1) -> None:
        self.answers: list[Any] = []
        self._questions = list(questions)
        self.channels = [FakeChannel() for _ in range(pods)]
        self.rung = FakeRung(*self.channels, name=SSH, reach=self._ask)
        names = [f"web-{number}" for number in range(pods)]
        self.cluster = StillCluster(*map(pod, names), rungs=(self.rung,), namespace="shop")
        self.person: Person | None = None

    async def _ask(self) -> None:
        assert self.person is not None
        if not self._questions:
            return
        question, asking = self._questions.pop(0), self.person.app.asking
        if isinstance(question, HostKeyQuestion):
            self.answers.append(await asking.trusts(question))
        else:
            self.answers.append(await asking.answer(question))
        if not self.answers[-1]:
            raise LoginError("nobody answered")


def at(asker: Asker, columns: int = 120, rows: int = 40, **more: Any) -> Any:
    return at_the_board(asker.cluster.connect, columns, rows, **more)


async def is_asked(person: Person, asker: Asker, *texts: str) -> None:
    """Open the first pod, and wait until the question takes answers."""
    asker.person = person
    await person.sees("web-0")
    person.type("\r")
    await person.sees(*texts, ANSWER)


# -- answers --------------------------------------------------------------------------------


@pytest.mark.parametrize(("columns", "rows"), SIZES)
@pytest.mark.parametrize("name", SECRETS)
async def test_a_question_is_answered(name: str, columns: int, rows: int) -> None:
    question, texts = SECRETS[name]
    asker = Asker(question)
    async with at(asker, columns, rows) as person:
        await is_asked(person, asker, *texts, "esc  give up")
        person.type("s3sam\x17")
        person.type(f"s3samee{BACKSPACE}")
        shown = "s3same" if name == "a code" else "••••••"
        await person.sees(shown)
        if name != "a code":
            assert "s3sam" not in person.screen()
        person.type("\r")
        await person.sees("● open")
        assert asker.answers == [("s3same",)]
        await person.no_longer_sees("••••")
        person.type("ls\r")
        await person.until(lambda: asker.channels[0].input == b"ls\r")


async def test_a_password_can_be_pasted() -> None:
    asker = Asker(PasswordQuestion(HOST))
    async with at(asker) as person:
        await is_asked(person, asker)
        person.paste("p4ste [b]d\\ 漢")
        person.type("\r")
        await person.until(lambda: asker.answers == [("p4ste [b]d\\ 漢",)])


async def test_several_prompts_are_answered_one_after_the_other() -> None:
    asker = Asker(ServerQuestion(HOST, "", "", (Prompt("Password:"), Prompt("Code:", echo=True))))
    async with at(asker) as person:
        await is_asked(person, asker, "Password:", "Code:")
        person.type("first\rsecond")
        await person.sees("•••••", "second")
        person.type("\r")
        await person.until(lambda: asker.answers == [("first", "second")])


@pytest.mark.parametrize("key", [ESCAPE, "\x03", "\x11"])
@pytest.mark.parametrize("question", [PasswordQuestion(HOST), KEY])
async def test_giving_up_is_an_answer(question: Any, key: str) -> None:
    asker = Asker(question)
    async with at(asker) as person:
        await is_asked(person, asker)
        person.type(key)
        await person.sees("✗ failed", "nobody answered")
        assert asker.answers == [False if question is KEY else None]
        await person.until(lambda: person.app.screen is person.board)
        # And once more, if the person thinks better of it.
        person.type("\r")
        await person.sees("● open")


@pytest.mark.parametrize(("columns", "rows"), SIZES)
async def test_what_a_server_says_stays_what_it_says(columns: int, rows: int) -> None:
    lines = "\n".join(f"[red]line {number}[/] " + "so much to say " * 12 for number in range(20))
    prompts = tuple(Prompt(f"[b]prompt {number}", echo=True) for number in range(10))
    asker = Asker(ServerQuestion(HOST, "[link]podboard[/] says: " + "x" * 180, lines, prompts))
    async with at(asker, columns, rows) as person:
        await is_asked(person, asker, HOST, "it says:", "[link]podboard[/] says:", "esc  give up")
        for number in range(10):
            # The line one types in is always in sight, with what it is for.
            await person.sees(f"[b]prompt {number}")
            person.type(f"answer {number}")
            await person.sees(f"answer {number}")
            person.type("\r")
        await person.until(lambda: asker.answers == [tuple(f"answer {number}" for number in range(10))])


# -- host keys ------------------------------------------------------------------------------


@pytest.mark.parametrize(("columns", "rows"), SIZES)
async def test_only_the_typed_word_trusts_a_host(columns: int, rows: int) -> None:
    asker = Asker(KEY)
    async with at(asker, columns, rows) as person:
        await is_asked(
            person, asker, "unknown host: bastion, port 2222", "ssh-ed25519", KEY.fingerprint,
            "type yes to trust it from now on", "esc  do not connect",
        )  # fmt: skip
        for wrong in ("y", "", "no", "ja", "yes please", "yess"):
            person.type(f"{wrong}\r")
            await person.until(lambda: "type yes to trust" in person.screen(), f"no answer to {wrong}")
            assert asker.answers == []
        person.type("Yes \r")
        await person.sees("● open")
        assert asker.answers == [True]


# -- questions that come while one types ----------------------------------------------------


@pytest.mark.parametrize("question", [PasswordQuestion(HOST), KEY])
async def test_keys_typed_ahead_are_no_answer(question: Any) -> None:
    asker = Asker(question)
    asks = asyncio.Event()
    ask = asker._ask

    async def late() -> None:
        await asks.wait()
        await ask()

    asker.rung._reach = late
    async with at(asker) as person:
        asker.person = person
        await person.sees("web-0")
        person.type("\r")
        await person.sees("◐ connecting")
        asks.set()
        await person.until(lambda: person.app.screen is not person.board)
        for _ in range(10):
            person.type(f"yes\r{ESCAPE}\x03")
            person.paste("yes\r")
        assert asker.answers == []
        await person.sees("typed keys are not taken for an answer yet")
        await person.sees(ANSWER)
        assert asker.answers == []
        assert "•" not in person.screen()
        person.type("yes\r")
        await person.until(lambda: asker.answers)
        assert asker.answers == ([True] if question is KEY else [("yes",)])


async def test_two_questions_are_put_one_after_the_other() -> None:
    first, second = PasswordQuestion("one@bastion:22"), PasswordQuestion("two@bastion:22")
    asker = Asker(first, second, pods=2)
    async with at(asker) as person:
        asker.person = person
        await person.sees("web-1")
        person.type("*\r")
        await person.sees("password of one@bastion:22", ANSWER)
        assert "two@bastion" not in person.screen()
        # One enter too many answers nothing.
        person.type("1st\r\r\r")
        await person.sees("password of two@bastion:22")
        assert asker.answers == [("1st",)]
        await person.sees(ANSWER)
        person.type("2nd\r")
        await person.until(lambda: len(asker.answers) == 2)
        assert asker.answers[1] == ("2nd",)
        await person.sees("1 web-0 ●", "2 web-1 ●")


# -- nobody waits for the answer any more ---------------------------------------------------


async def test_a_question_goes_with_the_terminal_it_was_for() -> None:
    asker = Asker(PasswordQuestion("one@bastion:22"), PasswordQuestion("two@bastion:22"), pods=2)
    async with at(asker) as person:
        asker.person = person
        await person.sees("web-1")
        person.type("*\r")
        await person.sees("password of one@bastion:22")
        area = person.board._area
        await area.close(area.panes[0])
        await person.sees("password of two@bastion:22", ANSWER)
        assert "one@bastion" not in person.screen()
        person.type("2nd\r")
        await person.until(lambda: asker.answers == [("2nd",)])
        await person.until(lambda: person.app.screen is person.board)


async def test_a_question_below_another_screen_goes_once_it_is_reached() -> None:
    asker = Asker(PasswordQuestion(HOST))
    async with at(asker) as person:
        await is_asked(person, asker)
        person.board.action_help()
        await person.sees("In the pod list")
        area = person.board._area
        await area.close(area.panes[0])
        await person.until(lambda: not person.app.asking._turn.locked())
        person.type(ESCAPE)
        await person.until(lambda: person.app.screen is person.board)
        assert asker.answers == []
        await person.no_longer_sees("password of")


async def test_a_question_does_not_keep_podboard_from_ending() -> None:
    asker = Asker(PasswordQuestion(HOST), PasswordQuestion(HOST), pods=2)
    async with at(asker) as person:
        asker.person = person
        await person.sees("web-1")
        person.type("*\r")
        await person.sees("password of", ANSWER)
        person.app.exit()
        await person.leaves()


# -- lending the terminal -------------------------------------------------------------------


Work = Callable[[], Awaitable[None]]


class Borrower:
    """A pod whose only way needs the person's terminal for a while.

    Attributes:
        on_screen: As the board has it.
        borrowed: How often the terminal was lent.
    """

    def __init__(self, work: Work) -> None:
        self.on_screen = OnScreen()
        self.borrowed = 0
        self.channel = FakeChannel()
        self._work = work
        rung = FakeRung(self.channel, self.channel, name=SSH, reach=self.borrow)
        self.cluster = StillCluster(pod("web-0"), rungs=(rung,), namespace="shop")

    async def borrow(self) -> None:
        lend = self.on_screen.services.lend_terminal
        assert lend is not None
        async with lend():
            self.borrowed += 1
            await self._work()


async def opens(person: Person, borrower: Borrower) -> None:
    borrower.on_screen.app = person.app
    await person.sees("web-0")
    person.type("\r")


async def test_a_plugin_has_the_terminal_to_itself() -> None:
    done = asyncio.Event()
    borrower = Borrower(done.wait)  # type: ignore[arg-type]
    async with at_the_board(borrower.cluster.connect) as person:
        await opens(person, borrower)
        await person.until(lambda: borrower.borrowed)
        await person.no_longer_sees("podboard")
        person.type("sesame\rq")  # for whoever has the terminal
        done.set()
        await person.sees("podboard", "web-0", "● open")
        borrower.channel.say(Stdout(b"\x1b[31mweb:~$ \x1b[0m"))
        await person.sees("web:~$")
        person.type("ls\r")
        await person.until(lambda: borrower.channel.input.endswith(b"ls\r"))


@pytest.mark.parametrize("how", ["fails", "is cancelled"])
async def test_the_terminal_comes_back_from_a_plugin_that_does_not_end_well(how: str) -> None:
    began = asyncio.Event()

    async def work() -> None:
        began.set()
        if how == "fails":
            raise LoginError("the plugin failed")
        await asyncio.Event().wait()

    borrower = Borrower(work)
    async with at_the_board(borrower.cluster.connect) as person:
        borrower.on_screen.app = person.app
        await person.sees("web-0")
        borrowing = asyncio.create_task(borrower.borrow())
        await began.wait()
        if how == "is cancelled":
            await person.no_longer_sees("podboard")
            borrowing.cancel()
        with pytest.raises(LoginError if how == "fails" else asyncio.CancelledError):
            await borrowing
        await person.sees("podboard", "web-0", "q quit")
        person.type("q")
        await person.leaves()
