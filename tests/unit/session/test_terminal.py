"""A terminal's life, with a way in that the test plays."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from podboard.errors import ApiError, PodboardError, UnreachableError
from podboard.logs import start_logging
from podboard.model.attempt import Outcome
from podboard.model.badge import TerminalState
from podboard.model.ending import Ending, dropped, exited, failed
from podboard.model.size import Size
from podboard.model.target import Target
from podboard.session.ladder import Ladder, Rung
from podboard.session.terminal import ANSWERS, SLICE, Terminal
from podboard.vt.keys import KeyEncoder
from podboard.vt.style import DEFAULT
from podboard.wire.backoff import Backoff
from podboard.wire.exec_channel import Ended, Stderr, Stdout
from tests.support.waiting import until
from tests.unit.session.fakes import FakeChannel, FakeRung, Witness

TARGET = Target("shop", "web-1", "web")
SIZE = Size(40, 10)
SETUP_FAILED = "Error setting up Kubernetes WebSocket connection"


def new(*rungs: Rung, shown: bool = True) -> Terminal:
    terminal = Terminal(TARGET, Ladder(rungs), SIZE, scrollback=100)
    terminal.shown = shown
    return terminal


@asynccontextmanager
async def running(terminal: Terminal) -> AsyncIterator["asyncio.Task[None]"]:
    """Serve a terminal, and take it away in the end."""
    task = asyncio.create_task(terminal.run())
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def ended(terminal: Terminal, channel: FakeChannel, ending: Ending) -> None:
    """Serve a terminal to its end."""
    channel.say(Ended(ending))
    async with asyncio.timeout(5):
        await terminal.run()


def text(terminal: Terminal) -> list[str]:
    """What stands on the screen, less what is blank."""
    terminal.screen.update()
    lines = ["".join(run.text for run in row).rstrip() for row in terminal.screen.rows]
    return [line for line in lines if line]


def is_open(terminal: Terminal) -> Callable[[], bool]:
    return lambda: terminal.badge.state is TerminalState.OPEN


# -- the ways in ----------------------------------------------------------------------------


async def test_a_shell_opens_runs_and_ends() -> None:
    channel = FakeChannel()
    rung = FakeRung(channel)
    terminal = new(rung)
    witness = Witness(terminal)
    assert terminal.badge.words == "connecting"
    channel.say(Stdout(b"web:~$ "), Stderr(b"oops"))
    await ended(terminal, channel, exited(0))
    assert rung.asked == [(TARGET, SIZE)]
    assert witness.badges == [
        "connecting",
        "ws:kubeconfig · connecting",
        "ws:kubeconfig · open",
        "ws:kubeconfig · closed 0",
    ]
    assert text(terminal) == ["web:~$ oops"]
    assert witness.outputs >= 1
    assert channel.closes == 1
    [attempt] = terminal.attempts
    assert (attempt.method, attempt.endpoint, attempt.outcome) == (rung.name, rung.endpoint, Outcome.OPENED)
    assert attempt.started > 0
    assert attempt.duration >= 0
    assert terminal.opened >= attempt.started


@pytest.mark.parametrize(
    ("ending", "state", "words"),
    [
        (exited(0), TerminalState.CLOSED, "closed 0"),
        (exited(7), TerminalState.CLOSED, "closed 7"),
        (exited(137), TerminalState.CLOSED, "closed 137"),
        (dropped("the connection was cut"), TerminalState.CLOSED, "closed"),
        (failed("no shell in this image"), TerminalState.FAILED, "failed"),
    ],
)
async def test_every_ending_has_its_badge(ending: Ending, state: TerminalState, words: str) -> None:
    channel = FakeChannel()
    terminal = new(FakeRung(channel))
    await ended(terminal, channel, ending)
    assert terminal.ending == ending
    assert (terminal.badge.state, terminal.badge.words) == (state, words)
    assert terminal.lines[-1].text == ending.sentence
    assert terminal.lines[-1].level == (logging.WARNING if words == "failed" else logging.INFO)


async def test_what_a_way_in_says_against_it_is_told_and_the_next_one_tried(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "podboard")
    channel = FakeChannel()
    refusal = ApiError("the token has expired (401)", "log in again", status=401)
    terminal = new(FakeRung(refusal), FakeRung(channel, name="ws:token"))
    witness = Witness(terminal)
    await ended(terminal, channel, exited(0))
    assert "ws:token · connecting" in witness.badges
    assert terminal.badge.method == "ws:token"
    first, second = terminal.attempts
    assert (first.outcome, first.status, first.sentence, first.hint) == (
        Outcome.FAILED,
        401,
        "the token has expired (401)",
        "log in again",
    )
    assert (second.outcome, second.status, second.sentence) == (Outcome.OPENED, None, "")
    told = f"{SETUP_FAILED}: shop/web-1 · web: ws:kubeconfig: the token has expired (401)"
    assert [line.text for line in terminal.lines if line.level == logging.ERROR] == [told]
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.getMessage() == told


async def test_where_no_way_is_left_the_last_one_says_why() -> None:
    terminal = new(
        FakeRung(UnreachableError("nobody answers")),
        FakeRung(ApiError("forbidden", "a Role must allow it", status=403), name="ws:token"),
    )
    await terminal.run()
    assert terminal.badge.state is TerminalState.FAILED
    assert terminal.ending == failed("forbidden", "a Role must allow it")
    assert [attempt.status for attempt in terminal.attempts] == [None, 403]


async def test_podboard_itself_may_fail() -> None:
    terminal = new(FakeRung())
    witness = Witness(terminal)
    terminal.fail("podboard itself failed here", "the log says more")
    assert terminal.ending == failed("podboard itself failed here", "the log says more")
    assert witness.badges[-1] == "failed"


async def test_what_no_way_in_foresaw_is_for_the_caller() -> None:
    terminal = new(FakeRung(ZeroDivisionError("never")))
    with pytest.raises(ZeroDivisionError):
        await terminal.run()


# -- input ----------------------------------------------------------------------------------


async def test_what_is_typed_too_early_waits_for_the_shell() -> None:
    door, channel = asyncio.Event(), FakeChannel()
    terminal = new(FakeRung(channel, before=door.wait))
    async with running(terminal):
        terminal.write(b"ls")
        terminal.write(b" -l\r")
        door.set()
        await until(lambda: channel.written)
        terminal.write(b"pwd\r")
        await until(lambda: channel.input == b"ls -l\rpwd\r")


async def test_input_keeps_its_order_while_the_pod_reads_nothing() -> None:
    channel = FakeChannel()
    channel.open_for_input.clear()
    terminal = new(FakeRung(channel))
    async with running(terminal):
        await until(is_open(terminal))
        for letter in b"abcdef":
            terminal.write(bytes([letter]))
            await asyncio.sleep(0)
        assert channel.input == b""
        channel.open_for_input.set()
        await until(lambda: channel.input == b"abcdef")


async def test_a_program_that_does_not_read_is_not_answered_without_end() -> None:
    channel = FakeChannel()
    channel.open_for_input.clear()
    terminal = new(FakeRung(channel))
    async with running(terminal):
        await until(is_open(terminal))
        terminal.write(b"typed before ")
        await until(lambda: terminal._channel is None)
        asked = b"\x1b[c" * 1000
        for _ in range(100):
            channel.say(Stdout(asked))
        await until(lambda: not channel.waiting)
        terminal.write(b"typed after")
        channel.open_for_input.set()
        await until(lambda: channel.input.endswith(b"typed after"))
    assert channel.input.startswith(b"typed before ")
    # What is on its way, and what waits behind it.
    answers = len(b"\x1b[?62;22c") * 1000
    assert ANSWERS < len(channel.input) < 2 * (ANSWERS + answers)


async def test_the_terminals_own_answers_are_input_too() -> None:
    channel = FakeChannel()
    terminal = new(FakeRung(channel))
    async with running(terminal):
        channel.say(Stdout(b"ab\x1b[6n"))
        await until(lambda: channel.input == b"\x1b[1;3R")


async def test_what_is_typed_after_the_end_goes_nowhere() -> None:
    first, second = FakeChannel(), FakeChannel()
    first.open_for_input.clear()
    terminal = new(FakeRung(first, second))
    async with running(terminal) as task:
        await until(is_open(terminal))
        terminal.write(b"rm -r *\r")
        first.say(Ended(dropped("cut")))
        await task
    terminal.write(b"rm -r *\r")
    async with running(terminal):
        await until(is_open(terminal))
        terminal.write(b"ls\r")
        await until(lambda: second.input)
        assert second.input == b"ls\r"


# -- sizes ----------------------------------------------------------------------------------


async def test_a_size_is_told_when_it_changes_and_only_then() -> None:
    channel = FakeChannel()
    terminal = new(FakeRung(channel))
    async with running(terminal):
        await until(is_open(terminal))
        terminal.resize(SIZE)
        terminal.resize(Size(100, 30))
        await until(lambda: channel.sizes)
        terminal.resize(Size(100, 30))
        terminal.resize(Size(90, 20))
        await until(lambda: len(channel.sizes) > 1)
        assert channel.sizes == [Size(100, 30), Size(90, 20)]
        assert terminal.screen.size == Size(90, 20)


async def test_of_many_changes_the_last_is_told() -> None:
    channel = FakeChannel()
    terminal = new(FakeRung(channel))
    async with running(terminal):
        await until(is_open(terminal))
        for columns in range(41, 81):
            terminal.resize(Size(columns, 10))
        await until(lambda: channel.sizes)
        assert channel.sizes == [Size(80, 10)]


async def test_a_size_that_changes_on_the_way_is_told_once_the_shell_is_open() -> None:
    door, channel = asyncio.Event(), FakeChannel()
    rung = FakeRung(channel, before=door.wait)
    terminal = new(rung)
    async with running(terminal):
        await until(lambda: rung.asked)
        terminal.resize(Size(60, 12))
        door.set()
        await until(lambda: channel.sizes == [Size(60, 12)])
    assert rung.asked == [(TARGET, SIZE)]


async def test_a_size_from_before_is_not_told_twice() -> None:
    channel = FakeChannel()
    rung = FakeRung(channel)
    terminal = new(rung)
    terminal.resize(Size(60, 12))
    async with running(terminal):
        await until(is_open(terminal))
        terminal.write(b"x")
        await until(lambda: channel.written)
        assert rung.asked == [(TARGET, Size(60, 12))]
        assert channel.sizes == []


async def test_a_size_goes_out_beside_input_that_does_not() -> None:
    channel = FakeChannel()
    channel.open_for_input.clear()
    terminal = new(FakeRung(channel))
    async with running(terminal):
        await until(is_open(terminal))
        terminal.write(b"a large paste")
        terminal.resize(Size(50, 9))
        await until(lambda: channel.sizes == [Size(50, 9)])
        assert channel.written == []


# -- output ---------------------------------------------------------------------------------


async def test_a_large_message_is_fed_in_slices_and_whole() -> None:
    fed: list[bytes] = []
    channel = FakeChannel()
    terminal = new(FakeRung(channel))
    terminal.screen.feed = fed.append  # type: ignore[method-assign]
    message = bytes(range(65, 91)) * 5000
    channel.say(Stdout(message))
    await ended(terminal, channel, exited(0))
    assert max(map(len, fed)) <= SLICE
    assert b"".join(fed) == message


async def test_output_nobody_sees_is_noted_once() -> None:
    channel = FakeChannel()
    terminal = new(FakeRung(channel), shown=False)
    async with running(terminal):
        await until(is_open(terminal))
        assert not terminal.unseen
        channel.say(Stdout(b"hello"))
        await until(lambda: terminal.unseen)
        # Somebody looks, and away again.
        terminal.shown, terminal.unseen = True, False
        channel.say(Stdout(b"seen"))
        await until(lambda: channel.taken == 2)
        assert not terminal.unseen
        terminal.shown = False
        channel.say(Stdout(b"unseen"))
        await until(lambda: terminal.unseen)


@pytest.mark.parametrize("said", [b"\x1b]2;build 3 of 9\x07", b"\x07"])
async def test_a_title_and_a_bell_are_told_at_once(said: bytes) -> None:
    channel = FakeChannel()
    terminal = new(FakeRung(channel))
    changes = 0

    class Listening:
        def on_output(self) -> None: ...

        def on_change(self) -> None:
            nonlocal changes
            changes += 1

    terminal.attach(Listening())
    async with running(terminal):
        await until(is_open(terminal))
        channel.say(Stdout(b"plain"))
        await until(lambda: channel.taken == 1)
        before = changes
        channel.say(Stdout(said))
        await until(lambda: changes > before)


# -- the end, and again ---------------------------------------------------------------------


async def test_taking_it_away_lets_go_of_the_connection() -> None:
    channel = FakeChannel()
    channel.open_for_input.clear()
    rung = FakeRung(channel)
    terminal = new(rung)
    before = asyncio.all_tasks()
    async with running(terminal) as task:
        await until(is_open(terminal))
        terminal.write(b"on its way")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    # In the background, and the shell is hung up there.
    channel.say(Stdout(b"web:~$ "))
    await until(lambda: channel.closes == 1)
    await until(lambda: asyncio.all_tasks() == before)
    assert rung.hung_up == [rung.requests[0].command[-1]]


async def test_a_shell_whose_connection_was_dropped_is_hung_up_by_the_way_that_opens_next() -> None:
    first, second = FakeChannel(), FakeChannel()
    ws, ssh = FakeRung(first, UnreachableError("refused")), FakeRung(second, name="ssh")
    terminal = new(ws, ssh)
    await ended(terminal, first, dropped("cut"))
    assert (ws.hung_up, ssh.hung_up) == ([], [])
    await ended(terminal, second, exited(0))
    await until(lambda: ssh.hung_up)
    assert ssh.hung_up == [ws.requests[0].command[-1]]
    assert ws.hung_up == []


async def test_a_shell_nobody_comes_back_for_is_hung_up_by_its_own_way() -> None:
    channel = FakeChannel()
    rung = FakeRung(channel)
    terminal = new(rung)
    await ended(terminal, channel, dropped("cut"))
    terminal.abandon()
    await until(lambda: rung.hung_up)
    assert rung.hung_up == [rung.requests[0].command[-1]]


async def test_a_shell_that_ended_is_not_looked_for() -> None:
    channel = FakeChannel()
    rung = FakeRung(channel)
    terminal = new(rung)
    await ended(terminal, channel, exited(0))
    terminal.abandon()
    await terminal._ladder.close()
    assert rung.hung_up == []


# -- coming back by itself ------------------------------------------------------------------


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next try comes at once."""
    monkeypatch.setattr(Backoff, "delay", lambda _: 0.001)


