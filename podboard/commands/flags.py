"""kubectl's flags for reaching a cluster, the same for every command that does."""

from __future__ import annotations

import argparse
import re
from functools import partial
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from podboard.model.overrides import Overrides

_TITLE: Final = "the cluster, and who asks it"

_UNITS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART: Final = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")
_WRITTEN: Final = {"as_user": "--as", "as_groups": "--as-group"}
"""Flags that are not written as they are kept."""

_NAMESPACE_PREFIXES: Final = ("namespaces/", "namespace/", "ns/")


def add_cluster_flags(parser: argparse.ArgumentParser) -> argparse._MutuallyExclusiveGroup:
    """Add kubectl's flags; ``overrides`` reads them.

    Returns:
        The group of ``--namespace``, for a flag that excludes it.
    """
    where = parser.add_mutually_exclusive_group()
    # No defaults: those of a command would take the place of what was given before its name.
    add = partial(parser.add_argument_group(_TITLE).add_argument, default=argparse.SUPPRESS)
    where.add_argument(
        "-n", "--namespace", type=_namespace, default=argparse.SUPPRESS, metavar="NAME",
        help="the namespace to use",
    )  # fmt: skip
    add("--kubeconfig", metavar="FILE", help="the kubeconfig file to use")
    add("--context", metavar="NAME", help="the kubeconfig's context to use")
    add("--cluster", metavar="NAME", help="the kubeconfig's cluster to use")
    add("--user", metavar="NAME", help="the kubeconfig's user to use")
    add("-s", "--server", metavar="URL", help="the API server")
    add("--tls-server-name", metavar="NAME", help="the name its certificate must carry")
    add("--certificate-authority", metavar="FILE", help="the authority that must have signed it")
    add("--insecure-skip-tls-verify", action="store_true", help="trust whatever certificate is shown")
    add("--token", metavar="TOKEN", help="the token to show; others on this machine may see it")
    add("--as", dest="as_user", metavar="USER", help="act as this user")
    add("--as-uid", metavar="UID", help="act as this user, by uid as well")
    add(
        "--as-group", dest="as_groups", action="append", metavar="GROUP", help="act in this group; repeatable"
    )
    add(
        "--request-timeout", type=_seconds, metavar="TIME",
        help="how long one request may take, like 5, 30s or 2m; 0 is podboard's own choice",
    )  # fmt: skip
    return where


def add_stream_flags(parser: argparse.ArgumentParser, whose: str, tty: str) -> None:
    """Add what ``exec`` and ``attach`` have in common: the container, and the streams.

    Args:
        whose: Whose streams they are, in a word.
        tty: What ``-t`` does.
    """
    parser.add_argument(
        "target", metavar="POD|TYPE/NAME", help="a pod, or what stands for pods: deploy/web, svc/web"
    )
    parser.add_argument(
        "-c", "--container", metavar="NAME", default="",
        help="the container; else the one the pod names as its default, else its first",
    )  # fmt: skip
    add = partial(parser.add_argument, action="store_true")
    add("-i", "--stdin", help=f"pass standard input to the {whose}")
    add("-t", "--tty", help=tty)
    add("-q", "--quiet", help=f"print what comes from the {whose} only")
    add("-v", "--verbose", help="print what became of each way in")


def overrides(options: argparse.Namespace) -> Overrides:
    """Return what the flags say."""
    from podboard.model.overrides import Overrides

    names = Overrides.__struct_fields__
    given = {name: value for name, value in vars(options).items() if name in names}
    return Overrides(**{**given, "as_groups": tuple(given.get("as_groups", ()))})


def given_cluster_flags(options: argparse.Namespace) -> list[str]:
    """Return which of them were given, as a person writes them."""
    given = [name for name in overrides(options).__struct_fields__ if name in options]
    return [_WRITTEN.get(name, f"--{name.replace('_', '-')}") for name in given]


def _namespace(text: str) -> str:
    """Take ``ns/shop`` for ``shop``, as kubectl does."""
    for prefix in _NAMESPACE_PREFIXES:
        if len(text) > len(prefix) and text.lower().startswith(prefix):
            return text[len(prefix) :]
    return text


def _seconds(text: str) -> float:
    """Read Go's durations, or a number of seconds."""
    if re.fullmatch(r"\d+", text, re.ASCII):
        return float(text)
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        msg = f"{text} is no time such as 5, 30s or 2m"
        raise argparse.ArgumentTypeError(msg)
    return sum(float(number) * _UNITS[unit] for number, unit in parts)
