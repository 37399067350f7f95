"""What kubectl on a host says, with its own words (1.37) as the input."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.errors import FailureKind, KubectlError, RemotePodError, SshError
from podboard.ssh.verdict import exit_code, failure, farewell_length, may_be_kubectl, without_farewell

LOGS = (
    'E1123 10:46:25.411537   16985 memcache.go:381] "Couldn\'t get current server API group list" err="Get"\n'
)


@pytest.mark.parametrize(
    ("said", "kind", "sentence"),
    [
        (
            'error: unable to upgrade connection: pods "web" is forbidden: User "ops" cannot create resource',
            KubectlError,
            "kubectl on bastion may not do this: ",
        ),
        (
            'Error from server (Forbidden): pods "web" is forbidden: User "ops" cannot get resource',
            KubectlError,
            "kubectl on bastion may not do this: ",
        ),
        (
            "error: unable to upgrade connection: Forbidden",
            KubectlError,
            "kubectl on bastion may not do this: ",
        ),
        (
            "error: You must be logged in to the server (Unauthorized)",
            KubectlError,
            "kubectl on bastion has no valid credentials: ",
        ),
        (
            LOGS
            + "The connection to the server localhost:8080 was refused - did you specify the right host?",
            KubectlError,
            "kubectl on bastion does not reach its API server: The connection to the server localhost:8080",
        ),
        (
            "Unable to connect to the server: dial tcp: lookup nowhere: no such host",
            KubectlError,
            "kubectl on bastion does not reach its API server: ",
        ),
        (
            'error: context "prod" does not exist',
            KubectlError,
            'kubectl on bastion has no use for its kubeconfig: context "prod" does not exist',
        ),
        (
            "error: stat /x: no such file or directory",
            KubectlError,
            "kubectl on bastion has no use for its kubeconfig: ",
        ),
        (
            "error: unknown flag: --x\nSee 'kubectl exec --help' for usage.",
            KubectlError,
            "kubectl on bastion failed: unknown flag: --x",
        ),
        ("", KubectlError, "kubectl on bastion failed without saying why"),
        ('Error from server (NotFound): pods "web" not found', RemotePodError, "pod web does not exist"),
        (
            'Error from server (NotFound): namespaces "shop" not found',
            RemotePodError,
            'namespaces "shop" not found',
        ),
        (
            "error: container c7 is not valid for pod duo out of: c0, c1",
            RemotePodError,
            "pod duo has no container c7",
        ),
        (
            'error: unable to upgrade connection: container not found ("app")',
            RemotePodError,
            "container app is not running",
        ),
    ],
)
def test_troubles_are_told_apart(said: str, kind: type[SshError], sentence: str) -> None:
    error = failure(said, "bastion")
    assert type(error) is kind
    assert error.message.startswith(sentence)
    assert error.hint
    assert error.reason
    assert error.kind is (FailureKind.POD if kind is RemotePodError else FailureKind.REFUSED)


def test_what_is_shown_acts_on_no_terminal() -> None:
    error = failure("error: \x1b[2J\u202eevil\x07 " + "x" * 9999, "bastion")
    assert error.message.isprintable()
    assert len(error.message) < 500


@pytest.mark.parametrize(
    ("output", "code"),
    [
        (b"command terminated with exit code 7\r\n", 7),
        (b"outcommand terminated with exit code 137\n", 137),
        (b"command terminated with exit code 7\nmore", None),
        (b"command terminated with exit code \n", None),
        (b"", None),
    ],
)
def test_an_exit_code_is_the_last_word(output: bytes, code: int | None) -> None:
    assert exit_code(output) == code


@pytest.mark.parametrize(
    ("output", "verdict"),
    [
        (b"", True),
        (b"\r\n", True),
        (LOGS.encode(), True),
        (b'Defaulted container "a" out of: a, b\r\n', True),
        (b'Defaulted container "a" out of: a, b\r\n$ ', False),
        (b"error: no\r\n", True),
        (b"root@web:/# ", False),
        (b"\x1b[?2004h", False),
    ],
)
def test_who_spoke_first(output: bytes, verdict: bool) -> None:  # noqa: FBT001
    assert may_be_kubectl(output) is verdict


@given(st.binary(max_size=60), st.integers(0, 255), st.lists(st.integers(1, 20), max_size=20))
def test_the_farewell_is_cut_off_however_it_arrives(said: bytes, code: int, cuts: list[int]) -> None:
    """What is let through early, with what is held to the end, is all but kubectl's last words."""
    stream = said + b"command terminated with exit code %d\n" % code
    through, held, rest = b"", b"", stream
    for length in [*cuts, len(stream)]:
        piece, rest = rest[:length], rest[length:]
        data = held + piece
        end = len(data) - farewell_length(data)
        through, held = through + data[:end], data[end:]
    assert through + without_farewell(held) == said
