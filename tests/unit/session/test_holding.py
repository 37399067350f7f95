"""The channel to a shell that may be held, and what becomes of one between a drop and a return."""

import asyncio

import pytest

from podboard.model.ending import dropped, exited
from podboard.model.size import Size
from podboard.model.target import Target
from podboard.session import holding
from podboard.session.holding import HeldChannel, Stay
from podboard.session.ladder import Ladder
from podboard.session.leaving import Guest, Leaver
from podboard.session.terminal import Terminal
from podboard.wire.exec_channel import Ended, Stdout
from podboard.wire.resume import UNHELD, Opening, connection_marker
from podboard.wire.tmux import Picture, typed
from tests.support.waiting import until
from tests.unit.session.fakes import FakeChannel, FakeRung

TARGET = Target("shop", "web-1", "web")
SIZE = Size(80, 10)
ENTER = b"\x1bP1000p%begin 1 2 0\r\n%end 1 2 0\r\n"


def opening(holder: str, *, same: bool = False) -> bytes:
    return b"\x1b_podboard;%b;%b\x1b\\" % (b"same" if same else b"new", holder.encode())


class Held:
    """A held channel, its far end, and what it told."""

    def __init__(self, *said: bytes) -> None:
        self.far = FakeChannel(*map(Stdout, said))
        self.opened: list[Opening] = []
        self.channel = HeldChannel(self.far, SIZE, 0, self.opened.append, self._draw, bring=self._bring)
        self.asked: list[bool] = []
        self.has_helper = asyncio.Event()

    async def _bring(self, has_folder: bool) -> bool:  # noqa: FBT001 - of a callback
        self.asked.append(has_folder)
        await self.has_helper.wait()
        return has_folder

    def _draw(self, _: Picture) -> bytes:
        return b"drawn"

    def read(self) -> bytes:
        data = b""
        while isinstance(event := self.channel.receive_nowait(), Stdout):
            data += event.data
        return data


async def test_input_waits_until_it_is_known_who_holds_the_shell() -> None:
    held = Held()
    assert not held.channel.write_nowait(b"early")
    writing = asyncio.create_task(held.channel.write(b"early"))
    await asyncio.sleep(0)
    assert held.far.written == []
    held.far.say(Stdout(opening("") + b"$ "))
    assert held.read() == b"$ "
    await writing
    assert held.far.input == b"early"
    assert held.channel.write_nowait(b"!")
    assert held.opened == [UNHELD]


async def test_tmux_is_told_its_size_first_and_then_what_is_typed() -> None:
    held = Held(opening("tmux"), ENTER)
    await held.channel.resize(Size(50, 12))
    writing = asyncio.create_task(held.channel.write(b"ls\r"))
    assert held.read() == b""
    await writing
    assert held.far.written[0].startswith(b"refresh-client -C 50x12\n")
    assert held.far.written[1] == typed(b"ls\r")
    await held.channel.resize(Size(60, 12))
    assert held.far.written[2] == b"refresh-client -C 60x12\n"
    assert held.far.sizes == [Size(50, 12), Size(60, 12)]
    held.far.say(Stdout(b"%output %0 \\033[1mls\r\n"))
    assert held.read() == b"\x1b[1mls"
    await held.channel.close()
    assert held.far.closes == 1


async def test_the_last_word_of_a_shell_is_answered() -> None:
    held = Held(opening("tmux"), ENTER)
    held.read()
    held.far.say(Stdout(rb"%output %0 bye\033_podboard;over\033\134" + b"\r\n"), Ended(exited(3)))
    assert held.read() == b"bye"
    await until(lambda: b"wait-for -S over\n" in held.far.written)


async def test_an_end_is_passed_on() -> None:
    held = Held()
    held.far.say(Ended(dropped("cut")))
    assert held.channel.receive_nowait() == Ended(dropped("cut"))
    assert held.channel.opening is None


async def test_where_nothing_is_told_it_is_a_plain_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "OPENING", 0.01)
    held = Held(b"$ ")
    assert held.read() == b"$ "
    await held.channel.write(b"ls\r")
    assert held.far.input == b"ls\r"
    assert held.opened == [UNHELD]


