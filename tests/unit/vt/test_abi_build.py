"""What podboard declares of libghostty-vt, held against what pyghostty declares of the same release."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pyghostty import _ffi as whole

from podboard.vt import _abi, abi_build, library

PACKAGE = Path(abi_build.__file__).parent

NAMES = sorted(set(dir(library.lib)))
CONSTANTS = [name for name in NAMES if isinstance(getattr(library.lib, name), int)]
FUNCTIONS = [name for name in NAMES if name not in CONSTANTS]
TYPES = _abi.ffi.list_types()[0]
STRUCTS = [name for name in TYPES if _abi.ffi.typeof(name).kind == "struct"]
CALLBACKS = [name for name in TYPES if _abi.ffi.typeof(name).kind == "function"]

# Where the original has a union inside, our struct of the same layout names its members directly.
TWINS = {
    "GhosttyPoint": {"tag": "tag", "x": "value.coordinate.x", "y": "value.coordinate.y"},
    "GhosttyTerminalScrollViewport": {"tag": "tag", "delta": "value.delta"},
}


def layout(ffi: Any, ctype: Any, path: str = "", offset: int = 0) -> dict[str, tuple[int, str, int]]:
    """Offset, kind and size of each innermost field by its path; what only fills up space is left out."""
    found = {}
    for name, member in ctype.fields:
        where = offset + member.offset
        if member.type.kind in ("struct", "union"):
            found |= layout(ffi, member.type, f"{path}{name}.", where)
        elif "padding" not in name and name != "hole":
            found[path + name] = (where, *value(ffi, member.type))
    return found


def value(ffi: Any, ctype: Any) -> tuple[str, int]:
    """How a value is passed: what kind it is of, and its size in bytes."""
    if ctype.kind == "void":
        return ("nothing", 0)
    # Where the original has an enumeration, ours has the plain number it is passed as.
    kinds = {"enum": "number", "primitive": "float" if ctype.cname == "float" else "number"}
    return (kinds.get(ctype.kind, ctype.kind), ffi.sizeof(ctype))


def signature(ffi: Any, ctype: Any) -> tuple[tuple[str, int], ...]:
    """How a function's result and parameters are passed."""
    ctype = ctype if ctype.kind == "function" else ctype.item
    return tuple(value(ffi, part) for part in (ctype.result, *ctype.args))


def test_the_committed_module_is_what_the_declarations_compile_to(tmp_path: Path) -> None:
    fresh = tmp_path / "_abi.py"
    abi_build.write(str(fresh))
    assert fresh.read_bytes() == (PACKAGE / "_abi.py").read_bytes()


def test_something_is_compared() -> None:
    assert len(CONSTANTS) > 60
    assert len(FUNCTIONS) > 40
    assert len(STRUCTS) > 10
    assert len(CALLBACKS) > 3
    assert set(TWINS) <= set(STRUCTS)


@pytest.mark.parametrize("name", CONSTANTS)
def test_a_constant_has_the_number_pyghostty_gives_it(name: str) -> None:
    assert getattr(library.lib, name) == getattr(whole.lib, name)


@pytest.mark.parametrize("name", STRUCTS)
def test_a_struct_lies_in_memory_as_pyghosttys(name: str) -> None:
    ours, theirs = _abi.ffi.typeof(name), whole.ffi.typeof(name)
    assert _abi.ffi.sizeof(ours) == whole.ffi.sizeof(theirs)
    assert _abi.ffi.alignof(ours) == whole.ffi.alignof(theirs)
    expected = layout(whole.ffi, theirs)
    if name in TWINS:
        expected = {mine: expected[path] for mine, path in TWINS[name].items()}
    assert layout(_abi.ffi, ours) == expected


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_called_as_pyghosttys(name: str) -> None:
    ours = _abi.ffi.typeof(getattr(library.lib, name))
    theirs = whole.ffi.typeof(whole.ffi.addressof(whole.lib, name))
    assert signature(_abi.ffi, ours) == signature(whole.ffi, theirs)


@pytest.mark.parametrize("name", CALLBACKS)
def test_a_callback_is_called_as_pyghosttys(name: str) -> None:
    ours, theirs = _abi.ffi.typeof(name), whole.ffi.typeof(name)
    assert signature(_abi.ffi, ours) == signature(whole.ffi, theirs)


def test_nothing_is_declared_that_nobody_uses() -> None:
    users = "".join(
        path.read_text() for path in PACKAGE.glob("*.py") if path.name not in ("_abi.py", "abi_build.py")
    )
    used = set(re.findall(r"\w+", users))
    assert [name for name in (*CONSTANTS, *FUNCTIONS, *CALLBACKS) if name not in used] == []
