"""JSON as Go's encoder writes it, for Go wrote every body the API server sends."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import msgspec

Object: TypeAlias = dict[str, Any]
"""A Kubernetes object or a part of one: a JSON document whose shape its kind knows."""

_ESCAPED: Final = (
    (b"<", b"\\u003c"),
    (b">", b"\\u003e"),
    (b"&", b"\\u0026"),
    ("\u2028".encode(), b"\\u2028"),
    ("\u2029".encode(), b"\\u2029"),
)
"""Go escapes what could end a script element or a JavaScript string; in JSON, only strings hold these."""


def encode(value: Any) -> bytes:
    """Write a value without spaces, in UTF-8, keys in the order they have."""
    text = msgspec.json.encode(value)
    for plain, escaped in _ESCAPED:
        if plain in text:
            text = text.replace(plain, escaped)
    return text


def decode_object(text: bytes) -> Object:
    """Read a JSON object.

    Raises:
        ValueError: The text is not JSON, or not an object.
    """
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (ValueError, RecursionError) as error:  # msgspec's own error is a ValueError
        raise ValueError(f"no JSON object: {error}") from None
