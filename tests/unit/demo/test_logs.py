import asyncio
from pathlib import Path

import pytest

from podboard.demo.logs import Log, LogQuery, Logs
from tests.support.waiting import until


@pytest.fixture
def log(tmp_path: Path) -> Log:
    made = Log(tmp_path / "logs" / "0.log")
    for number in range(5):
        made.write(f"line {number}", 1000.0 + number)
    return made


def files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def read(log: Log, **asked: object) -> bytes:
    return b"".join([piece async for piece in log.read(LogQuery(**asked))])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({}, b"line 0\nline 1\nline 2\nline 3\nline 4\n"),
        ({"tail": 2}, b"line 3\nline 4\n"),
        ({"tail": 0}, b""),
        ({"tail": 99, "since": 1002.5}, b"line 3\nline 4\n"),
        ({"limit": 9}, b"line 0\nli"),
        ({"tail": 1, "timestamps": True}, b"1970-01-01T00:16:44.000000000Z line 4\n"),
    ],
)
async def test_what_of_it_is_wanted(asked: dict[str, object], text: bytes, log: Log) -> None:
    assert await read(log, **asked) == text


async def test_nothing_was_said(tmp_path: Path) -> None:
    assert await read(Log(tmp_path / "none.log")) == b""


async def test_moments_never_go_back(log: Log) -> None:
    log.write("late", 1.0)
    log.write("later", 1.0)
    said = (await read(log, tail=2, timestamps=True)).decode()
    assert [line.partition(" ")[0][-11:] for line in said.splitlines()] == [".000000001Z", ".000000002Z"]


async def test_it_is_followed_to_its_end(log: Log) -> None:
    pieces: list[bytes] = []

    async def follow() -> None:
        async for piece in log.read(LogQuery(follow=True, tail=1)):
            pieces.append(piece)  # noqa: PERF401 - as they come

    task = asyncio.create_task(follow())
    await until(lambda: pieces)
    log.write("more", 2000.0)
    log.write("and more", 2001.0)
    log.end()
    await task
    assert b"".join(pieces) == b"line 4\nmore\nand more\n"


async def test_following_stops_at_its_limit(log: Log) -> None:
    assert await read(log, follow=True, limit=10) == b"line 0\nlin"


async def test_a_forgotten_log_leaves_no_file(tmp_path: Path) -> None:
    logs = Logs(tmp_path)
    logs.of("a").write("x", 1.0)
    assert logs.of("a") is logs.of("a")
    assert len(files(tmp_path)) == 1
    logs.forget("a")
    logs.forget("a")
    assert files(tmp_path) == []
