import itertools
import json
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.model.ending import EndingKind
from podboard.model.size import Size
from podboard.wire.exec_channel import (
    STDIN_CHUNK,
    V4,
    V5,
    Connected,
    Ended,
    Event,
    ExecChannel,
    Stderr,
    Stdout,
)
from tests.support.recordings import FOLDER, recording

SUCCESS = b'{"metadata":{},"status":"Success"}'
UPGRADED = sorted(
    path.stem
    for pattern in ("exec-*", "attach-*", "ephemeral-exec*")
    for path in FOLDER.glob(f"{pattern}.json")
    if recording(path.stem).response["status"] == 101 and "base64" not in path.stem
)


def feed(channel: ExecChannel, messages: Iterable[bytes]) -> list[Event]:
    return [event for message in messages if (event := channel.receive(message)) is not None]


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({cut % (len(data) + 1) for cut in cuts} | {0, len(data)})
    return [data[a:b] for a, b in itertools.pairwise(edges)]


@pytest.mark.parametrize("name", UPGRADED)
def test_a_recorded_session_gives_its_bytes_and_its_end(name: str) -> None:
    recorded = recording(name)
    channel = ExecChannel(recorded.response["headers"]["sec-websocket-protocol"])
    events = feed(channel, recorded.received())
    last = channel.connection_ended().ending

    assert isinstance(events[0], Connected)
    assert sum(isinstance(event, Connected) for event in events) == 1
    assert b"".join(e.data for e in events if isinstance(e, Stdout)) == recorded.channel(1)
    assert b"".join(e.data for e in events if isinstance(e, Stderr)) == recorded.channel(2)

    status = recorded.channel(3)
    if not status:
        assert last.kind is EndingKind.DROPPED
    elif not status.startswith(b"{"):
        assert last.kind is EndingKind.FAILED
    else:
        document = json.loads(status)
        assert events[-1] == Ended(last)
        if document["status"] == "Success":
            assert (last.kind, last.exit_code) == (EndingKind.EXITED, 0)
        elif document["reason"] == "NonZeroExitCode":
            code = int(document["details"]["causes"][0]["message"])
            assert (last.kind, last.exit_code) == (EndingKind.EXITED, code)
        else:
            assert (last.kind, last.exit_code) == (EndingKind.FAILED, None)


def test_the_recordings_hold_every_kind_of_end() -> None:
    assert len(UPGRADED) > 100


@given(
    st.binary(max_size=200),
    st.binary(max_size=200),
    st.lists(st.integers(0, 10_000), max_size=12),
    st.sampled_from(["exec-exit7.v4", "exec-exit7.v5", "exec-no-shell.v5", "exec-client-close.v5"]),
)
def test_however_the_bytes_are_split_the_outcome_is_one(
    out: bytes, err: bytes, cuts: list[int], name: str
) -> None:
    status = recording(name).channel(3)
    pieces = [(1, piece) for piece in split(out, cuts)] + [(2, piece) for piece in split(err, cuts)]
    pieces += [(3, piece) for piece in split(status, cuts)]
    channel = ExecChannel(V5)
    events = feed(channel, [bytes([number]) + piece for number, piece in [(1, b""), *pieces]])

    whole = ExecChannel(V5)
    feed(whole, [b"\x03" + status])
    assert b"".join(e.data for e in events if isinstance(e, Stdout)) == out
    assert b"".join(e.data for e in events if isinstance(e, Stderr)) == err
    assert channel.connection_ended() == whole.connection_ended()


@given(st.lists(st.binary(max_size=20), max_size=30))
def test_no_message_raises_and_the_end_is_final(messages: list[bytes]) -> None:
    channel = ExecChannel(None)
    events = feed(channel, messages)
    last = channel.connection_ended()
    assert channel.receive(b"\x01late") is None or not any(isinstance(e, Ended) for e in events)
    assert channel.connection_ended("anything else") == last


@given(
    st.lists(st.tuples(st.sampled_from([1, 1, 1, 2, 3, 7]), st.binary(max_size=6)), max_size=30),
    st.integers(0, 30),
    st.integers(0, 30),
)
def test_many_messages_at_once_are_the_same_but_for_the_joining(
    said: list[tuple[int, bytes]], status_at: int, cut: int
) -> None:
    messages = [bytes([number]) + payload for number, payload in said if number != 3 or not payload]
    messages.insert(status_at, b"\x03" + SUCCESS)
    one, many = ExecChannel(V5), ExecChannel(V5)
    expected = feed(one, messages)
    found = many.receive_all(messages[:cut]) + many.receive_all(messages[cut:])
    assert found.count(Connected()) == expected.count(Connected())
    for kind in (Stdout, Stderr):
        assert output(found, kind) == output(expected, kind)
    assert found[-1] == expected[-1]


