"""libghostty-vt, loaded through declarations made for exactly the pinned ``pyghostty``."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from typing import Any

from podboard.vt._abi import ffi

__all__ = ["check", "ffi", "lib"]

CELL_LAYOUT = {
    "content_tag": (0, 2),
    "content": (2, 24),
    "style_id": (26, 16),
    "wide": (42, 2),
    "hyperlink": (45, 1),
}
"""First bit and width of each field of a cell that ``podboard.vt.cells`` reads."""


def _path() -> str:
    """Where the library lies: ``PYGHOSTTY_LIB``, as pyghostty has it, else in its package."""
    if path := os.environ.get("PYGHOSTTY_LIB"):
        return path
    # Found, not imported: importing it would parse the declarations of its whole interface.
    spec = importlib.util.find_spec("pyghostty")
    if spec is None or not spec.submodule_search_locations:
        msg = "the package pyghostty is not installed"
        raise ImportError(msg)
    name = "libghostty-vt.dylib" if sys.platform == "darwin" else "libghostty-vt.so"
    return os.path.join(spec.submodule_search_locations[0], "_lib", name)  # noqa: PTH118 - no file system here


def _verify(library: Any) -> None:
    """Refuse a library whose cells are laid out otherwise than ``podboard.vt.cells`` reads them."""
    fields = json.loads(ffi.string(library.ghostty_type_json()))["types"]["GhosttyCell"]["bits"]
    found = {name: (fields[name]["lsb"], fields[name]["width"]) for name in CELL_LAYOUT}
    if found != CELL_LAYOUT or sys.byteorder != "little":
        msg = f"this libghostty-vt lays cells out as {found}, podboard reads {CELL_LAYOUT}"
        raise ImportError(msg)


def check(result: int, what: str) -> None:
    """Raise ``RuntimeError`` naming ``what`` unless ``result`` is success (0)."""
    if result:
        msg = f"libghostty-vt: {what} failed with {result}"
        raise RuntimeError(msg)


lib = ffi.dlopen(_path())
_verify(lib)
