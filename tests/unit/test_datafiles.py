"""Finding the files that are data."""

from pathlib import Path

import pytest

from podboard import datafiles
from podboard.datafiles import data_file

TOP = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["podboard.tcss", "schema.sql"])
def test_in_a_checkout_they_lie_at_the_top(name: str) -> None:
    assert data_file(name) == TOP / name


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    package = tmp_path / "site-packages" / "podboard"
    package.mkdir(parents=True)
    monkeypatch.setattr(datafiles, "_PACKAGE", package)
    return package


def test_once_installed_they_lie_in_the_package(package: Path) -> None:
    inside, outside = package / "podboard.tcss", package.parent / "podboard.tcss"
    outside.touch()
    assert data_file("podboard.tcss") == outside
    inside.touch()
    assert data_file("podboard.tcss") == inside


def test_one_that_is_missing_is_told(package: Path) -> None:
    (package / "podboard.tcss").mkdir()
    with pytest.raises(FileNotFoundError, match=r"podboard\.tcss is missing from .*: install podboard anew"):
        data_file("podboard.tcss")
