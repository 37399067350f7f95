"""Failures of SSH, turned into what a person can understand and act upon."""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING

import asyncssh

from podboard.errors import HostKeyError, NoKubectlError, SshLoginError, SshUnreachableError
from podboard.model.text import one_line

if TYPE_CHECKING:
    from podboard.errors import SshError
    from podboard.ssh.client import Client
    from podboard.ssh.known_hosts import HostKeys
    from podboard.ssh.settings import Settings


def login_failure(settings: Settings, client: Client, error: Exception) -> SshError:
    """Turn what asyncssh or the operating system raised on the way to a login into an error.

    Args:
        settings: Of the host.
        client: What the attempt came to.
        error: Neither HostKeyNotVerifiable nor a want of known host keys.
    """
    address = settings.address
    if isinstance(error, asyncssh.PermissionDenied | asyncssh.IllegalUserName):
        return _refused(settings, client)
    if client.at_login and isinstance(error, TimeoutError):
        return SshLoginError(f"the login on {address} took too long", "try again, and answer sooner")
    if client.at_login and isinstance(error, asyncssh.DisconnectError):
        said = one_line(str(error))
        return SshLoginError(
            f"{address} ended the login: {said}", "too many keys, or too slow? Name one key_file"
        )
    if isinstance(error, ValueError):
        return SshLoginError(
            f"{address} cannot be logged in to: {one_line(str(error))}", "correct the record or ssh_config"
        )
    return unreachable(settings, error)


def unreachable(settings: Settings, error: Exception) -> SshUnreachableError:
    """Turn what kept a connection from being made into an error."""
    return SshUnreachableError(*_unreachable(settings, error))


def host_key_failure(settings: Settings, host_keys: HostKeys, error: Exception) -> HostKeyError:
    """Refuse a key that is not for a person to accept: another one is known, or it is revoked."""
    address, offered = settings.address, host_keys.offered
    if offered is not None and host_keys.trusted:
        known = ", ".join(map(_described, host_keys.trusted))
        return HostKeyError(
            f"the key of {address} has changed: known is {known}, it shows {_described(offered)}",
            "somebody may be listening in. If the host was set up anew, remove its old key where it is kept",
        )
    if "revoked" in str(error):
        keys = ", ".join(map(_described, host_keys.revoked))
        return HostKeyError(
            f"the key of {address} is revoked: {keys}", "do not log in; ask its administrator"
        )
    return HostKeyError(
        f"the key of {address} is not trusted: {one_line(str(error))}", "ask its administrator for its key"
    )


def session_failure(host: str, error: Exception) -> SshError:
    """Turn what was raised by opening a session into an error."""
    if not isinstance(error, asyncssh.ChannelOpenError):
        return SshUnreachableError(f"{host} does not answer any more", "is it still up?")
    if error.code == asyncssh.OPEN_REQUEST_PTY_FAILED:
        return NoKubectlError(
            f"{host} gives no terminal", "see PermitTTY in its sshd_config, or the key's options"
        )
    return NoKubectlError(
        f"{host} opens no session: {one_line(error.reason)}", "may this login run commands?"
    )


def no_kubectl(host: str, wanted: str) -> NoKubectlError:
    """Return the error for a host without kubectl.

    Args:
        wanted: The one that was named; empty for any.
    """
    return NoKubectlError(
        f"{host} has no {one_line(wanted, 200) or 'kubectl on its PATH, nor in the usual places'}",
        "name its path there in the record: ssh_connection_details.kubectl",
    )


def no_commands(host: str, words: str) -> NoKubectlError:
    """Return the error for a host that does not run what it is told.

    Args:
        words: What it said instead, as the end of a sentence.
    """
    return NoKubectlError(f"{host} runs no commands{words}", "the login shell there must be able to run sh")


def _refused(settings: Settings, client: Client) -> SshLoginError:
    address = settings.address
    if client.given_up:
        return SshLoginError(f"the login on {address} was given up", "open it again to be asked again")
    if client.wanted:
        return SshLoginError(
            f"{address} wants {client.wanted}, and nobody can be asked",
            "load a key into ssh-agent, or name key_file or password in the record",
        )
    takes = f"it takes {one_line(', '.join(client.methods), 100)}: " if client.methods else ""
    return SshLoginError(
        f"{address} lets nobody in with the keys and passwords there are",
        f"{takes}check username, key_file and password in the record",
    )


def _unreachable(settings: Settings, error: Exception) -> tuple[str, str]:
    """Say in a sentence, and a hint, why there was no login."""
    address, said = settings.address, one_line(str(error))
    match error:
        case socket.gaierror():
            told = f"the name {settings.endpoint[0]} cannot be resolved", "check the network or the VPN"
        case TimeoutError():
            told = f"{address} does not answer", "is the host up, and the VPN?"
        case asyncssh.ConnectionLost() | ConnectionError() if settings.proxy_command:
            told = f"the ProxyCommand of {address} ended without a connection", "try it by hand"
        case OSError():
            told = f"{address} cannot be reached: {_os_reason(error)}", "is the host up, and the VPN?"
        case asyncssh.ChannelOpenError():
            told = f"{address} cannot be reached from its jump host: {said}", "is the host up?"
        case asyncssh.KeyExchangeFailed():
            told = f"{address} and podboard know no common algorithms: {said}", "is its sshd very old?"
        case asyncssh.ConnectionLost():
            told = f"{address} closed the connection", "is it an SSH server, and not too busy?"
        case _:
            told = f"{address} does not speak SSH: {said}", "is it the right port?"
    return told


def _os_reason(error: OSError) -> str:
    if error.errno == errno.ECONNREFUSED:
        return "connection refused"
    return one_line((error.strerror or str(error) or type(error).__name__).lower())


def _described(key: asyncssh.SSHKey) -> str:
    return f"{key.get_algorithm()} {key.get_fingerprint()}"
