"""What terminals had shown, in files."""

import os
import time
from pathlib import Path

import pytest

from podboard.session import keeping
from podboard.session.keeping import EXPIRES, Keeping


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_what_is_kept_is_read_again_until_it_is_forgotten(tmp_path: Path) -> None:
    kept = Keeping(tmp_path / "kept", "kind-dev")
    names = kept.keep([b"one", b"", b"three"])
    assert [bool(name) for name in names] == [True, False, True]
    assert Keeping(tmp_path / "kept", "kind-dev").read(names) == [b"one", b"", b"three"]
    kept.forget()
    assert kept.read(names) == [b"", b"", b""]
    assert files(tmp_path) == []
    kept.forget()


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Keeping(tmp_path / "kept", "kind-dev").keep([b"secret"])
    finally:
        os.umask(before)
    [file] = files(tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_each_context_has_its_own_and_the_latest_alone(tmp_path: Path) -> None:
    prod, dev = Keeping(tmp_path, "prod/../../x"), Keeping(tmp_path, "dev\udcff")
    of_prod = prod.keep([b"prod"])
    dev.keep([b"dev"])
    of_dev = dev.keep([b"dev again"])
    assert len(files(tmp_path)) == 2
    assert prod.read(of_prod) == [b"prod"]
    assert dev.read(of_dev) == [b"dev again"]
    assert dev.read(of_prod) == [b""]


def test_names_lead_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "other.vt").write_bytes(b"other")
    kept = Keeping(tmp_path / "kept", "dev")
    kept.keep([b"one"])
    assert kept.read(["../../other.vt", str(tmp_path / "other.vt"), "", ".", "missing.vt"]) == [b""] * 5


def test_what_nobody_came_back_for_goes(tmp_path: Path) -> None:
    Keeping(tmp_path, "old").keep([b"old"])
    [file] = files(tmp_path)
    long_ago = time.time() - EXPIRES - 1
    os.utime(file, (long_ago, long_ago))
    Keeping(tmp_path, "recent").keep([b"recent"])
    Keeping(tmp_path, "new").sweep()
    assert [path.read_bytes() for path in files(tmp_path)] == [b"recent"]


def test_it_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_OF_ALL", 10)
    kept = Keeping(tmp_path, "dev")
    assert kept.read(kept.keep([b"12345", b"123456", b"1"])) == [b"12345", b"", b""]