def returning(*rungs: Rung) -> Terminal:
    terminal = Terminal(TARGET, Ladder(rungs), Size(80, 10), returns=True)
    terminal.shown = True
    return terminal


@pytest.mark.usefixtures("impatient")
async def test_after_a_drop_it_comes_back_by_whatever_way_opens() -> None:
    first, second = FakeChannel(), FakeChannel()
    ws = FakeRung(first, UnreachableError("refused"))
    terminal = returning(ws, FakeRung(second, name="ssh"))
    witness = Witness(terminal)
    first.say(Stdout(b"old shell"))
    await ended(terminal, first, dropped("dropped: no byte for 61 s"))
    assert terminal.will_return
    second.say(Stdout(b"fresh shell"))
    await ended(terminal, second, exited(0))
    assert not terminal.will_return
    assert witness.badges[-4:] == [
        "ws:kubeconfig · reconnecting",
        "ssh · reconnecting",
        "ssh · open",
        "ssh · closed 0",
    ]
    old, line, new_one = text(terminal)
    assert (old, new_one) == ("old shell", "fresh shell")
    words = r" dropped \d\d:\d\d:\d\d: no byte for 61 s · back \d\d:\d\d:\d\d by ssh · new shell "
    assert re.fullmatch(words, line.strip("─"))
    assert len(line) == 79


