"""What is kept about a pod: how to find it, and the ways in beside the person's own kubeconfig."""

from __future__ import annotations

import base64
import binascii
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from msgspec import Struct, field

from podboard.model.secret import Secret
from podboard.model.text import one_line
from podboard.model.urls import is_plain_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""Any JSON value."""

Kept: TypeAlias = "Json | Secret[Json]"
"""A JSON value, hidden where it is a secret or may be one."""

SSH_PLAIN: Final = (
    "host",
    "port",
    "username",
    "key_file",
    "host_key",
    "known_hosts",
    "jump_host",
    "kubectl",
    "kubeconfig",
    "context",
)
"""What ``ssh_connection_details`` holds that may be shown."""

SSH_SECRET: Final = ("password", "key_string", "key_passphrase")
"""What it holds that may not. What has neither name comes from old data and is taken for a secret."""

_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\Z")
_POD_PATTERN = re.compile(r"[-a-z0-9.*?\[\]!]{1,253}\Z")
_CREDENTIALS = re.compile(r"[^/@\s]*:[^/@]*@")
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
_MOST_NAME = 253
_MOST_PORT = 65535
_EMPTY: Mapping[str, Kept] = MappingProxyType({})


class SshConnectionDetails(Struct, frozen=True):
    """How to reach a host that can run ``kubectl``: JSON as it came, with its secrets hidden.

    Attributes:
        fields: By name. Old data may hold names that podboard does not know, and values of any type.
    """

    fields: Mapping[str, Kept]

    @classmethod
    def of(cls, values: Mapping[str, Json]) -> SshConnectionDetails:
        """Hide what must be hidden in what was read from a file or typed."""
        return cls(
            {name: value if _is_plain(name, value) else Secret.of(value) for name, value in values.items()}
        )

    def text(self, name: str) -> str:
        """Return one of ``SSH_PLAIN`` as text, empty where it is missing."""
        value = self.fields.get(name)
        return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""

    @property
    def port(self) -> int:
        """The port, 22 where none is named or what is named is none."""
        text = self.text("port")
        port = int(text) if text.isascii() and text.isdecimal() else 0
        return port if 0 < port <= _MOST_PORT else 22

    def secret(self, name: str) -> Secret[Json] | None:
        """Return one of ``SSH_SECRET``, None where it is missing."""
        value = self.fields.get(name)
        return value if isinstance(value, Secret) else None

    def problems(self) -> Iterator[str]:
        """What keeps it from being of use, as the ends of sentences."""
        if not self.text("host"):
            yield "ssh_connection_details names no host"
        port = self.fields.get("port", 22)
        if isinstance(port, Secret) or self.port != _as_int(port):
            yield "ssh_connection_details.port is no number from 1 to 65535"
        for name in SSH_PLAIN:
            value = self.fields.get(name, "")
            if isinstance(value, Secret) or (name != "port" and not isinstance(value, str)):
                yield f"ssh_connection_details.{name} must be one line of text without a password"
            elif name != "port" and (not str(value).isprintable() or str(value).startswith("-")):
                yield f"ssh_connection_details.{name} holds a character that does not print, or begins with -"


def _is_plain(name: str, value: Json) -> bool:
    if name not in SSH_PLAIN or isinstance(value, bool) or not isinstance(value, str | int):
        return False
    text = str(value)
    return "\n" not in text and not _CREDENTIALS.search(text) and "PRIVATE KEY" not in text


def _as_int(value: Json) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and not isinstance(value, bool) else None


class Record(Struct, frozen=True, kw_only=True):
    """What is kept about a pod, or about all pods whose names fit a pattern. Its repr shows no secret.

    Attributes:
        name: Its own, by which people call it.
        pod_name: Exact, or a glob such as ``web-*``: pods of a Deployment change names.
        namespace: None, as container and context, where it does not matter.
        context: The kubeconfig's context it belongs to.
        cluster_host: The API server's URL, for ``token``.
        kubeconfig: Its content, or, as plain text, the path of a file; begins with ``/`` or ``~``.
        certificate_authority_data: Base64 of PEM, as in a kubeconfig.
        insecure_skip_tls_verify: The person said that any certificate will do.
        other: What older data held that has no field here.
        id: The store's own, to which secrets are sealed; empty for a record that is not stored yet.
        created_at: RFC 3339 in UTC, as ``updated_at``; the store's.
    """

    name: str
    pod_name: str
    namespace: str | None = None
    container: str | None = None
    context: str | None = None
    image: str | None = None
    cluster_host: str | None = None
    kubeconfig: Secret[str] | str | None = None
    token: Secret[str] | None = None
    certificate_authority_data: str | None = None
    insecure_skip_tls_verify: bool = False
    ssh_connection_details: SshConnectionDetails | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    other: Mapping[str, Kept] = field(default_factory=dict)
    id: str = ""
    created_at: str = ""
    updated_at: str = ""

    @property
    def secrets(self) -> list[str]:
        """The names of the secrets it has, dotted below ``ssh_connection_details``."""
        names = [name for name in ("kubeconfig", "token") if isinstance(getattr(self, name), Secret)]
        details = self.ssh_connection_details.fields if self.ssh_connection_details else _EMPTY
        return names + [
            f"ssh_connection_details.{name}" for name, value in details.items() if isinstance(value, Secret)
        ]

    def problems(self) -> Iterator[str]:
        """What keeps it from being stored, each as a sentence without its full stop."""
        yield from _name_problems(self)
        yield from _cluster_problems(self)
        if self.ssh_connection_details is not None:
            yield from self.ssh_connection_details.problems()
        for key, value in self.labels.items():
            if not (key and key.isprintable() and value.isprintable()):
                yield f'the label "{one_line(key)}" holds a character that does not print'
        if not is_text(self.note):
            yield "note holds a character that no text has"


class RecordKey(NamedTuple):
    """What of a record says which pods it is for; its fields are the record's."""

    name: str
    pod_name: str
    namespace: str | None = None
    container: str | None = None
    context: str | None = None
    updated_at: str = ""


