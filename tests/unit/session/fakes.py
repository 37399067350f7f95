"""Ways into pods that a test plays itself."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from podboard.errors import Denied, NotApplicableError
from podboard.model.record import Record
from podboard.model.request import ExecRequest
from podboard.model.size import Size
from podboard.model.target import Target
from podboard.session.terminal import Terminal
from podboard.wire.exec_channel import Event, Stdout
from podboard.wire.shell import hang_up_command


class FakeChannel:
    """A channel whose far end is the test.

    Attributes:
        waiting: What the pod has said and nobody has taken yet.
        taken: How many events were taken.
        written: Every piece of input, in order.
        sizes: Every size the pod was told.
        open_for_input: Cleared while the pod reads no input.
        closes: How often it was let go of.
    """

    def __init__(self, *said: Event) -> None:
        self.waiting: deque[Event] = deque(said)
        self.taken = 0
        self.written: list[bytes] = []
        self.sizes: list[Size] = []
        self.open_for_input = asyncio.Event()
        self.open_for_input.set()
        self.closes = 0
        self.input_has_ended = False
        self._arrived: Callable[[], None] = lambda: None

    def say(self, *events: Event) -> None:
        """Let the pod say something."""
        self.waiting += events
        self._arrived()

    def attend(self, arrived: Callable[[], None]) -> None:
        self._arrived = arrived

    @property
    def input(self) -> bytes:
        return b"".join(self.written)

    def receive_nowait(self) -> Event | None:
        if not self.waiting:
            return None
        self.taken += 1
        return self.waiting.popleft()

    def write_nowait(self, data: bytes) -> bool:
        if self.open_for_input.is_set():
            self.written.append(data)
        return self.open_for_input.is_set()

    async def write(self, data: bytes) -> None:
        await self.open_for_input.wait()
        self.written.append(data)

    async def paste(self, piece: bytes) -> None:
        await self.write(piece)

    async def end_input(self) -> None:
        self.input_has_ended = True

    async def resize(self, size: Size) -> None:
        self.sizes.append(size)

    async def close(self) -> None:
        self.closes += 1


class FakeDebugger:
    """Adds debug containers as a test says.

    Attributes:
        lacks: Who lacks the right to.
        there: Those that are there.
        trouble: Why one does not start.
        images: Of those that were added.
        starts: Lets those that were added start.
    """

    patience = 5.0

    def __init__(self) -> None:
        self.lacks: Denied | None = None
        self.there: list[str] = []
        self.trouble: Exception | None = None
        self.images: list[str] = []
        self.starts = asyncio.Event()

    async def denied(self) -> Denied | None:
        return self.lacks

    async def running(self) -> list[str]:
        return self.there

    async def add(self, image: str) -> str:
        self.images.append(image)
        return f"podboard-debug-{len(self.images)}"

    async def wait(self, name: str, say: Callable[[str], None]) -> None:
        say(f"{name} was added, and starts: ContainerCreating")
        await self.starts.wait()
        if self.trouble is not None:
            raise self.trouble


class FakeRung:
    """A way in that gives what it was given, an error or a channel, one a try.

    Attributes:
        identity: What it stands on.
        trust: By what it knows its server.
        requests: What it was asked to open.
        reached: How often it was reached for.
        hung_up: The markers of the shells it was asked to hang up, which it does.
    """

    def __init__(
        self,
        *answers: FakeChannel | Exception,
        name: str = "ws:kubeconfig",
        before: Callable[[], Awaitable[object]] | None = None,
        reach: Callable[[], Awaitable[object]] | None = None,
        applies: str = "",
    ) -> None:
        self.name = name
        self.endpoint = f"https://{name.replace(':', '-')}.test"
        self.identity = name
        self.trust = name
        self.requests: list[ExecRequest] = []
        self.reached = 0
        self.hung_up: list[str] = []
        self.record: Record | None = None
        self.debugs = FakeDebugger()
        self._answers = deque(answers)
        self._before = before
        self._reach = reach
        self._why_not = applies

    @property
    def asked(self) -> list[tuple[Target, Size | None]]:
        """What it was asked to open, and at which size."""
        return [(request.target, request.size) for request in self.requests]

    async def way(self, _: Target, record: Record | None) -> "FakeRung":
        self.record = record
        if self._why_not:
            raise NotApplicableError(self._why_not)
        return self

    async def prepare(self) -> None:
        pass

    async def reach(self, _: Callable[[str], None]) -> None:
        self.reached += 1
        if self._reach is not None:
            await self._reach()

    async def debugger(self, _: Target) -> FakeDebugger:
        return self.debugs

    async def open(self, request: ExecRequest, _: Callable[[str], None]) -> FakeChannel:
        marker = request.command[-1] if request.command else ""
        if request.command == hang_up_command(marker):
            self.hung_up.append(marker)
            return FakeChannel(Stdout(b"0\n"))
        self.requests.append(request)
        if self._before is not None:
            await self._before()
        answer = self._answers.popleft()
        if isinstance(answer, Exception):
            raise answer
        return answer


class Witness:
    """Listens to a terminal, and notes the badges it has shown and how often its screen changed."""

    def __init__(self, terminal: Terminal) -> None:
        self.badges: list[str] = []
        self.outputs = 0
        self._terminal = terminal
        terminal.attach(self)

    def on_output(self) -> None:
        self.outputs += 1

    def on_change(self) -> None:
        badge = str(self._terminal.badge)
        if self.badges[-1:] != [badge]:
            self.badges.append(badge)
