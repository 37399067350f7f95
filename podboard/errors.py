"""Everything podboard can fail with, as one tree.

::

    PodboardError                 exit 1
    ├── UsageError                exit 2   the command line asks for something impossible
    ├── NoKubeconfigError         exit 3   no kubeconfig where podboard looked
    ├── NotInClusterError         exit 3   podboard does not run in a pod that may ask its API server
    ├── KubeconfigError           exit 3   a kubeconfig that cannot be used
    ├── ConfigError               exit 3   podboard's own configuration cannot be used
    ├── ApiError                  exit 4   the API server answered with a failure
    ├── LoginError                exit 4   there are no credentials to ask the API server with
    ├── UnreachableError          exit 4   the API server could not be asked at all
    │   └── UntrustedError        exit 4   who answered cannot show to be the API server
    ├── DemoError                 exit 5   the embedded cluster could not start
    ├── RecordError               exit 6   a record that is none, or that is not there
    ├── DatabaseError             exit 6   the database cannot be used as it is
    │   ├── OldDatabaseError      exit 6   an upgrade would bring it forward
    │   ├── DamagedDatabaseError  exit 6   the file is no database, or a damaged one
    │   └── SealError             exit 6   a sealed secret cannot be opened
    └── SshError                  exit 7   the way over SSH does not work
        ├── SshUnreachableError   exit 7   the host could not be asked
        ├── HostKeyError          exit 7   the host cannot show to be the one that is meant
        ├── SshLoginError         exit 7   the host lets nobody in with what there is
        ├── NoKubectlError        exit 7   the host has no kubectl, or no shell to start it with
        ├── KubectlError          exit 7   kubectl there may not, or cannot, ask its API server
        └── RemotePodError        exit 7   kubectl there works; the pod does not

What happened is in ``message``, one sentence; what the person can do next is in ``hint``.
Each leaf owns its exit code. Neither text may carry a secret. What it means for another way to the same
pod is in ``kind``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, NamedTuple


class FailureKind(StrEnum):
    """What a failure means for whoever could try something else."""

    UNUSABLE = "unusable"  # what podboard was given: a flag, a file, a record
    LOGIN = "login"  # no credentials, or none that are accepted
    REFUSED = "refused"  # the server knows who asks, and says no
    POD = "pod"  # the pod or the command itself: no other way would change it
    UNREACHABLE = "unreachable"  # nobody answered
    UNTRUSTED = "untrusted"  # the wrong one answered: never a reason to go on some other way in silence


_UNAUTHORIZED = 401


class Denied(NamedTuple):
    """Who may not open terminals, or what leads to them, and where.

    Attributes:
        user: As the server calls them: a stranger's text.
        right: What they lack, as ``model.role.RIGHTS`` has it.
    """

    user: str
    namespace: str
    right: str = "exec"


class PodboardError(Exception):
    """A failure that is told to a person in one sentence, never as a traceback.

    Args:
        message: What happened and to which file, pod or server.
        hint: What to do next; empty where there is nothing useful to say.
    """

    exit_code: ClassVar[int] = 1
    kind: FailureKind = FailureKind.UNUSABLE

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(PodboardError):
    """The command line asks for something impossible."""

    exit_code = 2


class NoKubeconfigError(PodboardError):
    """There is no kubeconfig in any of the places podboard looked.

    Args:
        looked: One entry a place: its name and what was found there, in words.
    """

    exit_code = 3

    def __init__(self, message: str, hint: str = "", looked: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint)
        self.looked = looked


class NotInClusterError(PodboardError):
    """podboard does not run in a pod, or in one without a service account."""

    exit_code = 3


class KubeconfigError(PodboardError):
    """A kubeconfig exists but cannot be used; the message names the file and the entry."""

    exit_code = 3


class ConfigError(PodboardError):
    """podboard's own configuration exists but cannot be used; the message names the file."""

    exit_code = 3


class ApiError(PodboardError):
    """The API server answered a request with a failure.

    Args:
        status: The HTTP status.
        reason: The machine-readable reason of the Kubernetes Status, empty where it had none.
        denied: Who may not open terminals where, if it is known that this is why.
    """

    exit_code = 4

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        status: int,
        reason: str = "",
        denied: Denied | None = None,
    ) -> None:
        super().__init__(message, hint)
        self.status = status
        self.reason = reason
        self.denied = denied
        self.kind = FailureKind.LOGIN if status == _UNAUTHORIZED else FailureKind.REFUSED


class LoginError(PodboardError):
    """There are no credentials: a plugin is missing or failed, or a login cannot be renewed."""

    exit_code = 4
    kind = FailureKind.LOGIN


class UnreachableError(PodboardError):
    """The API server could not be asked: DNS, refused, timeout, TLS, a proxy."""

    exit_code = 4
    kind = FailureKind.UNREACHABLE


class UntrustedError(UnreachableError):
    """The certificate of who answered is not to be trusted."""

    kind = FailureKind.UNTRUSTED


class DemoError(PodboardError):
    """The embedded cluster could not start or died."""

    exit_code = 5


class RecordError(PodboardError):
    """A record that cannot be stored as it is, or that there is none of.

    Args:
        problems: What is wrong with it, each as a sentence without its full stop; the message, if empty.
    """

    exit_code = 6

    def __init__(self, message: str, hint: str = "", problems: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint)
        self.problems = problems or (message,)


class DatabaseError(PodboardError):
    """The database cannot be used as it is: unreadable, damaged, too old, too new, full."""

    exit_code = 6


class OldDatabaseError(DatabaseError):
    """The database is of an earlier version, or of the program before: an upgrade brings it forward."""


class DamagedDatabaseError(DatabaseError):
    """The file is no database, or one that is damaged."""


class SealError(DatabaseError):
    """A sealed secret cannot be opened: its key is not here, or it was tampered with."""


class SshError(PodboardError):
    """The way over SSH does not work; each leaf says how far it went.

    Attributes:
        reason: The leaf in a few words, for a list of attempts.
    """

    exit_code = 7
    reason: ClassVar[str] = "SSH failed"


class SshUnreachableError(SshError):
    """The host could not be asked: DNS, refused, timeout, a jump host, not SSH at all."""

    kind = FailureKind.UNREACHABLE
    reason = "unreachable"


class HostKeyError(SshError):
    """The host's key is unknown, has changed or is revoked."""

    kind = FailureKind.UNTRUSTED
    reason = "host key not trusted"


class SshLoginError(SshError):
    """The host does not accept the keys and passwords there are, or they cannot be used."""

    kind = FailureKind.LOGIN
    reason = "login refused"


class NoKubectlError(SshError):
    """The host has no kubectl where it was looked for, or does not run commands."""

    reason = "no kubectl there"


class KubectlError(SshError):
    """kubectl on the host may not do what it must, or does not reach its API server."""

    kind = FailureKind.REFUSED
    reason = "kubectl refused there"


class RemotePodError(SshError):
    """kubectl on the host works, and told what is wrong with the pod."""

    kind = FailureKind.POD
    reason = "the pod's own trouble"


class RecordingError(PodboardError):
    """A recording cannot be played; the message names the file and the line."""

    exit_code = 8


class NotApplicableError(Exception):
    """There is no such way into this pod, which is no failure; the message says why, in a few words."""
