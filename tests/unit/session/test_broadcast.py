"""A set of terminals that hear what is typed."""

from podboard.model.badge import Badge, TerminalState
from podboard.model.size import Size
from podboard.model.target import Target
from podboard.session.broadcast import Broadcast, listed, names
from podboard.session.ladder import Ladder
from podboard.session.terminal import Terminal


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Pane:
    """A member that notes what it is sent."""

    def __init__(self, pod: str = "web-1") -> None:
        self.terminal = Terminal(Target("shop", pod, "app"), Ladder(()), Size(40, 10))
        self.terminal.opened = 1.0
        self.sent: list[object] = []
        self.become(TerminalState.OPEN)

    def become(self, state: TerminalState) -> None:
        self.terminal.badge = Badge(state, "ws:kubeconfig")

    def send_key(self, key: str, character: str | None) -> None:
        self.sent.append((key, character))

    def send_text(self, text: str) -> None:
        self.sent.append(text)

    def paste(self, text: str) -> None:
        self.sent.append(f"pasted {text}")


def armed(*panes: Pane, clock: Clock | None = None) -> Broadcast[Pane]:
    return Broadcast(panes, 60, clock or Clock())


def test_all_members_hear_and_nobody_else() -> None:
    one, two, other = Pane(), Pane(), Pane()
    broadcast = armed(one, two)
    broadcast.send_text("ls")
    broadcast.send_key("enter", "\r")
    broadcast.paste("a\nb")
    assert one.sent == two.sent == ["ls", ("enter", "\r"), "pasted a\nb"]
    assert other.sent == []


def test_it_is_disarmed_a_while_after_what_was_typed_last() -> None:
    clock = Clock()
    broadcast = armed(Pane(), Pane(), clock=clock)
    assert broadcast.seconds_left == 60
    clock.now += 59.5
    assert broadcast.is_armed
    assert broadcast.seconds_left == 1
    broadcast.send_text("x")
    assert broadcast.seconds_left == 60
    clock.now += 60
    assert not broadcast.is_armed
    assert broadcast.seconds_left == 0


def test_who_is_gone_leaves_it() -> None:
    panes = one, two, three, four = Pane("a"), Pane("b"), Pane("c"), Pane("d")
    broadcast = armed(*panes)
    assert broadcast.sift(panes) == []
    two.become(TerminalState.CLOSED)
    # Not even what is typed before anybody has looked.
    broadcast.send_text("x")
    assert two.sent == []
    assert broadcast.sift([one, two, three]) == [two, four]
    assert broadcast.members == [one, three]
    assert broadcast.is_armed
    assert broadcast.sift([one]) == [three]
    assert not broadcast.is_armed


def test_a_new_shell_is_not_the_one_that_was_meant() -> None:
    one, two, three = Pane(), Pane(), Pane()
    broadcast = armed(one, two, three)
    two.terminal.opened = 2.0
    broadcast.send_text("rm -r .")
    assert two.sent == []
    assert broadcast.sift([one, two, three]) == [two]


def test_names_tell_terminals_of_one_pod_apart() -> None:
    assert names([Pane(pod).terminal for pod in ("web-1", "db-1", "web-1", "x\x1b")]) == [
        "web-1",
        "db-1",
        "web-1 (2)",
        "x\\x1b",
    ]


def test_as_many_names_as_there_is_room_for() -> None:
    pods = [f"web-{number}" for number in range(12)]
    assert listed(pods, 200) == ", ".join(pods)
    assert listed(pods, 20) == "web-0, web-1 +10"
    assert listed(pods, 9) == "web-0 +11"
    assert listed(pods, 8) == "web… +11"
    assert listed(["web-0"], 5) == "web-0"
    assert listed(["web-0"], 4) == "web…"
    assert listed(["web-0"], 0) == "w…"
    assert listed([], 20) == ""
