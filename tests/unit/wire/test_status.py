import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podboard.wire.status import Status, parse_failure, parse_status
from tests.support.recordings import recording


def failure(**fields: object) -> bytes:
    return json.dumps({"status": "Failure", **fields}).encode()


def non_zero(causes: object) -> bytes:
    return failure(reason="NonZeroExitCode", details={"causes": causes})


def test_a_success_has_exit_code_zero() -> None:
    assert parse_status(b'{"metadata":{},"status":"Success"}') == Status(success=True, exit_code=0)


@pytest.mark.parametrize("name", ["exec-exit7.v4", "exec-exit7.v5"])
def test_an_exit_code_is_read_from_the_causes_in_either_version(name: str) -> None:
    status = parse_status(recording(name).channel(3))
    assert status is not None
    assert (status.success, status.reason, status.exit_code) == (False, "NonZeroExitCode", 7)


def test_causes_of_another_kind_are_passed_over() -> None:
    causes = ["odd", {"reason": "Else", "message": "3"}, {"reason": "ExitCode", "message": "9"}]
    status = parse_status(non_zero(causes))
    assert status is not None
    assert status.exit_code == 9


@pytest.mark.parametrize(
    "causes", [None, 7, [], [{"reason": "ExitCode"}], [{"reason": "ExitCode", "message": "x"}]]
)
def test_without_a_readable_cause_there_is_no_exit_code(causes: object) -> None:
    status = parse_status(non_zero(causes))
    assert status is not None
    assert status.exit_code is None


def test_a_huge_number_is_no_exit_code() -> None:
    status = parse_status(non_zero([{"reason": "ExitCode", "message": "9" * 5000}]))
    assert status is not None
    assert status.exit_code is None


def test_causes_of_a_failure_with_another_reason_mean_nothing() -> None:
    causes = {"causes": [{"reason": "ExitCode", "message": "9"}]}
    status = parse_status(failure(reason="InternalError", details=causes))
    assert status is not None
    assert status.exit_code is None


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"7", b"{}", b'{"status":"Odd"}', b'{"status":{}}', b"[" * 9999]
)
def test_anything_else_is_no_status(body: bytes) -> None:
    assert parse_status(body) is None


def test_fields_of_the_wrong_type_are_left_out() -> None:
    assert parse_failure(failure(message=7, reason=[], details=[])) == Status(success=False)


def test_a_message_cannot_write_on_the_terminal() -> None:
    assert parse_failure(failure(message="a\x1b]0;b\x07")).message == "a\\x1b]0;b\\x07"


def test_plain_text_is_the_message() -> None:
    body = recording("exec-pod-completed.v5").body
    assert parse_failure(body) == Status(success=False, message='container not found ("app")')


@pytest.mark.parametrize("body", [b"", b" <html><body>Log in</body></html>", b'{"error":"who are you"}'])
def test_markup_is_no_message(body: bytes) -> None:
    assert parse_failure(body) == Status(success=False)


@given(st.binary())
def test_no_body_raises(body: bytes) -> None:
    assert not parse_failure(body).success or parse_status(body) is not None
