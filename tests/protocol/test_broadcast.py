"""Typing into twelve pods at once: real shells in the embedded cluster."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from podboard.demo.cluster import DemoCluster
from podboard.demo.images import Image, Tools
from podboard.model.size import Size
from podboard.model.target import Target
from podboard.session.broadcast import Broadcast
from podboard.session.ladder import Ladder
from podboard.session.survey import Answer, ask, grouped
from podboard.session.terminal import Terminal
from podboard.vt.history import History
from podboard.vt.keys import KeyEncoder
from podboard.vt.prompts import waiting_prompt
from tests.protocol.test_leaving import ladder as ladder  # noqa: PLC0414 - a fixture
from tests.support.waiting import until

RELEASE = "release 1.27\nbuilt on Monday\n"
IMAGES = {
    "podboard/bash": Image(files={"release": RELEASE}),
    "podboard/sh": Image(Tools.SH, files={"release": RELEASE}),
    "podboard/old": Image(files={"release": RELEASE.replace("1.27", "1.26")}),
}
PODS = [f"web-{number:02}" for number in range(12)]
ODD = "web-07"


@pytest_asyncio.fixture
async def cluster() -> AsyncIterator[DemoCluster]:
    async with DemoCluster(story=None, images=IMAGES) as demo:
        demo.add_namespace("shop")
        demo.add_node("node-1", "192.0.2.2", "10.88.0.0/24")
        for number, pod in enumerate(PODS):
            image = "old" if pod == ODD else "sh" if number % 3 == 0 else "bash"
            container = {"name": "app", "image": f"podboard/{image}"}
            demo.create_pod({"metadata": {"name": pod}, "spec": {"containers": [container]}}, "shop")
        demo.plane.agenda.advance(60)  # they run by now
        yield demo


class Shell:
    """A terminal, and what a pane does for it."""

    def __init__(self, ladder: Ladder, pod: str) -> None:
        self.pod = pod
        self.terminal = Terminal(Target("shop", pod, "app"), ladder, Size(80, 24))
        self.history = History(self.terminal.screen)
        self._keys = KeyEncoder(self.terminal.screen)

    def send_key(self, key: str, character: str | None) -> None:
        self.terminal.write(self._keys.encode(key, character))

    def send_text(self, text: str) -> None:
        self.terminal.write(text.encode())

    def paste(self, text: str) -> None:
        self.terminal.paste(text)


@pytest_asyncio.fixture
async def shells(cluster: DemoCluster, ladder: Ladder) -> AsyncIterator[list[Shell]]:
    assert cluster.kubeconfig.exists()
    shells = [Shell(ladder, pod) for pod in PODS]
    tasks = [asyncio.create_task(shell.terminal.run()) for shell in shells]
    await until(lambda: all(waiting_prompt(shell.history) for shell in shells), 20)
    yield shells
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def answers(shells: list[Shell], command: str, limit: float = 20) -> list[Answer[Shell]]:
    return [answer async for answer in ask(shells, command, limit)]


async def test_what_is_typed_once_reaches_twelve_pods(shells: list[Shell]) -> None:
    broadcast = Broadcast(shells, 60)
    broadcast.send_text("echo this-is-$(hostname)")
    broadcast.send_key("enter", "\r")
    await until(lambda: all(f"this-is-{shell.pod}" in shell.history.whole() for shell in shells), 20)
    # Half of them want to know pasted text from typed.
    broadcast.paste("echo $((6 * 7)) > pasted; cat pasted")
    broadcast.send_key("enter", "\r")
    await until(lambda: all("\n42" in shell.history.whole() for shell in shells), 20)


async def test_answers_are_alike_whatever_the_prompts_are(shells: list[Shell]) -> None:
    found = await answers(shells, "cat release")
    assert [answer.trouble for answer in found] == [""] * 12
    usual, odd = grouped(found)
    assert (usual.text, len(usual.members)) == (RELEASE.rstrip("\n"), 11)
    assert (odd.text, [shell.pod for shell in odd.members]) == ("release 1.26\nbuilt on Monday", [ODD])
    names = await answers(shells, "hostname")
    assert {answer.text for answer in names} == set(PODS)
    assert all(answer.text == answer.member.pod for answer in names)


async def test_a_command_that_does_not_end_holds_up_nobody(shells: list[Shell]) -> None:
    slow = f'[ "$(hostname)" = {ODD} ] && cat; echo done'
    found = await answers(shells, slow, 3)
    assert len(found) == 12
    [late] = [answer for answer in found if answer.trouble]
    assert late.member.pod == ODD
    assert [group.text for group in grouped(found)] == ["done"]


@pytest.mark.parametrize("command", ["cd /usr", "true", "seq 300"])
async def test_whatever_becomes_of_the_prompt_it_is_known(shells: list[Shell], command: str) -> None:
    found = await answers(shells, command)
    [group] = grouped(found)
    assert len(group.members) == 12
    assert group.text == ("\n".join(map(str, range(1, 301))) if command == "seq 300" else "")