@pytest.mark.usefixtures("impatient")
async def test_it_tries_for_as_long_as_it_may_pass() -> None:
    first, second = FakeChannel(), FakeChannel()
    failures = (
        UnreachableError("refused"),
        ApiError("the server failed (503)", status=503),
        ApiError("the pod's node does not know the pod", status=404),
    )
    rung = FakeRung(first, *failures, second)
    terminal = returning(rung)
    await ended(terminal, first, dropped("cut"))
    await ended(terminal, second, exited(0))
    assert len(rung.requests) == 5


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "error",
    [
        ApiError("pod web-1 does not exist", status=404, reason="NotFound"),
        ApiError("forbidden", status=403),
        ApiError("the token has expired", status=401),
    ],
)
async def test_it_gives_up_where_waiting_would_not_help(error: ApiError) -> None:
    first = FakeChannel()
    terminal = returning(FakeRung(first, error))
    await ended(terminal, first, dropped("cut"))
    async with asyncio.timeout(5):
        await terminal.run()
    assert terminal.badge.state is TerminalState.FAILED
    assert terminal.ending is not None
    assert terminal.ending.sentence == error.message
    assert not terminal.will_return


async def test_it_waits_says_for_how_long_and_takes_no_input_meanwhile() -> None:
    first, second = FakeChannel(), FakeChannel()
    terminal = returning(FakeRung(first, second))
    await ended(terminal, first, dropped("dropped: cut", "a proxy?"))
    outage = terminal.outage
    assert outage is not None
    assert (outage.why, outage.hint, outage.is_waiting) == ("cut", "a proxy?", False)
    async with running(terminal):
        await until(lambda: outage.is_waiting)
        assert terminal.badge.state is TerminalState.RECONNECTING
        assert 0.4 < outage.next_in <= 1.2
        # It was meant for the shell that is gone.
        terminal.write(b"rm -r")
        terminal.hurry()
        await until(is_open(terminal))
        terminal.write(b"ls")
        await until(lambda: second.input == b"ls")


