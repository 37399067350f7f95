"""A record as a person types it: one text a field, and what each of them comes down to."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from podboard.errors import RecordError
from podboard.model.record import FIELDS, SSH_PLAIN, SSH_SECRET, Record, SshConnectionDetails
from podboard.model.secret import Secret
from podboard.model.text import one_line
from podboard.paths import expanded

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from podboard.model.pod import Pod
    from podboard.model.record import Kept

SSH: Final = "ssh_connection_details"

ENTRIES: Final = (
    *(name for name in FIELDS if name != SSH),
    *(f"{SSH}.{name}" for name in (*SSH_PLAIN, *SSH_SECRET)),
)
"""What is typed, by name; dotted below ``ssh_connection_details``."""

MASKED: Final = frozenset({"token", f"{SSH}.password", f"{SSH}.key_passphrase"})
"""What is not shown while it is typed."""

FILED: Final = frozenset({"kubeconfig", "token", "certificate_authority_data", f"{SSH}.key_string"})
"""What a file can be named for, as ``@FILE``: it is read when the record is stored."""

HINTS: Final = {
    "name": "what you call this record",
    "pod_name": "a pod's name, or a glob such as web-*: pods of a Deployment change names",
    "namespace": "empty where it does not matter",
    "container": "empty where it does not matter",
    "context": "the kubeconfig's context it belongs to; empty where it does not matter",
    "cluster_host": "the API server's URL, for the token: https://10.0.0.1:6443",
    "kubeconfig": "@FILE reads it in and seals it; the path of a file alone is kept as a path",
    "token": "sealed when it is stored; @FILE reads it from a file",
    "certificate_authority_data": "base64 of PEM, as in a kubeconfig; @FILE reads a PEM file",
    "insecure_skip_tls_verify": "yes: any certificate will do",
    "labels": "key=value, key=value",
    "note": "for people",
    f"{SSH}.host": "a host that can run kubectl",
    f"{SSH}.port": "22 where none is named",
    f"{SSH}.key_file": "the path of a private key, which stays where it is",
    f"{SSH}.key_string": "@FILE reads a private key in and seals it",
}
"""What helps to fill in a field, where its name does not say it all."""

_FILE_LIMIT: Final = 4 << 20
_YES_NO: Final = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False, "": False}
_HASH_LABEL: Final = "pod-template-hash"


def draft_of(pod: Pod, context: str, taken: Collection[str]) -> Record:
    """Return a new record for a pod, and for the pods that will come in its place.

    Args:
        context: The kubeconfig's; empty where there is none.
        taken: Names that other records have.
    """
    owner = _owner(pod)
    stem = one_line(owner or pod.name) or "pod"
    names = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
    return Record(
        name=next(name for name in names if name not in taken),
        pod_name=f"{owner}-*" if owner else pod.name,
        namespace=pod.namespace or None,
        context=context or None,
    )


def _owner(pod: Pod) -> str:
    """What all pods of a Deployment, a StatefulSet or the like begin with; empty for a pod of its own."""
    owner = next((one for one in pod.metadata.owner_references or () if one.controller), None)
    if owner is None or owner.kind == "Node":
        return ""
    label = (pod.metadata.labels or {}).get(_HASH_LABEL)
    stem = owner.name.removesuffix(f"-{label}") if label else owner.name
    # A CronJob puts the time into the names of its Jobs.
    head, _, tail = stem.rpartition("-")
    return head if owner.kind == "Job" and head and tail.isdecimal() else stem


def shown(record: Record, entry: str) -> str | None:
    """The text of a field as it is; None for a secret, which is not shown."""
    value: Any
    if entry.startswith(f"{SSH}."):
        details = record.ssh_connection_details
        value = details.fields.get(entry.removeprefix(f"{SSH}."), "") if details is not None else ""
    else:
        value = getattr(record, entry)
    if isinstance(value, Secret):
        return None
    if entry == "labels":
        value = ", ".join(f"{key}={text}" for key, text in value.items())
    elif isinstance(value, bool):
        value = "yes" if value else "no"
    text = "" if value is None else str(value)
    # Nothing of it may be cut off: it would be stored so with the next change.
    return one_line(text, len(text) * 10 + 1)


def others(record: Record) -> list[str]:
    """What it has beside the fields that can be typed: old data, which is kept."""
    fields = record.ssh_connection_details.fields if record.ssh_connection_details is not None else {}
    unknown = [f"{SSH}.{name}" for name in fields if name not in (*SSH_PLAIN, *SSH_SECRET)]
    return [one_line(name) for name in (*unknown, *record.other)]


def problems(record: Record, typed: Mapping[str, str]) -> dict[str, str]:
    """What keeps a record from being stored as it is typed: a sentence a field, by its name.

    Secrets that are kept are taken for good: to look at one would open its seal. Files are not read.

    Args:
        typed: The texts that differ from what is shown, by name; empty for what is taken away.
    """
    found = {}
    unread = {name: text for name, text in typed.items() if not _names_file(name, text)}
    try:
        drafted = _changed(_without_secrets(record), unread)
    except _EntryError as error:
        found[error.entry] = error.sentence
        unread = {name: text for name, text in unread.items() if name != error.entry}
        try:
            drafted = _changed(_without_secrets(record), unread)
        except _EntryError as another:
            return found | {another.entry: another.sentence}
    for problem in drafted.problems():
        found.setdefault(_entry_of(problem), problem)
    return found


def drafted(record: Record, typed: Mapping[str, str]) -> Record:
    """Return the record as it is typed; reads the files that are named, so it may take a moment.

    Raises:
        RecordError: A file cannot be read, or a text is none of its field; what is left to say against
            the record is for ``Record.problems``.
    """
    texts = {name: _read(text) if _names_file(name, text) else text for name, text in typed.items()}
    try:
        return _changed(record, texts)
    except _EntryError as error:
        raise RecordError(error.sentence) from error


class _EntryError(Exception):
    """A text that cannot become the value of its field."""

    def __init__(self, entry: str, sentence: str) -> None:
        super().__init__(sentence)
        self.entry = entry
        self.sentence = sentence


def _names_file(entry: str, text: str) -> bool:
    return entry in FILED and text.startswith("@")


def _read(text: str) -> str:
    path = expanded(text[1:].strip())
    try:
        with path.open("rb") as file:
            content = file.read(_FILE_LIMIT + 1)
    except (OSError, ValueError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise RecordError(f"{one_line(str(path))} cannot be read: {one_line(reason)}") from error
    if len(content) > _FILE_LIMIT:
        raise RecordError(f"{one_line(str(path))} is larger than 4 MiB")
    try:
        # The end of a line tells content from what was typed.
        return content.decode().rstrip("\n") + "\n"
    except UnicodeDecodeError:
        raise RecordError(f"{one_line(str(path))} is no text") from None


def _changed(record: Record, texts: Mapping[str, str]) -> Record:
    details: dict[str, Kept] = (
        dict(record.ssh_connection_details.fields) if record.ssh_connection_details else {}
    )
    values: dict[str, Any] = {}
    for entry, typed in texts.items():
        if entry.startswith(f"{SSH}."):
            _put_detail(details, entry.removeprefix(f"{SSH}."), typed)
        else:
            values[entry] = _value(entry, typed)
    if any(entry.startswith(f"{SSH}.") for entry in texts):
        values[SSH] = SshConnectionDetails(details) if details else None
    return replace(record, **values)


def _value(entry: str, typed: str) -> Any:  # noqa: PLR0911 - a table
    text = typed.strip()
    match entry:
        case "name" | "pod_name" | "note":
            return text
        case "labels":
            return _labels(text)
        case "insecure_skip_tls_verify":
            if text.lower() not in _YES_NO:
                raise _EntryError(entry, "insecure_skip_tls_verify is yes or no")
            return _YES_NO[text.lower()]
        case "token":
            return Secret.of(text) if text else None
        case "kubeconfig" if "\n" in typed:
            return Secret.of(typed)
        case "certificate_authority_data" if "-----BEGIN" in text:
            return base64.b64encode(typed.encode()).decode()
    return text or None


def _put_detail(details: dict[str, Kept], name: str, typed: str) -> None:
    text = typed.strip()
    if not text:
        details.pop(name, None)
    elif name == "key_string":
        if "\n" not in typed:
            raise _EntryError(f"{SSH}.{name}", f"{SSH}.{name} has many lines: name its file, as @FILE")
        details[name] = Secret.of(typed)
    elif name in SSH_SECRET:
        # As it is: a blank may be part of a password.
        details[name] = Secret.of(typed)
    else:
        value = int(text) if name == "port" and text.isascii() and text.isdecimal() else text
        details |= SshConnectionDetails.of({name: value}).fields


def _labels(text: str) -> dict[str, str]:
    labels = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        key, sign, value = part.partition("=")
        if not (sign and key.strip()):
            raise _EntryError("labels", f'labels are key=value, and "{one_line(part)}" is not')
        labels[key.strip()] = value.strip()
    return labels


def _without_secrets(record: Record) -> Record:
    kubeconfig = record.kubeconfig
    return replace(record, token=None, kubeconfig=kubeconfig if isinstance(kubeconfig, str) else None)


def _entry_of(problem: str) -> str:
    """The field a sentence of ``Record.problems`` is about."""
    first = problem.split(maxsplit=1)[0]
    return {SSH: f"{SSH}.host", "the": "labels"}.get(first, first)


def has(record: Record) -> Iterator[str]:
    """The ways in that a record knows, in words."""
    if record.kubeconfig is not None:
        yield "kubeconfig"
    if record.token is not None:
        yield "token"
    if record.ssh_connection_details is not None:
        yield "ssh"
