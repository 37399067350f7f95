"""What is loaded when: counted in modules, which tell on every machine the same."""

import json
import subprocess
import sys

from podboard.ui.app import LATER

NEVER_FIRST = {
    "kubernetes",
    "asyncssh",
    "aiohttp",
    "aiosqlite",
    "cryptography",
    "pyghostty",
    "cffi",
    "yaml",
    "ssl",
}
"""What the first frame has no use for."""


def loaded(*steps: str) -> list[set[str]]:
    """The modules that each of several lines of Python loads beside those before it."""
    script = "import sys, json\nseen = set(sys.modules)\ntold = []\n"
    for step in steps:
        script += f"{step}\nnow = set(sys.modules)\ntold.append(sorted(now - seen))\nseen = now\n"
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"{script}print(json.dumps(told))"],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stderr == ""
    return [set(modules) for modules in json.loads(done.stdout)]


def tops(modules: set[str]) -> set[str]:
    return {module.partition(".")[0] for module in modules}


def test_the_first_frame_loads_little_but_textual() -> None:
    _, first = loaded(
        "import textual.app", "import podboard.commands.board, podboard.commands.demo, podboard.ui.app"
    )
    assert not tops(first) & NEVER_FIRST
    assert tops(first) <= {"podboard", "textual", "msgspec", "gc", "queue", "_queue", "termios", "tty"}
    assert sum(module.startswith("podboard") for module in first) <= 56


def test_what_comes_later_is_not_there_first() -> None:
    first, later = loaded("import podboard.ui.app", "podboard.ui.app._load()")
    assert set(LATER) & first == set()
    assert set(LATER) <= later
    assert "podboard.vt.screen" in later


def test_a_way_over_ssh_loads_nothing_before_it_is_tried() -> None:
    [way] = loaded("import asyncio, podboard.session.climber, podboard.wiring, podboard.ssh.way")
    assert "podboard.ssh.way" in way
    assert not tops(way) & {"asyncssh", "cryptography"}


def test_the_board_never_loads_the_official_clients() -> None:
    [everything] = loaded(
        "import asyncio, podboard.ui.app, podboard.wiring\n"
        "from podboard.model.overrides import Overrides\n"
        "podboard.ui.app._load()\n"
        "async def look():\n"
        "    nowhere = Overrides(kubeconfig='/nowhere')\n"
        "    async with podboard.wiring.open_cluster(nowhere, all_namespaces=True): pass\n"
        "try: asyncio.run(look())\n"
        "except Exception as error: assert 'nowhere' in str(error)"
    )
    assert {"podboard.kube.exec", "podboard.session.terminal"} <= everything
    assert not tops(everything) & {"kubernetes", "aiohttp", "asyncssh", "aiosqlite"}