@pytest.mark.parametrize(
    ("asks", "answer", "holder"), [(b"helper", b"taken\n", "dtach"), (b"", b"not\n", "")]
)
async def test_a_helper_that_is_asked_for_is_awaited(asks: bytes, answer: bytes, holder: str) -> None:
    held = Held(b"\x1b_podboard;asks;%b\x1b\\" % asks)
    assert held.read() == b""
    await until(lambda: held.asked == [bool(asks)])
    # As long as it takes: neither is it taken for a plain shell, nor is input sent to what waits.
    assert held.channel._silence is not None
    assert held.channel._silence.cancelled()
    assert not held.channel.write_nowait(b"early")
    held.has_helper.set()
    await until(lambda: held.far.written == [answer])
    # The terminal repeats what it is told.
    held.far.say(Stdout(answer.replace(b"\n", b"\r\n")), Stdout(opening(holder) + b"$ "))
    assert held.read() == b"$ "
    assert held.opened == [Opening(is_same=False, holder=holder)]
    assert held.channel.write_nowait(b"ls\r")
    await held.channel.close()


async def test_a_helper_is_not_awaited_by_one_who_leaves() -> None:
    held = Held(b"\x1b_podboard;asks;helper\x1b\\")
    held.read()
    await until(lambda: held.asked)
    await held.channel.close()
    assert held.far.written == []
    assert held.opened == []


async def lost(leaver: Leaver, way: FakeRung, holder: str) -> tuple[Stay, Guest]:
    """A stay whose shell has lost its connection."""
    stay = Stay(leaver)
    guest = Guest(leaver.begin(TARGET), TARGET, way)
    held = Held(opening(holder))
    held.read()
    guest = stay.settle(held.opened[0], guest)
    stay.lose(guest, held.channel)
    await held.channel.close()
    return stay, guest


async def test_only_a_held_shell_is_gone_on_with() -> None:
    leaver = Leaver()
    stay, guest = await lost(leaver, FakeRung(), "dtach")
    assert stay.marker == guest.marker
    stay, _ = await lost(leaver, FakeRung(), "")
    assert stay.marker == ""


async def test_who_comes_back_to_it_takes_away_what_is_left_of_the_connection_alone() -> None:
    leaver, first, second = Leaver(), FakeRung(), FakeRung()
    stay, before = await lost(leaver, first, "dtach")
    new = Guest(leaver.begin(TARGET), TARGET, second)
    now = stay.settle(Opening(is_same=True, holder="dtach"), new)
    assert (now.marker, now.way) == (before.marker, second)
    await until(lambda: not leaver.under_way)
    assert (first.hung_up, second.hung_up) == ([], [connection_marker(before.marker)])
    # And the next time, of the second one.
    held = Held(opening("dtach"))
    held.read()
    stay.lose(now, held.channel)
    stay.settle(Opening(is_same=True, holder="dtach"), Guest(leaver.begin(TARGET), TARGET, second))
    await until(lambda: not leaver.under_way)
    assert second.hung_up[1:] == [connection_marker(new.marker)]
    await held.channel.close()


async def test_where_another_shell_was_opened_the_old_one_goes() -> None:
    leaver, way = Leaver(), FakeRung()
    stay, before = await lost(leaver, way, "tmux")
    new = Guest(leaver.begin(TARGET), TARGET, way)
    assert stay.settle(Opening(is_same=False, holder="tmux"), new) == new
    assert stay.marker == ""
    await until(lambda: not leaver.under_way)
    assert way.hung_up == [before.marker]


async def test_what_nobody_comes_back_for_goes() -> None:
    leaver, way = Leaver(), FakeRung()
    stay, before = await lost(leaver, way, "screen")
    stay.abandon()
    stay.abandon()
    await until(lambda: not leaver.under_way)
    assert way.hung_up == [before.marker]


@pytest.mark.parametrize("holder", ["dtach", "screen"])
async def test_the_return_is_marked_on_the_screen_where_something_may_be_missing(holder: str) -> None:
    first, second = FakeChannel(Stdout(opening(holder) + b"$ ")), FakeChannel()
    rung = FakeRung(first, second)
    terminal = Terminal(TARGET, Ladder((rung,)), SIZE, scrollback=100, resumes=True)
    first.say(Ended(dropped("cut")))
    await terminal.run()
    marker = rung.requests[0].command[4]
    second.say(Stdout(opening(holder, same=True)), Ended(exited(0)))
    await terminal.run()
    assert rung.requests[1].command[-2] == marker
    assert terminal.came_back.startswith("the same shell · dropped ")
    terminal.screen.scroll_to_top()
    terminal.screen.update()
    text = "\n".join("".join(run.text for run in row) for row in terminal.screen.rows)
    assert "$" in text
    assert "the same shell" in text
    await until(lambda: not terminal._ladder.leaver.under_way)


async def test_a_terminal_that_need_not_outlive_a_drop_asks_for_a_plain_shell() -> None:
    channel = FakeChannel(Stdout(b"$ "), Ended(exited(0)))
    rung = FakeRung(channel)
    await Terminal(TARGET, Ladder((rung,)), SIZE).run()
    assert rung.requests[0].resumes is None
    assert len(rung.requests[0].command) == 5
