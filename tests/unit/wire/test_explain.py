import pytest

from podboard.wire.explain import explain, is_of_the_pod
from podboard.wire.status import parse_failure
from tests.support.recordings import recording

NO_SHELL = "no shell in this image: it has no"
NOT_RUNNING = "container app is not running"
NODE_DOWN = "the pod's node cannot be reached: connection refused"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("exec-no-shell.v4", f"{NO_SHELL} sh"),
        ("exec-no-shell.v5", f"{NO_SHELL} sh"),
        ("exec-no-shell-tty.v5.translated", f"{NO_SHELL} sh"),
        ("exec-no-shell-absolute.v4", f"{NO_SHELL} /bin/sh"),
        ("exec-no-shell-absolute.v5", f"{NO_SHELL} /bin/sh"),
        ("exec-not-executable.v5", "/etc/passwd cannot be executed: permission denied"),
        ("exec-no-command.v5", "no command was given"),
        ("exec-pod-crash-loop.v5", NOT_RUNNING),
        ("exec-pod-crash-loop.v5.translated", NOT_RUNNING),
        ("exec-pod-completed.v5", NOT_RUNNING),
        ("exec-pod-pending.v5", "pod pending is pending: no node has taken it yet"),
        ("exec-container-required.v5", "pod duo has several containers"),
        ("exec-container-not-found.v5", "pod duo has no container nobody"),
        ("exec-pod-not-found.v5", "pod nobody does not exist"),
        ("exec-kubelet-down.v5", NODE_DOWN),
        ("exec-kubelet-down.v5.translated", NODE_DOWN),
        ("exec-no-streams.v5", "you must specify at least 1 of stdin, stdout, stderr"),
        ("exec-no-streams.v5.translated", "you must specify at least 1 of stdin, stdout, stderr"),
    ],
)
def test_what_the_server_said_becomes_a_sentence(name: str, sentence: str) -> None:
    recorded = recording(name)
    said = recorded.channel(3) or recorded.body
    assert explain(parse_failure(said).message).sentence == sentence


@pytest.mark.parametrize(
    ("name", "of_the_pod"),
    [
        ("exec-no-shell.v5", True),
        ("exec-not-executable.v5", True),
        ("exec-pod-crash-loop.v5", True),
        ("exec-pod-pending.v5", True),
        ("exec-container-not-found.v5", True),
        ("exec-pod-not-found.v5", False),  # it may be in another cluster
        ("exec-kubelet-down.v5", False),
        ("exec-as-view-only.v5", False),
        ("exec-as-bad-token.v5", False),
    ],
)
def test_what_another_way_in_would_not_help(name: str, of_the_pod: bool) -> None:  # noqa: FBT001 - a parameter
    recorded = recording(name)
    said = recorded.channel(3) or recorded.body
    assert is_of_the_pod(parse_failure(said).message) == of_the_pod


def test_a_command_that_is_no_shell_is_told_apart() -> None:
    message = 'unable to start container process: exec: "vim": executable file not found in $PATH'
    assert explain(message).sentence == "command not found in this image: vim"


def test_what_a_container_at_rest_said_last_is_in_the_hint() -> None:
    message = parse_failure(recording("exec-pod-crash-loop.v5").body).message
    assert explain(message).hint.endswith("kubectl logs --previous POD -c app")


def test_the_choice_of_containers_is_in_the_hint() -> None:
    message = parse_failure(recording("exec-container-required.v5").body).message
    assert explain(message).hint == "choose one of app, sidecar"


def test_a_kubelet_that_has_just_restarted() -> None:
    assert explain("pod does not exist").sentence == "the pod's node does not know the pod"


def test_an_unknown_message_loses_its_noise_only() -> None:
    message = "Internal error occurred: Internal error occurred: the moon is full"
    assert explain(message) == ("the moon is full", "")