_NOT_SET_BY_A_PERSON = frozenset({"other", "id", "created_at", "updated_at"})

FIELDS: Final = tuple(name for name in Record.__struct_fields__ if name not in _NOT_SET_BY_A_PERSON)
"""The fields a person sets, in the order in which they are shown."""


def is_pattern(pod_name: str) -> bool:
    """Whether a pod's name is a glob, and not the name of one pod."""
    return "*" in pod_name or "?" in pod_name or "[" in pod_name


def is_kubeconfig_path(text: str) -> bool:
    """Whether what stands for a kubeconfig is the path of a file, and not its content."""
    return text.startswith(("/", "~")) and "\n" not in text


def is_text(text: str) -> bool:
    """Whether SQLite and files can hold it: no NUL, no half of a surrogate pair."""
    return not _NO_TEXT.search(text)


def _name_problems(record: Record) -> Iterator[str]:
    name = record.name
    if not (0 < len(name) <= _MOST_NAME and name.isprintable() and name == name.strip() and name[0] != "-"):
        yield "name must be 1 to 253 characters that print, without blanks around it or a - before it"
    if not _POD_PATTERN.match(record.pod_name):
        yield "pod_name must be a pod's name, or a glob of one such as web-*"
    for key in ("namespace", "container"):
        value = getattr(record, key)
        if value is not None and not _DNS_LABEL.match(value):
            yield f"{key} must be lower-case letters, digits and -, up to 63"
    for key in ("context", "image"):
        value = getattr(record, key)
        if value is not None and not (value and value.isprintable()):
            yield f"{key} is empty or holds a character that does not print"


def _cluster_problems(record: Record) -> Iterator[str]:
    if record.cluster_host is not None and not is_plain_url(record.cluster_host, ("https", "http")):
        yield "cluster_host must be an http or https URL without credentials, like https://10.0.0.1:6443"
    if isinstance(record.kubeconfig, str) and not (
        is_kubeconfig_path(record.kubeconfig) and record.kubeconfig.isprintable()
    ):
        yield "kubeconfig is neither a kubeconfig nor the absolute path of one"
    if isinstance(record.kubeconfig, Secret) and not is_text(record.kubeconfig.reveal()):
        yield "kubeconfig holds a character that no text has"
    if record.token is not None:
        token = record.token.reveal()
        if not (token and token.isascii() and token.isprintable() and " " not in token):
            yield "token is empty or holds a character that no token has"
    if record.certificate_authority_data is not None:
        if not _is_pem(record.certificate_authority_data):
            yield "certificate_authority_data must be base64 of a PEM certificate"
        if record.insecure_skip_tls_verify:
            yield "certificate_authority_data and insecure_skip_tls_verify contradict each other"


def _is_pem(text: str) -> bool:
    try:
        return b"-----BEGIN CERTIFICATE-----" in base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
