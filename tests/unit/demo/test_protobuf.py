import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.demo.protobuf import read_access_review, read_rules_review


def field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def review(spec: bytes) -> bytes:
    """A message as kubectl posts it: the type beside the object, the object's metadata beside its spec."""
    kind = field(1, b"authorization.k8s.io/v1") + field(2, b"SelfSubjectAccessReview")
    raw = field(1, b"") + field(2, spec) + field(3, varint(1 << 3) + b"\0")
    return b"k8s\0" + field(1, kind) + field(2, raw) + field(3, b"") + field(4, b"")


def test_may_i() -> None:
    asked = (
        field(1, b"shop")
        + field(2, b"create")
        + field(3, b"")
        + field(5, b"pods")
        + field(6, b"exec")
        + field(8, b"?")
    )
    assert read_access_review(review(field(1, asked))) == {
        "resourceAttributes": {
            "namespace": "shop",
            "verb": "create",
            "resource": "pods",
            "subresource": "exec",
        }
    }
    path = field(1, b"/healthz") + field(2, b"get")
    assert read_access_review(review(field(2, path))) == {
        "nonResourceAttributes": {"path": "/healthz", "verb": "get"}
    }


@given(st.text(min_size=1, max_size=300))
def test_what_may_i(namespace: str) -> None:
    assert read_rules_review(review(field(1, namespace.encode()))) == {"namespace": namespace}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"k8s\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        b"k8s\0\x12\x05ab",
        b"k8s\0\x13",
        b"k8s\0\x11\0\0",
        b"k8s\0\x12",
        review(field(1, field(1, b"\xff\xfe"))),
    ],
)
def test_what_is_no_review(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any of them
        read_access_review(body)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_review_or_an_error(data: bytes) -> None:
    try:
        spec = read_access_review(b"k8s\0" + data)
    except ValueError:
        return
    assert spec.keys() <= {"resourceAttributes", "nonResourceAttributes"}
