"""JSON as Go's encoder writes it, for Go wrote every body the API server sends."""

from __future__ import annotations

import json
from typing import Any, Final, TypeAlias

Object: TypeAlias = dict[str, Any]
"""A Kubernetes object or a part of one: a JSON document whose shape its kind knows."""

_ESCAPED: Final = {
    ord("<"): "\\u003c",
    ord(">"): "\\u003e",
    ord("&"): "\\u0026",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}
"""Go escapes what could end a script element or a JavaScript string; inside JSON these stand in strings only."""


def encode(value: Any) -> bytes:
    """Write a value without spaces, in UTF-8, keys in the order they have."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPED).encode()


def decode_object(text: bytes) -> Object:
    """Read a JSON object.

    Raises:
        ValueError: The text is not JSON, or not an object.
    """
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError("the document is not an object")
    return value
