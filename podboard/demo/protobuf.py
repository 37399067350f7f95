"""Just enough of Kubernetes' protobuf to read what kubectl asks in it: may I do this, what may I do.

kubectl posts reviews in protobuf, whatever the server prefers. Answers in JSON it takes. The numbers are
those of ``generated.proto`` in ``k8s.io/api/authorization/v1`` and ``k8s.io/apimachinery/pkg/runtime``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from podboard.demo.gojson import Object

MEDIA_TYPE: Final = "application/vnd.kubernetes.protobuf"

_MAGIC: Final = b"k8s\0"
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_LONGEST_VARINT: Final = 10

_UNKNOWN_RAW: Final = 2
_REVIEW_SPEC: Final = 2
_RESOURCE_ATTRIBUTES: Final = {
    1: "namespace",
    2: "verb",
    3: "group",
    4: "version",
    5: "resource",
    6: "subresource",
    7: "name",
}
_PATH_ATTRIBUTES: Final = {1: "path", 2: "verb"}


def read_access_review(body: bytes) -> Object:
    """Return the ``spec`` of a SelfSubjectAccessReview, as JSON would have it.

    Raises:
        ValueError: The body is no such message.
    """
    spec = _review_spec(body)
    told: Object = {}
    if 1 in spec:
        told["resourceAttributes"] = _texts(spec[1], _RESOURCE_ATTRIBUTES)
    if 2 in spec:  # noqa: PLR2004 (a field's number)
        told["nonResourceAttributes"] = _texts(spec[2], _PATH_ATTRIBUTES)
    return told


def read_rules_review(body: bytes) -> Object:
    """Return the ``spec`` of a SelfSubjectRulesReview, as JSON would have it.

    Raises:
        ValueError: The body is no such message.
    """
    return _texts(_review_spec(body), {1: "namespace"})


def _review_spec(body: bytes) -> dict[int, bytes]:
    if not body.startswith(_MAGIC):
        raise ValueError("not a Kubernetes protobuf message")
    review = _fields(_fields(body[len(_MAGIC) :]).get(_UNKNOWN_RAW, b""))
    return _fields(review.get(_REVIEW_SPEC, b""))


def _texts(message: bytes | dict[int, bytes], names: dict[int, str]) -> Object:
    found = message if isinstance(message, dict) else _fields(message)
    return {names[number]: text.decode() for number, text in found.items() if number in names and text}


def _fields(message: bytes) -> dict[int, bytes]:
    """Return a message's length-delimited fields by number, the last one of each."""
    found: dict[int, bytes] = {}
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        number, kind = key >> 3, key & 7
        if kind == _BYTES:
            size, position = _varint(message, position)
            end = position + size
            if end > len(message):
                raise ValueError("a field goes beyond its message")
            found[number] = message[position:end]
            position = end
        elif kind == _VARINT:
            _, position = _varint(message, position)
        elif kind in (_FIXED64, _FIXED32):
            position += 8 if kind == _FIXED64 else 4
        else:
            raise ValueError("a field of an unknown kind")
    if position != len(message):
        raise ValueError("a field goes beyond its message")
    return found


def _varint(message: bytes, position: int) -> tuple[int, int]:
    value = 0
    for index, byte in enumerate(message[position : position + _LONGEST_VARINT]):
        value |= (byte & 0x7F) << (7 * index)
        if not byte & 0x80:
            return value, position + index + 1
    raise ValueError("a number does not end")
