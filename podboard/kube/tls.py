"""TLS as an Access asks for it."""

from __future__ import annotations

import ssl
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from podboard.errors import KubeconfigError
from podboard.model.text import one_line

if TYPE_CHECKING:
    from podboard.kube.access import Access, ClientCertificate


def make_ssl_context(access: Access, certificate: ClientCertificate | None) -> ssl.SSLContext:
    """Build the context for an API server; blocking (files, a fresh load of the system's certificates).

    Args:
        access: Whom to trust.
        certificate: What to show, where the server asks for it.

    Raises:
        KubeconfigError: The authority or the client's certificate is not usable.
    """
    context = make_trusting_context(access.ca, f'cluster "{one_line(access.cluster)}"')
    if access.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if certificate is not None:
        _load_client_certificate(context, certificate, access.who)
    return context


def make_trusting_context(ca: bytes | None, where: str) -> ssl.SSLContext:
    """Build a context that trusts what Go trusts; blocking.

    Otherwise podboard would refuse clusters that kubectl talks to: a cluster's own authority instead of the
    system's, also an intermediate one, also one without the extensions that Python has begun to demand.

    Args:
        ca: Certificates to trust instead of the system's, PEM.
        where: Who names them, for messages.

    Raises:
        KubeconfigError: They are none.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if ca is None:
        context.load_default_certs()
        return context
    try:
        context.load_verify_locations(cadata=ca.decode("ascii", "ignore"))
    except (ssl.SSLError, ValueError) as error:
        raise KubeconfigError(f"the certificate authority of {where} is no PEM certificate") from error
    return context


def _load_client_certificate(context: ssl.SSLContext, pair: ClientCertificate, who: str) -> None:
    try:
        # OpenSSL through Python reads files only: a private folder, for as long as the reading takes.
        with tempfile.TemporaryDirectory(prefix="podboard-") as folder:
            certificate, key = Path(folder, "certificate.pem"), Path(folder, "key.pem")
            for path, content in ((certificate, pair.certificate), (key, pair.key)):
                path.touch(0o600)
                path.write_bytes(content)
            # An encrypted key would make OpenSSL ask on the terminal: an empty password refuses it instead.
            context.load_cert_chain(certificate, key, password="")
    except (ssl.SSLError, ValueError) as error:
        raise KubeconfigError(
            f"the client certificate of {who} and its key cannot be used",
            "both must be PEM, belong together, and the key must not be encrypted",
        ) from error
    except OSError as error:
        raise KubeconfigError(
            f"the client certificate of {who} cannot be used: {one_line(error.strerror or str(error))}",
            "OpenSSL reads it from a temporary file: name a folder for those in TMPDIR",
        ) from error
