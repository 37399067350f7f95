"""Throwaway certificates for servers in tests."""

import datetime as dt
import ipaddress
import ssl
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct

AUTHORITY = "test authority"


class Pair(Struct, frozen=True):
    certificate: bytes
    key: bytes

    def write(self, folder: Path, name: str) -> tuple[Path, Path]:
        paths = folder / f"{name}.crt", folder / f"{name}.key"
        paths[0].write_bytes(self.certificate)
        paths[1].write_bytes(self.key)
        return paths


def new_authority(name: str) -> Pair:
    """Make another authority, of a name that may be taken."""
    return _issue(name, issuer=None, since=-60, days=30, names=())


_authority = cache(new_authority)


def authority(name: str = AUTHORITY) -> Pair:
    return _authority(name)


@cache
def signed(
    name: str = "server", *, since: int = -60, days: int = 30, by: str = AUTHORITY, host: str = "127.0.0.1"
) -> Pair:
    """Make a certificate that is valid between two days from now."""
    return _issue(name, issuer=_authority(by), since=since, days=days, names=(host,))


def server_context(pair: Pair, folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair.write(folder, "server"))
    return context


def _issue(name: str, *, issuer: Pair | None, since: int, days: int, names: tuple[str, ...]) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + dt.timedelta(days=since))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([_general(name) for name in names]), critical=False
        )
    if issuer is None:
        certificate = builder.issuer_name(subject).sign(key, hashes.SHA256())
    else:
        parent = x509.load_pem_x509_certificate(issuer.certificate)
        parent_key = serialization.load_pem_private_key(issuer.key, None)
        assert isinstance(parent_key, ec.EllipticCurvePrivateKey)
        certificate = builder.issuer_name(parent.subject).sign(parent_key, hashes.SHA256())
    return Pair(
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
