import os
import subprocess
import sys
import tempfile
from pathlib import Path

import keyring
import pytest
from keyring.backends.fail import Keyring

from podboard.commands.board_records import demo_records, open_records
from podboard.demo.folder import sweep
from podboard.model.record import Record
from podboard.model.secret import Secret

SEALED = Record(name="a", pod_name="a", token=Secret.of("t"))


def left_in(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whenever somebody looks for the person's keyring."""
    found: list[str] = []

    def get_keyring() -> Keyring:
        found.append("asked")
        return Keyring()  # type: ignore[no-untyped-call]

    monkeypatch.setattr(keyring, "get_keyring", get_keyring)
    return found


async def test_the_demo_leaves_the_keyring_alone_and_nothing_behind(
    asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    async with demo_records("demo") as store:
        await store.add([SEALED])
        assert await store.names() == {"a", "postgres", "web"}
        assert left_in(tmp_path) != []
    assert left_in(tmp_path) == []
    assert asked == []


def test_what_a_killed_demo_left_is_swept_up_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    program = (
        "import asyncio\n"
        "from podboard.commands.board_records import demo_records\n"
        "async def show():\n"
        "    async with demo_records('demo'):\n"
        "        print('shown', flush=True)\n"
        "        await asyncio.Event().wait()\n"
        "asyncio.run(show())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    ) as demo:
        assert demo.stdout is not None
        assert demo.stdout.readline() == "shown\n"
        sweep()
        [folder] = tmp_path.iterdir()
        assert (folder / "podboard.db").exists()
        demo.kill()
    assert left_in(tmp_path) == [folder.name]
    sweep()
    assert left_in(tmp_path) == []


async def test_records_of_ones_own_are_sealed_with_a_key_of_the_keyring(
    asked: list[str], tmp_path: Path
) -> None:
    async with open_records(tmp_path / "podboard.db") as store:
        await store.add([SEALED])
    assert asked != []
