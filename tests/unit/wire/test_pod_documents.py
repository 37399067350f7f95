import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.wire.pod_documents import (
    Added,
    Bookmark,
    Deleted,
    Failed,
    Lines,
    Modified,
    decode_event,
    decode_page,
    decode_pod,
)
from tests.support.recordings import recording


def page(*items: object) -> bytes:
    return json.dumps({"metadata": {"resourceVersion": "7"}, "items": items}).encode()


def test_a_recorded_list_in_pages() -> None:
    pages = [decode_page(recording(f"http-pods-page-{number}").body) for number in (1, 2, 3, 4)]
    assert all(found is not None for found in pages)
    found = [entry for entry in pages if entry is not None]
    assert [entry.remaining for entry in found] == [9, 6, 3, 0]
    assert [bool(entry.continue_token) for entry in found] == [True, True, True, False]
    assert len({entry.resource_version for entry in found}) == 1
    pods = [decode_pod(document) for entry in found for document in entry.documents]
    assert len({pod.key for pod in pods if pod is not None}) == 12


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"items":[]}',
        b'{"items":[],"metadata":{}}',
        b'{"items":{},"metadata":{"resourceVersion":"1"}}',
        b'{"items":' + b"[" * 9999,
        b"<html>",
    ],
)
def test_what_is_no_list(body: bytes) -> None:
    assert decode_page(body) is None


def test_an_empty_list_may_be_null() -> None:
    found = decode_page(b'{"metadata":{"resourceVersion":"1"},"items":null}')
    assert found is not None
    assert found.documents == ()


def test_an_odd_pod_does_not_spoil_the_others() -> None:
    good = {"metadata": {"name": "good"}}
    odd = [
        {"metadata": {"name": 7}},
        {"metadata": {"name": "odd"}, "status": {"containerStatuses": [{"restartCount": "many"}]}},
        {"metadata": {}},
        "pod",
    ]
    found = decode_page(page(odd[0], good, *odd[1:], good))
    assert found is not None
    pods = [decode_pod(document) for document in found.documents]
    assert [pod.name if pod else None for pod in pods] == [None, "good", None, None, None, "good"]


def test_fields_that_are_missing_or_null_are_no_oddity() -> None:
    bare = {
        "metadata": {"name": "bare", "labels": None, "ownerReferences": None, "creationTimestamp": None},
        "spec": {"containers": None},
        "status": {"containerStatuses": [{"name": "app"}], "conditions": None, "podIPs": None},
    }
    found = decode_page(page(bare, {"metadata": {"name": "barer"}}))
    assert found is not None
    assert [pod.name for pod in map(decode_pod, found.documents) if pod] == ["bare", "barer"]


def test_a_recorded_pods_life() -> None:
    events = [decode_event(line.encode()) for line in recording("watch-pod-life").lines]
    assert [type(event) for event in events] == [Added, *[Modified] * 8, Deleted, Bookmark]
    versions = [int(e.object.metadata.resource_version) for e in events if isinstance(e, Modified | Bookmark)]
    assert versions == sorted(versions)


def test_a_recorded_410() -> None:
    (line,) = recording("watch-410").lines
    event = decode_event(line.encode())
    assert isinstance(event, Failed)
    assert event.object.code == 410


@pytest.mark.parametrize(
    "line", [b"", b"{}", b'{"type":"NEW","object":{}}', b'{"type":"ADDED"}', b"7", b"[" * 9999]
)
def test_what_is_no_event(line: bytes) -> None:
    assert decode_event(line) is None


@given(st.lists(st.binary(max_size=20).filter(lambda line: b"\n" not in line)), st.data())
def test_lines_come_out_however_the_stream_is_split(lines: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(line + b"\n" for line in lines)
    splitter, found, start = Lines(), [], 0
    while start < len(stream):
        end = data.draw(st.integers(start + 1, len(stream)))
        found += splitter.feed(stream[start:end])
        start = end
    assert found == [line for line in lines if line]
    assert splitter.pending == 0


def test_what_is_pending_is_counted() -> None:
    lines = Lines()
    assert list(lines.feed(b"a\nbc")) == [b"a"]
    assert list(lines.feed(b"def")) == []
    assert lines.pending == 5
    assert list(lines.feed(b"\n")) == [b"bcdef"]
