"""TLS as an Access asks for it."""

import ssl
import tempfile
from pathlib import Path

import pytest

from podboard.errors import KubeconfigError
from podboard.kube.access import Access, ClientCertificate
from podboard.kube.tls import make_ssl_context
from tests.support.certificates import signed


def test_a_client_certificate_is_read_through_a_file_that_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = signed("me")
    pair = ClientCertificate(identity.certificate, identity.key)
    access = Access(server="https://127.0.0.1", cluster="c", user="me")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert isinstance(make_ssl_context(access, pair), ssl.SSLContext)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(KubeconfigError, match="No such file or directory") as refused:
        make_ssl_context(access, pair)
    assert "TMPDIR" in refused.value.hint
