"""Records for tests: any there can be, and one whose secrets can be looked for."""

import base64
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from podboard.model.record import SSH_PLAIN, SSH_SECRET, Record, SshConnectionDetails
from podboard.model.secret import Secret
from podboard.records.store import open_store

CERTIFICATE = base64.b64encode(b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n").decode()

MARK = "s3cr3t"
"""In every secret of ``SECRETIVE``."""

SECRETIVE = Record(
    name="web",
    pod_name="web-*",
    namespace="shop",
    context="prod",
    cluster_host="https://10.0.0.1:6443",
    kubeconfig=Secret.of(f"kind: Config # {MARK}\nusers: []\n"),
    token=Secret.of(f"{MARK}-token"),
    certificate_authority_data=CERTIFICATE,
    ssh_connection_details=SshConnectionDetails.of(
        {"host": "bastion", "port": 2222, "password": f"{MARK}-password", "old": {"key": [f"{MARK}-old"]}}
    ),
    labels={"app": "web"},
    note="two\nlines",
    other={"status": "running", "service_details": Secret.of({"password": f"{MARK}-details"})},
)

_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
_LINE = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=30)
_LABEL = st.from_regex(r"\A[a-z]([-a-z0-9]{0,20}[a-z0-9])?\Z")
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=5,
)
_SECRET_TEXT = _TEXT.filter(lambda text: text not in ("", "(hidden)"))
_PLAIN = _LINE.filter(lambda text: text[0] != "-" and ":" not in text and "PRIVATE KEY" not in text)


@st.composite
def _details(draw: st.DrawFn) -> SshConnectionDetails:
    values: dict[str, Any] = {"host": draw(_PLAIN)}
    values |= draw(st.fixed_dictionaries({}, optional={"port": st.integers(1, 65535)}))
    values |= draw(st.dictionaries(st.sampled_from([name for name in SSH_PLAIN if name != "port"]), _PLAIN))
    values |= draw(st.dictionaries(st.sampled_from(SSH_SECRET), _SECRET_TEXT))
    unknown = _LINE.filter(lambda name: name not in (*SSH_PLAIN, *SSH_SECRET))
    values |= draw(st.dictionaries(unknown, _JSON.filter(lambda value: value is not None), max_size=2))
    return SshConnectionDetails.of(values)


_CONTENT = _SECRET_TEXT.filter(lambda text: not text.startswith(("/", "~")))


def _record(**fields: Any) -> Record:
    """Make a record; Record itself has annotations that hypothesis cannot resolve."""
    return Record(**fields)


RECORDS = st.builds(
    _record,
    name=_LINE.filter(lambda name: name[0] != "-"),
    pod_name=st.from_regex(r"\A[-a-z0-9.*?]{1,40}\Z"),
    namespace=st.none() | _LABEL,
    container=st.none() | _LABEL,
    context=st.none() | _LINE,
    image=st.none() | _LINE,
    cluster_host=st.sampled_from([None, "https://10.0.0.1:6443", "http://host/path"]),
    kubeconfig=st.none() | _CONTENT.map(Secret.of) | st.sampled_from(["/home/me/config", "~/.kube/config"]),
    token=st.none() | st.from_regex(r"\A[!-'*-~]{1,80}\Z").map(Secret.of),
    certificate_authority_data=st.sampled_from([None, CERTIFICATE]),
    insecure_skip_tls_verify=st.just(value=False),
    ssh_connection_details=st.none() | _details(),
    labels=st.dictionaries(_LINE, _LINE, max_size=3),
    note=_TEXT,
    other=st.fixed_dictionaries({}, optional={"status": _LINE, "project_id": st.integers(0, 9)}),
)
"""Records that can be stored."""


def opened(value: Any) -> Any:
    """A record, or what it holds, with its secrets in sight, so that it can be compared."""
    if isinstance(value, Secret):
        return ("secret", value.reveal())
    if isinstance(value, Record):
        names = [name for name in value.__slots__ if name not in {"id", "created_at", "updated_at"}]
        return {name: opened(getattr(value, name)) for name in names}
    if isinstance(value, SshConnectionDetails):
        return ("ssh", opened(dict(value.fields)))
    if isinstance(value, dict):
        return {name: opened(at) for name, at in value.items()}
    return value


async def fill(database: Path, *records: Record) -> None:
    """Have a database hold records."""
    async with open_store(database) as store:
        await store.add(records)