def output(events: list[Event], kind: type[Stdout] | type[Stderr]) -> bytes:
    return b"".join(event.data for event in events if isinstance(event, kind))


def test_stdout_in_a_row_comes_joined() -> None:
    messages = [b"\x01", b"\x01a", b"\x01b", b"\x02c", b"\x01d", b"\x01e", b"\x01f"]
    events = ExecChannel(V5).receive_all(messages)
    assert events == [Connected(), Stdout(b"ab"), Stderr(b"c"), Stdout(b"def")]


def test_unknown_channels_and_empty_messages_say_nothing() -> None:
    channel = ExecChannel(V5)
    assert feed(channel, [b"\x01", b"", b"\x07what", b"\x01", b"\xff\x00", b"\x00in"]) == [Connected()]


def test_output_before_the_empty_message_is_output() -> None:
    assert feed(ExecChannel(V4), [b"\x01hi", b"\x01"]) == [Stdout(b"hi")]


def test_nothing_counts_after_the_status() -> None:
    channel = ExecChannel(V5)
    events = feed(channel, [b"\x03" + SUCCESS, b"\x01late", b"\x03" + SUCCESS])
    assert [type(event) for event in events] == [Ended]


def test_a_status_in_pieces_ends_with_its_last_brace() -> None:
    channel = ExecChannel(V5)
    assert feed(channel, [b"\x03" + SUCCESS[:10], b"\x03"]) == []
    assert isinstance(channel.receive(b"\x03" + SUCCESS[10:]), Ended)


def test_plain_text_on_the_status_channel_is_told_when_the_connection_ends() -> None:
    channel = ExecChannel(None)
    assert channel.receive(b"\x03the moon is full") is None
    ending = channel.connection_ended().ending
    assert (ending.kind, ending.sentence) == (EndingKind.FAILED, "the moon is full")


def test_a_failure_without_a_word_is_a_failure() -> None:
    channel = ExecChannel(V5)
    ended = channel.receive(b'\x03{"status":"Failure"}')
    assert isinstance(ended, Ended)
    assert ended.ending.sentence == "the server ended the command without saying why"


def test_a_status_without_end_costs_no_memory() -> None:
    channel = ExecChannel(V5)
    for _ in range(100):
        channel.receive(b"\x03" + b'{"a":"' * 1000)
    assert len(channel._status) == 64 * 1024
    assert channel.connection_ended().ending.kind is EndingKind.FAILED


def test_a_cut_connection_is_told_in_the_callers_words() -> None:
    ending = ExecChannel(V5).connection_ended("no byte for 61 s", "a proxy?").ending
    assert (ending.kind, ending.sentence, ending.hint) == (EndingKind.DROPPED, "no byte for 61 s", "a proxy?")


@given(st.binary(max_size=3 * STDIN_CHUNK + 1))
def test_stdin_goes_out_whole_in_small_messages(data: bytes) -> None:
    messages = list(ExecChannel(V5).stdin(data))
    assert all(message[:1] == b"\x00" and 1 < len(message) <= STDIN_CHUNK + 1 for message in messages)
    assert b"".join(message[1:] for message in messages) == data


def test_a_large_paste_is_cut_at_the_chunk() -> None:
    sizes = [len(message) - 1 for message in ExecChannel(V5).stdin(bytes(2 * STDIN_CHUNK + 5))]
    assert sizes == [STDIN_CHUNK, STDIN_CHUNK, 5]


def test_a_resize_is_the_servers_json() -> None:
    message = ExecChannel(V5).resize(Size(columns=200, rows=50))
    assert message[0] == 4
    assert json.loads(message[1:]) == {"Width": 200, "Height": 50}


def test_only_v5_can_close_stdin() -> None:
    assert ExecChannel(V5).close_stdin() == b"\xff\x00"
    assert ExecChannel(V4).close_stdin() is None
    assert ExecChannel(None).close_stdin() is None
