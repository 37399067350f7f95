"""What goes wrong on the way to an API server, whoever carries the bytes; ``failures`` has the sentences."""

from __future__ import annotations


class Trouble(Exception):  # noqa: N818 - the errors that a person sees are others
    """There is no answer."""


class Untrusted(Trouble):
    """A certificate is not trusted.

    Args:
        cause: OpenSSL's verdict.
        of_proxy: Whether it is the proxy's, and not the server's.
    """

    def __init__(self, cause: Exception, *, of_proxy: bool = False) -> None:
        super().__init__(str(cause))
        self.cause = cause
        self.of_proxy = of_proxy


class CausedTrouble(Trouble):
    """A trouble of which the operating system or OpenSSL says why.

    Args:
        cause: What it says.
    """

    def __init__(self, cause: OSError) -> None:
        super().__init__(str(cause))
        self.cause = cause


class NoTls(CausedTrouble):
    """The handshake fails."""


class NoConnection(CausedTrouble):
    """The server cannot be reached."""


class NoProxy(CausedTrouble):
    """The proxy cannot be reached."""


class NoName(Trouble):
    """A name cannot be resolved.

    Args:
        host: The name.
    """

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.host = host


class ProxyRefuses(Trouble):
    """An HTTP proxy does not connect.

    Args:
        status: What it answers.
    """

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class SocksRefuses(Trouble):
    """A SOCKS proxy does not connect.

    Args:
        reason: What it says.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NoAnswer(Trouble):
    """The server closes the connection instead of answering."""


class CutOff(Trouble):
    """The connection ends within the answer."""
