"""TLS before a server of this machine, as a load balancer ends it, with a certificate of its own."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.x509.oid import NameOID

_PIECE = 65536


@contextmanager
def tls_before(port: int, listen: int, home: Path) -> Iterator[None]:
    """Take TLS for ``localhost`` on one port and hand on what comes to another."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(home))
    with socket.create_server(("127.0.0.1", listen)) as server:
        threading.Thread(target=_accept, args=(server, context, port), daemon=True).start()
        yield


def _accept(server: socket.socket, context: ssl.SSLContext, port: int) -> None:
    while True:
        try:
            incoming, _ = server.accept()
        except OSError:  # closed: the test is over
            return
        threading.Thread(target=_serve, args=(incoming, context, port), daemon=True).start()


def _serve(incoming: socket.socket, context: ssl.SSLContext, port: int) -> None:
    with suppress(OSError), incoming, context.wrap_socket(incoming, server_side=True) as inside:  # noqa: SIM117
        with socket.create_connection(("127.0.0.1", port)) as onward:
            answers = threading.Thread(target=_copy, args=(onward, inside), daemon=True)
            answers.start()
            _copy(inside, onward)
            answers.join(10)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(_PIECE):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


def _certificate(home: Path) -> Path:
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = home / "tls.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return file
