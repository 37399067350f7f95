"""When a terminal is painted, with a clock that the test moves."""

import asyncio
import heapq
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.ui import painter as painter_module
from podboard.ui.painter import FRAME, Painter

BACKLOG = 4


class Timer:
    def __init__(self, at: float, callback: Callable[[], None]) -> None:
        self.at, self.callback, self.cancelled = at, callback, False

    def __lt__(self, other: "Timer") -> bool:
        return self.at < other.at

    def cancel(self) -> None:
        self.cancelled = True


class World:
    """A clock, an event loop that knows timers only, and a screen that counts its paints.

    Attributes:
        cost: Seconds a paint takes.
        backlog: Writes the person's terminal has not taken yet.
        paints: When the screen was painted.
    """

    def __init__(self, cost: float = 0.0) -> None:
        self.now = 100.0
        self.cost = cost
        self.backlog = 0
        self.paints: list[float] = []
        self._timers: list[Timer] = []
        self.painter = Painter(self._paint, lambda: self.backlog)

    def _paint(self) -> None:
        self.paints.append(self.now)
        self.now += self.cost

    def monotonic(self) -> float:
        return self.now

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        timer = Timer(self.now + seconds, callback)
        heapq.heappush(self._timers, timer)
        return timer

    @property
    def waiting(self) -> int:
        return sum(not timer.cancelled for timer in self._timers)

    def go_to(self, moment: float) -> None:
        """Let time pass."""
        while self._timers and self._timers[0].at <= moment:
            timer = heapq.heappop(self._timers)
            if not timer.cancelled:
                self.now = max(self.now, timer.at)
                timer.callback()
        self.now = max(self.now, moment)

    def go_on(self, seconds: float) -> None:
        self.go_to(self.now + seconds)

    def flood(self, seconds: float) -> None:
        """Ask for a paint every millisecond."""
        end = self.now + seconds
        while self.now < end:
            self.painter.request()
            self.go_on(0.001)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return in_world(monkeypatch, World())


def in_world(monkeypatch: pytest.MonkeyPatch, world: World) -> World:
    monkeypatch.setattr(painter_module, "time", world)
    monkeypatch.setattr(painter_module, "asyncio", SimpleNamespace(get_running_loop=lambda: world))
    return world


def test_the_first_output_is_painted_at_once(world: World) -> None:
    world.painter.request()
    assert world.paints == [100.0]
    assert world.waiting == 0


def test_one_saved_frame_and_then_one_a_frame(world: World) -> None:
    for _ in range(3):
        world.painter.request()
    assert world.paints == [100.0, 100.0]
    assert world.waiting == 1
    world.go_on(1)
    assert world.paints[2:] == [pytest.approx(100.0 + FRAME)]
    assert world.waiting == 0


def test_only_one_frame_is_saved_up(world: World) -> None:
    world.painter.request()
    world.go_on(60)
    for _ in range(5):
        world.painter.request()
    assert world.paints == [100.0, 160.0, 160.0]


def test_many_requests_are_one_paint(world: World) -> None:
    world.flood(0.002)
    world.paints.clear()
    for _ in range(50):
        world.painter.request()
    world.go_on(1)
    assert len(world.paints) == 1


def test_a_flood_is_painted_sixty_times_a_second(world: World) -> None:
    world.flood(2)
    assert 118 <= len(world.paints) <= 122


def test_a_flood_of_costly_paints_leaves_time_for_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    world = in_world(monkeypatch, World(cost=0.010))
    world.flood(2)
    share = len(world.paints) * 0.010 / 2
    assert 0.2 < share < 0.3


def test_however_costly_it_is_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    world = in_world(monkeypatch, World(cost=0.2))
    world.flood(4)
    assert len(world.paints) >= 4 / 0.25


def test_a_slow_line_gets_fewer_frames(world: World) -> None:
    world.backlog = BACKLOG
    world.flood(0.5)
    assert world.paints == []
    assert world.waiting == 1
    world.backlog = BACKLOG - 1
    world.go_on(FRAME)
    assert len(world.paints) == 1
    assert world.waiting == 0


def test_what_was_asked_for_can_be_forgotten(world: World) -> None:
    for _ in range(3):
        world.painter.request()
    world.painter.stop()
    world.painter.stop()
    world.go_on(1)
    assert len(world.paints) == 2
    world.painter.request()
    assert len(world.paints) == 3


@given(
    st.lists(st.tuples(st.floats(0, 0.05), st.booleans()), max_size=60),
    st.floats(0, 0.03),
)
def test_never_more_than_a_frame_allows_and_nothing_is_left_out(
    steps: list[tuple[float, bool]], cost: float
) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        world = in_world(monkeypatch, World(cost))
        requests = []
        for pause, is_backlogged in steps:
            world.backlog = BACKLOG if is_backlogged else 0
            requests.append(world.now)
            world.painter.request()
            world.go_on(pause)
        world.backlog = 0
        world.go_on(1)
    for index, start in enumerate(world.paints):
        for count, end in enumerate(world.paints[index:], 1):
            assert count <= (end - start) / FRAME + 2 + 1e-6
    assert all(any(paint >= request for paint in world.paints) for request in requests)
    assert world.waiting == 0


async def test_on_a_real_loop() -> None:
    painted = asyncio.Event()
    painter = Painter(painted.set, lambda: 0)
    for _ in range(3):
        painted.clear()
        painter.request()
    assert not painted.is_set()
    await asyncio.wait_for(painted.wait(), 5)