async def test_who_does_not_want_that_is_asked() -> None:
    first = FakeChannel()
    terminal = returning(FakeRung(first))
    terminal.returns = False
    await ended(terminal, first, dropped("cut"))
    assert not terminal.will_return
    assert terminal.badge.state is TerminalState.CLOSED


async def test_in_a_narrow_terminal_the_line_is_two() -> None:
    first, second = FakeChannel(), FakeChannel()
    terminal = new(FakeRung(first, second, name="ssh"))
    await ended(terminal, first, dropped("dropped: the connection was cut, and nobody said why"))
    await ended(terminal, second, exited(0))
    above, below = text(terminal)
    assert above.strip("─").startswith(" dropped ")
    assert above.strip("─").endswith("… ")
    assert below.strip("─").endswith(" new shell ")
    assert len(above) == len(below) == SIZE.columns - 1


# -- the line -------------------------------------------------------------------------------


async def test_a_shell_opened_again_begins_below_a_line() -> None:
    first, second = FakeChannel(), FakeChannel()
    terminal = new(FakeRung(first, second))
    witness = Witness(terminal)
    first.say(Stdout(b"old shell"))
    await ended(terminal, first, exited(1))
    second.say(Stdout(b"fresh shell"))
    await ended(terminal, second, exited(0))
    assert witness.badges[-3:] == [
        "ws:kubeconfig · reconnecting",
        "ws:kubeconfig · open",
        "ws:kubeconfig · closed 0",
    ]
    old, line, new_one = text(terminal)
    assert (old, new_one) == ("old shell", "fresh shell")
    assert line.strip("─") == " new shell "
    assert len(line) == SIZE.columns - 1
    assert [attempt.outcome for attempt in terminal.attempts] == [Outcome.OPENED]


