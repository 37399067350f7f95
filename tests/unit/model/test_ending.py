import pytest

from podboard.model.ending import Ending, EndingKind, dropped, exited, failed


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (0, "ended"),
        (7, "ended with exit code 7"),
        (126, "exit code 126, the command cannot be executed"),
        (127, "exit code 127, command not found"),
        (130, "exit code 130, interrupted"),
        (137, "exit code 137, killed: the pod was deleted or the container ran out of memory"),
    ],
)
def test_an_exit_code_is_told_in_words(code: int, sentence: str) -> None:
    ending = exited(code)
    assert (ending.kind, ending.exit_code, ending.sentence) == (EndingKind.EXITED, code, sentence)


def test_what_did_not_run_or_was_cut_has_no_exit_code() -> None:
    assert failed("no shell", "attach") == Ending(EndingKind.FAILED, "no shell", "attach", None)
    assert dropped("cut") == Ending(EndingKind.DROPPED, "cut", "", None)
