"""Kubernetes' own words about a terminal that cannot be, turned into a sentence and a next step.

The same text arrives in the body of a refused upgrade or, on servers that translate for the kubelet,
on channel 3 of an upgraded one, wrapped in varying prefixes. So it is recognised anywhere in a message.
Sources: recordings of Kubernetes 1.36 with containerd 2.1 and runc; runc's and the kubelet's source.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from podboard.model.attempt import NO_SHELL
from podboard.model.text import one_line


class Explanation(NamedTuple):
    """What happened and what to do next."""

    sentence: str
    hint: str


_SHELLS = frozenset({"sh", "bash", "ash", "dash", "ksh", "zsh"})

_NOT_FOUND = re.compile(r'exec: "([^"]*)": .*(?:executable file not found|no such file or directory)')
_NOT_EXECUTABLE = re.compile(r'exec: "([^"]*)": .*(permission denied|exec format error|is a directory)')
_NO_COMMAND = re.compile(r"args must not be empty")
_NOT_RUNNING = re.compile(r'container not found \("([^"]*)"\)')
_NO_HOST = re.compile(r"pod (\S+) does not have a host assigned")
_WHICH_CONTAINER = re.compile(r"container name must be specified for pod (\S+), choose one of: \[([^\]]*)\]")
_NO_SUCH_CONTAINER = re.compile(r"container (\S+) is not valid for pod (\S+)(?: out of: (.+))?")
_NO_CONTAINER_TO_DEBUG = re.compile(
    r'[Pp]od "([^"]*)" is invalid: .*targetContainerName: Not found: "([^"]*)"'
)
_NO_POD = re.compile(r'pods "([^"]*)" not found')
_POD_UNKNOWN_TO_NODE = re.compile(r"pod does not exist")
_NODE_UNREACHABLE = re.compile(r"(?:dialing backend|error sending request).*?: dial tcp \S+: (?:\w+: )?(.+)")
_NOISE = re.compile(r"^(?:(?:Internal error occurred|unable to upgrade connection): )+")


def explain(message: str) -> Explanation:
    """Explain a server's message; an unknown one is passed on without its noise."""
    for pattern, explanation in (*_OF_THE_POD, *_OF_THE_CLUSTER):
        if found := pattern.search(message):
            return explanation(found)
    return Explanation(one_line(_NOISE.sub("", message)), "")


def no_container(pod: str, container: str, names: str = "") -> Explanation:
    """Say that a pod has no such container.

    Args:
        names: Of those that it has, if they are known.
    """
    return Explanation(
        one_line(f"pod {pod} has no container {container}"), one_line(f"choose one of {names or 'its own'}")
    )


def is_of_the_pod(message: str) -> bool:
    """Whether what a server says lies with the pod or the command, so that another way in would not help."""
    return any(pattern.search(message) for pattern, _ in _OF_THE_POD)


def hint_at_rest(container: str) -> str:
    """What to do next where a container does not run."""
    return (
        f"its state in the pod list says why; what it said last: kubectl logs --previous POD -c {container}"
    )


def _not_found(found: re.Match[str]) -> Explanation:
    command = found[1]
    if command.rpartition("/")[2] in _SHELLS:
        return Explanation(
            f"{NO_SHELL}: it has no {command}",
            "debug it with another image's tools: kubectl debug -it POD --image=busybox --target=CONTAINER",
        )
    return Explanation(f"command not found in this image: {command}", "name a command that the image has")


def _not_executable(found: re.Match[str]) -> Explanation:
    return Explanation(f"{found[1]} cannot be executed: {found[2]}", "name another command")


def _no_command(_: re.Match[str]) -> Explanation:
    return Explanation("no command was given", "name a command")


def _not_running(found: re.Match[str]) -> Explanation:
    return Explanation(f"container {found[1]} is not running", hint_at_rest(found[1]))


def _no_host(found: re.Match[str]) -> Explanation:
    return Explanation(
        f"pod {found[1]} is pending: no node has taken it yet", "its events say what it waits for"
    )


def _which_container(found: re.Match[str]) -> Explanation:
    names = ", ".join(found[2].split())
    return Explanation(f"pod {found[1]} has several containers", f"choose one of {names}")


def _no_such_container(found: re.Match[str]) -> Explanation:
    return no_container(found[2], found[1], found[3] or "")


def _no_container_to_debug(found: re.Match[str]) -> Explanation:
    return no_container(found[1], found[2])


def _no_pod(found: re.Match[str]) -> Explanation:
    return Explanation(f"pod {found[1]} does not exist", "it may have been replaced: look in the pod list")


def _pod_unknown_to_node(_: re.Match[str]) -> Explanation:
    return Explanation(
        "the pod's node does not know the pod", "its kubelet may have just restarted: try again"
    )


def _node_unreachable(found: re.Match[str]) -> Explanation:
    return Explanation(f"the pod's node cannot be reached: {found[1]}", "its kubelet may be down: try again")


_OF_THE_POD = (
    (_NOT_FOUND, _not_found),
    (_NOT_EXECUTABLE, _not_executable),
    (_NO_COMMAND, _no_command),
    (_NOT_RUNNING, _not_running),
    (_NO_HOST, _no_host),
    (_WHICH_CONTAINER, _which_container),
    (_NO_SUCH_CONTAINER, _no_such_container),
    (_NO_CONTAINER_TO_DEBUG, _no_container_to_debug),
)
_OF_THE_CLUSTER = (
    (_NO_POD, _no_pod),
    (_POD_UNKNOWN_TO_NODE, _pod_unknown_to_node),
    (_NODE_UNREACHABLE, _node_unreachable),
)
