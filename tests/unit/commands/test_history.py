"""What ``podboard history`` makes of its flags."""

import asyncio
import json
from pathlib import Path

import pytest

from podboard import cli
from podboard.model.connection import Connection
from podboard.model.shell import Shell
from podboard.records.store import open_store

BEGAN = "2026-01-02T10:00:00.000000Z"


@pytest.fixture
def database(tmp_path: Path) -> str:
    """One terminal, and one shell that nobody looks after."""
    path = tmp_path / "podboard.db"

    async def fill() -> None:
        async with open_store(path) as store:
            await store.begin_connection(
                Connection(
                    context="prod", namespace="shop", pod_name="web-1", container="app", started_at=BEGAN
                )
            )
            await store.put_shell(
                Shell(
                    marker="0a" * 16, context="prod", namespace="shop", pod_name="api-1", container="app",
                    started_at=BEGAN, owner="", trouble="no way leads there",
                )
            )  # fmt: skip

    asyncio.run(fill())
    return str(path)


def test_without_flags_it_tells_of_terminals(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--database", database, "history"]) == 0
    told = capsys.readouterr().out
    assert "web-1" in told
    assert "api-1" not in told


def test_what_is_left_is_told_as_a_table_or_as_json(
    database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["--database", database, "history", "--leftovers"]) == 0
    heads, row = capsys.readouterr().out.splitlines()
    assert heads.split() == ["STARTED", "CONTEXT", "NAMESPACE", "POD", "CONTAINER", "WHY"]
    assert row.split(maxsplit=5) == [
        *("2026-01-02T10:00:00Z", "prod", "shop", "api-1", "app", "no way leads there"),
    ]
    assert cli.main(["--database", database, "history", "--leftovers", "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {
            "started_at": BEGAN,
            "context": "prod",
            "namespace": "shop",
            "pod_name": "api-1",
            "container": "app",
            "why": "no way leads there",
        }
    ]


@pytest.mark.parametrize("flag", ["--clear", "--forget"])
def test_nothing_is_taken_away_by_half_a_command(
    flag: str, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["--database", database, "history", flag]) == 2
    assert capsys.readouterr() == (
        "",
        f"podboard: {flag} is for --leftovers\npodboard: podboard history --leftovers {flag}\n",
    )
    assert cli.main(["--database", database, "history", "--leftovers"]) == 0
    assert "api-1" in capsys.readouterr().out
