"""What is typed to a container's own process: keys that leave it, whole lines; and how it ends."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.model.ending import Ending, EndingKind, dropped, exited
from podboard.session.attaching import Attachment, Detaching, KeySequence, LineEditor

KEYS = st.lists(st.sampled_from("abc"), min_size=1, max_size=4)
TYPED = st.lists(st.sampled_from("abc"), max_size=30)


def attachment(*, tty: bool = True, stdin: bool = True, keys: tuple[str, ...] = ("p", "q")) -> Attachment:
    return Attachment(tty=tty, stdin=stdin, detach_keys=keys)


@given(KEYS, TYPED)
def test_keys_go_on_in_order_but_for_what_may_be_the_beginning(keys: list[str], typed: list[str]) -> None:
    sequence, passed = KeySequence(keys), ""
    for count, key in enumerate(typed, 1):
        now, is_complete = sequence.type(key)
        passed += "".join(now)
        so_far = "".join(typed[:count])
        assert is_complete == so_far.endswith("".join(keys))
        if is_complete:
            assert passed + "".join(keys) == so_far
            return
        held = so_far.removeprefix(passed)
        assert so_far == passed + held
        assert "".join(keys).startswith(held)


def test_without_keys_nothing_is_held_back() -> None:
    sequence: KeySequence[str] = KeySequence([])
    assert sequence.type("a") == (("a",), False)


@given(st.binary(max_size=40), st.integers(0, 40))
def test_bytes_are_passed_on_up_to_the_keys(data: bytes, cut: int) -> None:
    detaching = Detaching(b"\x10\x11")
    passed = detaching.take(data[:cut])
    if not detaching.is_left:
        passed += detaching.take(data[cut:])
    before, found, _ = data.partition(b"\x10\x11")
    assert detaching.is_left == bool(found)
    assert passed == (before if found else data.removesuffix(b"\x10"))


@pytest.mark.parametrize(
    ("typed", "sent", "echo"),
    [
        ([b"ls", b"\r"], b"ls\n", b"ls\r\n"),
        ([b"lx", b"\x7f", b"s", b"\r"], b"ls\n", b"lx\b \bs\r\n"),
        ([b"\x7f", b"a", b"\r"], b"a\n", b"a\r\n"),
        ([b"a\rb\r"], b"a\nb\n", b"a\r\nb\r\n"),
        ([b"\x1b[A", b"\x01", b"a"], b"", b"a"),
        (["é\r".encode()], "é\n".encode(), "é\r\n".encode()),
    ],
)
def test_a_process_without_a_terminal_gets_whole_lines(typed: list[bytes], sent: bytes, echo: bytes) -> None:
    editor = LineEditor()
    told = [editor.type(data) for data in typed]
    assert b"".join(to_process for to_process, _ in told) == sent
    assert b"".join(shown for _, shown in told) == echo


def test_what_it_says_without_a_terminal_begins_each_line_at_the_left() -> None:
    assert attachment(tty=False).output(b"a\nb\r\nc") == b"a\r\nb\r\nc"
    assert attachment().output(b"a\nb") == b"a\nb"
    assert attachment().input(b"a\r") == (b"a\r", b"")


async def test_the_keys_leave_it_to_itself() -> None:
    attached = attachment(keys=("ctrl+p", "ctrl+q"))
    following = asyncio.create_task(attached.follow(asyncio.Event().wait()))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    assert attached.type("ctrl+p", "\x10") == []
    assert attached.type("a", "a") == [("ctrl+p", "\x10"), ("a", "a")]
    assert attached.type("ctrl+p", "\x10") == []
    assert attached.type("ctrl+q", "\x11") == []
    ending = await asyncio.wait_for(following, 5)
    assert (ending.kind, ending.sentence) == (
        EndingKind.CLOSED_BY_US,
        "detached: the container's own process goes on",
    )


@pytest.mark.parametrize(
    ("ending", "sentence", "code"),
    [
        (exited(0), "the container's own process has ended", None),
        (dropped("dropped: no byte for 61 s"), "dropped: no byte for 61 s", None),
    ],
)
async def test_of_its_end_no_exit_code_is_known(ending: Ending, sentence: str, code: None) -> None:
    async def run() -> Ending:
        return ending

    told = await attachment().follow(run())
    assert (told.kind, told.sentence, told.exit_code) == (ending.kind, sentence, code)
