"""Everything podboard can fail with, as one tree.

::

    PodboardError                 exit 1
    ├── UsageError                exit 2   the command line asks for something impossible
    ├── NoKubeconfigError         exit 3   no kubeconfig where podboard looked
    ├── KubeconfigError           exit 3   a kubeconfig that cannot be used
    ├── ApiError                  exit 4   the API server answered with a failure
    ├── UnreachableError          exit 4   the API server could not be asked at all
    ├── DemoError                 exit 5   the embedded cluster could not start
    ├── RecordError               exit 6   a record that is none, or that is not there
    └── DatabaseError             exit 6   the database cannot be used as it is
        ├── OldDatabaseError      exit 6   an upgrade would bring it forward
        └── SealError             exit 6   a sealed secret cannot be opened

What happened is in ``message``, one sentence; what the person can do next is in ``hint``.
Each leaf owns its exit code. Neither text may carry a secret.
"""

from __future__ import annotations

from typing import ClassVar


class PodboardError(Exception):
    """A failure that is told to a person in one sentence, never as a traceback.

    Args:
        message: What happened and to which file, pod or server.
        hint: What to do next; empty where there is nothing useful to say.
    """

    exit_code: ClassVar[int] = 1

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


class KubeconfigError(PodboardError):
    """A kubeconfig exists but cannot be used; the message names the file and the entry."""

    exit_code = 3


class ApiError(PodboardError):
    """The API server answered a request with a failure.

    Args:
        status: The HTTP status.
        reason: The machine-readable reason of the Kubernetes Status, empty where it had none.
    """

    exit_code = 4

    def __init__(self, message: str, hint: str = "", *, status: int, reason: str = "") -> None:
        super().__init__(message, hint)
        self.status = status
        self.reason = reason


class UnreachableError(PodboardError):
    """The API server could not be asked: DNS, refused, timeout, TLS."""

    exit_code = 4


class DemoError(PodboardError):
    """The embedded cluster could not start or died."""

    exit_code = 5


class RecordError(PodboardError):
    """A record that cannot be stored as it is, or that there is none of."""

    exit_code = 6


class DatabaseError(PodboardError):
    """The database cannot be used as it is: unreadable, damaged, too old, too new, full."""

    exit_code = 6


class OldDatabaseError(DatabaseError):
    """The database is of an earlier version, or of the program before: an upgrade brings it forward."""


class SealError(DatabaseError):
    """A sealed secret cannot be opened: its key is not here, or it was tampered with."""
