"""What is told of a database, and that telling it changes nothing."""

import json
from pathlib import Path

import pytest

from podboard.errors import DamagedDatabaseError, DatabaseError
from podboard.records.status import status
from podboard.records.store import open_store
from podboard.records.upgrade import upgrade
from tests.support.databases import OLD, execute, make, make_application


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "podboard.db"


async def test_nothing_is_made_where_nothing_is(path: Path) -> None:
    found = await status(path)
    assert found.lines() == [
        f"There is no database {path} yet: podboard makes it when it has something to keep."
    ]
    assert found.document()["found"] is None
    assert not list(path.parent.iterdir())


@pytest.mark.parametrize("fixture", OLD)
async def test_an_old_database(path: Path, fixture: str) -> None:
    make(path, fixture)
    before = path.read_bytes()
    found = await status(path)
    version = 1 if fixture == "version-1" else 0
    assert (found.version, found.problems) == (version, ())
    assert found.upgrade == await upgrade(path, dry_run=True)
    document = json.loads(json.dumps(found.document()))
    assert document["database"] == str(path)
    assert (document["found"], document["known"], document["integrity"]) == (version, 3, "ok")
    assert document["upgrade"]["needed"] is True
    assert document["upgrade"]["records"] == (3 if version else 2)
    assert document["upgrade"]["legacyTable"] == (version == 0)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


async def test_a_current_database(path: Path) -> None:
    async with open_store(path):
        pass
    found = await status(path)
    assert found.lines() == [
        f"Database:  {path}",
        "Found:     of version 3",
        "Known:     of version 3",
        "Integrity: ok",
        f"{path} is of version 3, the one this podboard knows: nothing to do.",
    ]


async def test_a_newer_database(path: Path) -> None:
    async with open_store(path):
        pass
    execute(path, "PRAGMA user_version = 4")
    found = await status(path)
    assert (found.version, found.upgrade) == (4, None)
    assert found.lines()[-1] == "It is newer than this podboard: use a newer podboard."
    assert found.document()["upgrade"] is None


async def test_a_damaged_database(path: Path) -> None:
    make_application(path, [{"pod_name": f"web-{number}", "token": "t" * 500} for number in range(100)])
    data = bytearray(path.read_bytes())
    data[4096 * 4 : 4096 * 5] = b"\xff" * 4096
    path.write_bytes(data)
    found = await status(path)
    assert found.problems
    assert found.upgrade is None
    assert "Integrity: damaged" in found.lines()
    assert found.document()["integrity"] == list(found.problems)


async def test_no_database(path: Path) -> None:
    path.write_bytes(b"x" * 5000)
    with pytest.raises(DamagedDatabaseError, match="is no database"):
        await status(path)


async def test_a_database_of_others(path: Path) -> None:
    execute(path, "CREATE TABLE notes (text)")
    with pytest.raises(DatabaseError, match="not podboard's"):
        await status(path)
