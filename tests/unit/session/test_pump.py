"""Turns: how far one reads, who comes next, and how it ends."""

import asyncio
from itertools import count, pairwise
from types import SimpleNamespace

import pytest

from podboard.model.ending import Ending, exited
from podboard.session import pump as pump_module
from podboard.session.pump import HIDDEN_BUDGET, JOINED, SHOWN_BUDGET, Pump, Turns
from podboard.wire.exec_channel import Ended, Event, Stderr, Stdout
from tests.support.waiting import until
from tests.unit.session.fakes import FakeChannel


class Pumped:
    """A pump with a fake channel, and what came of it."""

    def __init__(self, *, shown: bool = True, turns: Turns | None = None) -> None:
        self.channel = FakeChannel()
        self.fed: list[bytes] = []
        self.turns_told = 0
        self.pump = Pump(self.channel, self.feed, self.tell, turns or Turns(), is_shown=shown)

    def feed(self, data: bytes) -> None:
        self.fed.append(data)

    def tell(self) -> None:
        self.turns_told += 1

    async def to_the_end(self) -> Ending:
        async with asyncio.timeout(5):
            return await self.pump.run()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that goes on by a millisecond whenever somebody looks at it."""
    ticks = count()
    monkeypatch.setattr(pump_module, "time", SimpleNamespace(monotonic=lambda: next(ticks) / 1000))


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pump_module, "GATHERING", 0)
    monkeypatch.setattr(pump_module, "GAP", 0)


async def test_feeds_all_there_is_in_order_up_to_the_end() -> None:
    pumped = Pumped()
    pumped.channel.say(Stdout(b"one"), Stderr(b"two"), Stdout(b"three"), Ended(exited(4)), Stdout(b"late"))
    assert (await pumped.to_the_end()).exit_code == 4
    assert pumped.fed == [b"one", b"two", b"three"]
    assert pumped.turns_told == 1


async def test_output_is_fed_in_the_very_callback_that_brings_it() -> None:
    pumped = Pumped()
    running = asyncio.create_task(pumped.pump.run())
    await asyncio.sleep(0)
    pumped.channel.say(Stdout(b"x"))
    assert pumped.fed == [b"x"]
    assert pumped.turns_told == 1
    pumped.channel.say(Ended(exited(0)))
    await running


async def test_a_channel_may_say_that_something_came_while_it_is_asked() -> None:
    pumped = Pumped()
    channel = pumped.channel
    receive = channel.receive_nowait

    def receive_and_say() -> Event | None:
        event = receive() or Ended(exited(4))
        if isinstance(event, Ended):
            channel.say()
        return event

    channel.receive_nowait = receive_and_say  # type: ignore[method-assign]
    channel.say(Stdout(b"last words"))
    assert (await pumped.to_the_end()).exit_code == 4
    assert pumped.fed == [b"last words"]


async def test_output_nobody_sees_waits_for_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    turns, asked = Turns(), count()
    ask = turns.ask
    monkeypatch.setattr(turns, "ask", lambda turn: (next(asked), ask(turn)))
    pumped = Pumped(shown=False, turns=turns)
    running = asyncio.create_task(pumped.pump.run())
    await asyncio.sleep(0)
    pumped.channel.say(Stdout(b"x"))
    pumped.channel.say(Stdout(b"y"))
    assert pumped.fed == []
    await until(lambda: pumped.fed == [b"x", b"y"])
    assert pumped.turns_told == 1
    assert next(asked) == 1
    pumped.channel.say(Ended(exited(0)))
    await running


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(("shown", "budget"), [(True, SHOWN_BUDGET), (False, HIDDEN_BUDGET)])
async def test_reads_no_further_than_its_turn_goes(
    shown: bool,  # noqa: FBT001 - one of two cases
    budget: float,
) -> None:
    pumped = Pumped(shown=shown)
    running = asyncio.create_task(pumped.pump.run())
    pumped.channel.say(*[Stdout(b"x")] * 100)
    taken = [0]
    while pumped.channel.taken < 100:
        await asyncio.sleep(0)
        taken.append(pumped.channel.taken)
    steps = [after - before for before, after in pairwise(taken) if after > before]
    assert max(steps) <= budget * 1000 + 1
    assert len(steps) > 10
    assert pumped.turns_told == len(steps)
    pumped.channel.say(Ended(exited(0)))
    await running


@pytest.mark.usefixtures("clock")
async def test_hidden_terminals_take_turns_one_at_a_time() -> None:
    turns = Turns()
    order: list[int] = []
    hidden = [Pumped(shown=False, turns=turns) for _ in range(3)]
    for number, pumped in enumerate(hidden):
        pumped.tell = lambda number=number: order.append(number)  # type: ignore[method-assign, misc]
        pumped.pump = Pump(pumped.channel, pumped.feed, pumped.tell, turns, is_shown=False)
    running = [asyncio.create_task(pumped.pump.run()) for pumped in hidden]
    for pumped in hidden:
        pumped.channel.say(*[Stdout(b"x")] * 6, Ended(exited(0)))
    async with asyncio.timeout(5):
        await asyncio.gather(*running)
    # Each gets on a little, then the next: nobody reads to the end while others have not begun.
    assert order[:3] == [0, 1, 2]
    assert order[3:6] == [0, 1, 2]


@pytest.mark.parametrize(("tick", "told"), [(0.0, [1, 1, 1]), (JOINED, [1, 0, 0])])
async def test_only_turns_with_little_to_do_go_together(
    tick: float, told: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = count()
    monkeypatch.setattr(pump_module, "time", SimpleNamespace(monotonic=lambda: next(ticks) * tick))
    monkeypatch.setattr(pump_module, "GAP", 3600)
    turns = Turns()
    hidden = [Pumped(shown=False, turns=turns) for _ in range(3)]
    running = [asyncio.create_task(pumped.pump.run()) for pumped in hidden]
    await asyncio.sleep(0)
    for pumped in hidden:
        pumped.channel.say(Stdout(b"x"))
    await until(lambda: hidden[0].turns_told == 1)
    assert [pumped.turns_told for pumped in hidden] == told
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


async def test_nothing_is_read_before_it_is_fed() -> None:
    pumped = Pumped()

    def feed(data: bytes) -> None:
        pumped.fed.append(data)
        assert pumped.channel.taken == len(pumped.fed)

    pumped.pump = Pump(pumped.channel, feed, pumped.tell, Turns(), is_shown=True)
    pumped.channel.say(*[Stdout(b"%d" % number) for number in range(50)], Ended(exited(0)))
    await pumped.to_the_end()
    assert pumped.fed[-1] == b"49"


async def test_others_get_their_turn_under_a_flood() -> None:
    pumped = Pumped()
    running = asyncio.create_task(pumped.pump.run())
    for _ in range(200):
        await asyncio.sleep(0)
        pumped.channel.say(Stdout(b"x" * 4096))
    pumped.channel.say(Ended(exited(0)))
    await running
    assert len(pumped.fed) == 200


async def test_what_feeding_raises_ends_the_pump() -> None:
    pumped = Pumped()

    def feed(_data: bytes) -> None:
        raise RuntimeError("the core is broken")

    pumped.pump = Pump(pumped.channel, feed, pumped.tell, Turns(), is_shown=True)
    pumped.channel.say(Stdout(b"x"))
    with pytest.raises(RuntimeError, match="the core is broken"):
        await pumped.to_the_end()


async def test_a_pump_that_was_stopped_feeds_no_more() -> None:
    pumped = Pumped(shown=False)
    running = asyncio.create_task(pumped.pump.run())
    await asyncio.sleep(0)
    pumped.channel.say(Stdout(b"x"))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    later = Pumped(shown=False, turns=pumped.pump._turns)
    later.channel.say(Stdout(b"y"), Ended(exited(0)))
    await later.to_the_end()
    assert pumped.fed == []