async def test_the_line_covers_nothing_of_the_shell_before() -> None:
    first, second = FakeChannel(), FakeChannel()
    terminal = new(FakeRung(first, second))
    first.say(Stdout(b"\x1b7one\r\ntwo\r\nthree\r\nfour"))
    await ended(terminal, first, exited(1))
    second.say(Stdout(b"five"))
    await ended(terminal, second, exited(0))
    assert [line for line in text(terminal) if "─" not in line] == ["one", "two", "three", "four", "five"]


async def test_a_try_that_fails_again_draws_no_line() -> None:
    terminal = new(FakeRung(PodboardError("no"), PodboardError("still no")))
    await terminal.run()
    await terminal.run()
    assert text(terminal) == []
    assert terminal.ending == failed("still no")


@pytest.mark.parametrize(
    "cut_off",
    [
        b"\x1b]2;never ended",
        b"\x1bPnever ended",
        b"\x1b(0",
        b"\x1b[?1049h\x1b[2J",
        b"\x1b[?1000h\x1b[?1003h",
        b"\x1b[?1004h",
        b"\x1b[?2004h",
        b"\x1b[>1u",
        b"\x1b[=5u\x1b[>1u\x1b[>1u",
        b"\x1b[?25l",
        b"\x1b[?2026h",
        b"\x1b[?1h\x1b=",
        b"\x1b[?9h",
        b"\x1b[?47h",
        b"\x1b[?69h\x1b[3;6s",
        b"\x1b[5 q",
        b"\xe2\x82",
    ],
)
async def test_what_a_cut_off_program_left_behind_is_tidied_away(cut_off: bytes) -> None:
    first, second = FakeChannel(), FakeChannel()
    terminal = new(FakeRung(first, second))
    screen = terminal.screen
    first.say(Stdout(b"before\r\n" + cut_off))
    await ended(terminal, first, dropped("cut"))
    second.say(Stdout(b"qqq"))
    await ended(terminal, second, exited(0))
    # 0xe2 0x82 is the beginning of a character that never ends.
    shown = [line for line in text(terminal) if line != "\N{REPLACEMENT CHARACTER}"]
    assert (shown[0], shown[-1]) == ("before", "qqq")
    assert (screen.cursor.shape, screen.title) == ("default", "")
    assert screen.cursor.visible
    modes = (screen.alternate, screen.mouse_tracking, screen.focus_reports, screen.bracketed_paste)
    assert not any((*modes, screen.kitty_keyboard, screen.held))
    assert KeyEncoder(screen).encode("up", None) == b"\x1b[A"


