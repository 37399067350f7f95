import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.demo.gojson import decode_object, encode

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_what_is_written_means_what_was_given_and_cannot_end_a_script(value: object) -> None:
    text = encode(value)
    assert json.loads(text) == value
    assert not any(mark in text.decode() for mark in ("<", ">", "&", "\u2028", "\u2029"))


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"null", b"{", b'{"a":}', b"\xff", b'{"a":' * 100_000, b'{"\xff":1}']
)
def test_what_is_no_object_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match="no JSON object"):
        decode_object(text)
