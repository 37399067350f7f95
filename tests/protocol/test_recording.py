"""Real shells and programs, recorded and played again."""

import asyncio
import os
from pathlib import Path

import pytest

from podboard.commands.replay import read
from podboard.demo.cluster import DemoCluster
from podboard.demo.images import Image, Tools
from podboard.model.badge import TerminalState
from podboard.model.overrides import Overrides
from podboard.model.size import Size
from podboard.model.target import Target
from podboard.session.recorder import Recordings
from podboard.session.replay import Player
from podboard.session.terminal import Terminal
from podboard.vt.screen import Screen
from podboard.wire.asciicast import Code
from podboard.wiring import open_cluster
from tests.support.tools import needs
from tests.support.waiting import until


def shows(screen: Screen, text: str) -> bool:
    screen.update()
    return any(text in "".join(run.text for run in row) for row in screen.rows)


def play(player: Player, at: float) -> None:
    for _ in player.go_to(at):
        pass


async def test_a_recording_of_vim_ends_with_the_screen_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs("vim")
    monkeypatch.setenv("PODBOARD_CONFIG", os.devnull)
    async with DemoCluster(story=None, images={"podboard/full": Image(Tools.ALL)}) as demo:
        demo.add_namespace("shop")
        demo.add_node("node-1", "192.0.2.2", "10.88.0.0/24")
        container = {"name": "app", "image": "podboard/full"}
        demo.create_pod({"metadata": {"name": "web"}, "spec": {"containers": [container]}}, "shop")
        demo.plane.agenda.advance(60)  # it runs by now
        overrides = Overrides(kubeconfig=str(demo.kubeconfig))
        async with open_cluster(overrides, all_namespaces=True) as cluster:
            recordings = Recordings(tmp_path / "podboard" / "recordings", cluster.context, automatic=True)
            shell = Terminal(
                Target("shop", "web", "app"), cluster.ladder, Size(90, 25), recordings=recordings
            )
            running = asyncio.create_task(shell.run())
            await until(lambda: shows(shell.screen, "$"))
            shell.write(b"vim story.txt\r")
            await until(lambda: shows(shell.screen, "story.txt") and shell.screen.alternate)
            shell.write("iÜber 漢字 once".encode())
            await until(lambda: shows(shell.screen, "漢字 once"))
            shell.resize(Size(70, 20))
            await until(lambda: shows(shell.screen, "-- INSERT --"))
            in_vim = list(shell.screen.rows)
            shell.write(b"\x1b:wq\r")
            await until(lambda: not shell.screen.alternate)
            shell.write(b"printf '\\033[1;38;5;208m%s\\033[0m\\n' orange; seq 100; exit 7\r")
            await running
    assert shell.badge.state is TerminalState.CLOSED
    shell.screen.update()

    [path] = shell.recorded
    cast = read(Path(path))
    player = Player(cast)
    play(player, cast.duration)
    player.screen.update()
    assert player.screen.rows == shell.screen.rows
    assert player.screen.cursor == shell.screen.cursor
    assert (player.screen.size, player.exit_code) == (Size(70, 20), "7")
    assert {event.code for event in cast.events} == {Code.OUTPUT, Code.RESIZE, Code.EXIT}

    play(player, 0.0)
    assert any(player.find("漢字 once"))
    resized = next(event.at for event in cast.events if event.code == Code.RESIZE)
    left = next(event.at for event in cast.events if event.at > resized and "\x1b[?1049l" in event.data)
    moments = sorted({event.at for event in cast.events if resized <= event.at < left})
    player = Player(cast)
    sights = []
    for moment in moments:
        play(player, moment)
        player.screen.update()
        sights.append(list(player.screen.rows))
    assert in_vim in sights
