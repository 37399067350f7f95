"""Loading libghostty-vt: found without importing pyghostty, and refused where its cells differ."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from podboard.vt import library
from podboard.vt._abi import ffi


def described(**changes: object) -> SimpleNamespace:
    """A library that describes its cells as the real one does, but for some bit fields."""
    description = json.loads(ffi.string(library.lib.ghostty_type_json()))
    description["types"]["GhosttyCell"]["bits"] |= changes
    text = ffi.new("char[]", json.dumps(description).encode())
    return SimpleNamespace(ghostty_type_json=lambda: text)


def test_the_pinned_library_is_laid_out_as_it_is_read() -> None:
    library._verify(described())


@pytest.mark.parametrize("field", library.CELL_LAYOUT)
@pytest.mark.parametrize("change", ["lsb", "width"])
def test_a_library_whose_cells_differ_is_refused(field: str, change: str) -> None:
    first, width = library.CELL_LAYOUT[field]
    bits: dict[str, int] = {"lsb": first, "width": width}
    bits[change] += 1
    with pytest.raises(ImportError, match=rf"'{field}': \({bits['lsb']}, {bits['width']}\)"):
        library._verify(described(**{field: bits}))


def test_a_machine_of_the_other_byte_order_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "byteorder", "big")
    with pytest.raises(ImportError, match="lays cells out"):
        library._verify(described())


def test_the_library_of_the_installed_package_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYGHOSTTY_LIB", raising=False)
    spec = importlib.util.find_spec("pyghostty")
    assert spec is not None
    assert spec.origin is not None
    path = Path(library._path())
    assert path.is_file()
    assert path.parent == Path(spec.origin).parent / "_lib"


def test_another_library_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYGHOSTTY_LIB", "/somewhere/else.so")
    assert library._path() == "/somewhere/else.so"


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYGHOSTTY_LIB", raising=False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(ImportError, match="pyghostty is not installed"):
        library._path()


@pytest.mark.parametrize(
    ("platform", "name"), [("linux", "libghostty-vt.so"), ("darwin", "libghostty-vt.dylib")]
)
def test_the_library_has_the_name_its_platform_gives_it(
    monkeypatch: pytest.MonkeyPatch, platform: str, name: str
) -> None:
    monkeypatch.delenv("PYGHOSTTY_LIB", raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    assert Path(library._path()).name == name


def test_success_passes() -> None:
    library.check(0, "anything")


@pytest.mark.parametrize("result", [-1, 1, 3])
def test_a_failure_of_the_core_names_what_was_done(result: int) -> None:
    with pytest.raises(RuntimeError, match=rf"libghostty-vt: count the sheep failed with {result}"):
        library.check(result, "count the sheep")


def test_a_real_failure_is_raised() -> None:
    out: Any = ffi.new("GhosttyTerminal*")
    with pytest.raises(RuntimeError, match="make a terminal"):
        library.check(library.lib.ghostty_terminal_new(ffi.NULL, out, 0, 0), "make a terminal")


def test_the_core_loads_without_what_parses_declarations() -> None:
    # pyghostty's own import parses all of its interface (170 ms); cffi proper is what parses.
    code = "import sys, podboard.vt.screen; print({'pyghostty', 'cffi', 'textual'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