async def test_a_new_shell_wraps_and_scrolls_the_whole_screen_in_plain_colours() -> None:
    first, second = FakeChannel(), FakeChannel()
    terminal = new(FakeRung(first, second))
    first.say(Stdout(b"\x1b[31;7m\x1b[3;5r\x1b[?7l"))
    await ended(terminal, first, dropped("cut"))
    lines = [str(number) * SIZE.columns for number in range(10)]
    second.say(Stdout("".join(lines).encode()))
    await ended(terminal, second, exited(0))
    assert text(terminal) == lines
    assert {run.style for row in terminal.screen.rows for run in row} == {DEFAULT}


# -- what is told ---------------------------------------------------------------------------


async def test_no_control_character_gets_into_the_lines_or_the_log(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path_factory.mktemp("state") / "podboard.log"
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(logging, "raiseExceptions", True)
    start_logging(path)
    hostile = "\x1b]52;c;aGk=\x07\r\nERROR forged: \u202e\x9b31m"
    terminal = Terminal(Target("shop", f"web{hostile}"), Ladder((FakeRung(PodboardError(hostile)),)), SIZE)
    await terminal.run()
    for handler in root.handlers:
        handler.close()
    assert all(line.text.isprintable() for line in terminal.lines)
    lines = path.read_text("utf-8").splitlines()
    assert all(line.isprintable() for line in lines)
    assert not any(line.startswith("ERROR forged") for line in lines)
    assert any(SETUP_FAILED in line for line in lines)


async def test_only_the_latest_lines_are_kept() -> None:
    terminal = new(FakeRung(*[PodboardError(str(number)) for number in range(400)]))
    for _ in range(400):
        await terminal.run()
    assert len(terminal.lines) == 500
    assert terminal.lines[-1].text == "399"
