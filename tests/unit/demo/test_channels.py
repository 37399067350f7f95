import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.demo.channels import V4, V5, Channel, Framing, choose
from podboard.demo.websocket import Message, Opcode


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ([], ""),
        ([V5], V5),
        ([V4, V5], V5),
        ([V5, V4], V5),
        (["v9.channel.k8s.io", V4], V4),
        (["base64.channel.k8s.io"], "base64.channel.k8s.io"),
        (["v9.channel.k8s.io"], None),
        (["SPDY/3.1+portforward.k8s.io"], None),
    ],
)
def test_the_servers_preference_counts(offered: list[str], chosen: str | None) -> None:
    assert choose(offered) == chosen


@given(st.binary(max_size=50))
def test_output_by_protocol(data: bytes) -> None:
    assert Framing(V5).outgoing(Channel.STDERR, data).endswith(b"\2" + data)
    assert Framing("").outgoing(Channel.STDOUT, data)[0] == 0x80 | Opcode.BINARY
    assert Framing("base64.channel.k8s.io").outgoing(Channel.STDOUT, data)[0] == 0x80 | Opcode.TEXT


@pytest.mark.parametrize(
    ("protocol", "payload", "read"),
    [
        (V5, b"", None),
        (V5, b"\0hi", (Channel.STDIN, b"hi")),
        (V5, b"\4{}", (Channel.RESIZE, b"{}")),
        (V5, b"\xff\0", (Channel.CLOSE, b"\0")),
        (V5, b"\7what", None),
        ("base64.channel.k8s.io", b"0aGk=", (Channel.STDIN, b"hi")),
        ("base64.channel.k8s.io", b"0!!", None),
        ("base64.channel.k8s.io", b"9aGk=", None),
        ("base64.channel.k8s.io", b"\0aGk=", None),
    ],
)
def test_input_by_protocol(protocol: str, payload: bytes, read: tuple[Channel, bytes] | None) -> None:
    assert Framing(protocol).incoming(Message(Opcode.BINARY, payload)) == read


def test_only_v5_closes_stdin() -> None:
    assert [Framing(protocol).can_close_stdin for protocol in (V5, V4, "")] == [True, False, False]


def test_last_words() -> None:
    assert json.loads(Framing(V5).exited(0, [])) == {"metadata": {}, "status": "Success"}
    assert Framing("").exited(0, []) == b""
    told = json.loads(Framing(V4).exited(130, ["sh", "-c", "a && b"]))
    assert told["message"].endswith("error executing command [sh -c a && b], exit code 130")
    assert b"\\u0026" in Framing(V4).exited(1, ["a & b"])
    assert told["details"]["causes"] == [{"reason": "ExitCode", "message": "130"}]
    assert (
        Framing("").not_started("no") == b"Internal error occurred: error executing command in container: no"
    )
    assert json.loads(Framing(V4).not_started("no"))["code"] == 500
