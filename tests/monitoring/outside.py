"""A small internet on loopback: a DNS server, RDAP, WHOIS, and a web server with a certificate."""

from __future__ import annotations

import http.server
import json
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dns.message
import dns.rrset
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAME = "localhost.localdomain"


class Outside:
    """What the servers answer; a test changes it as it needs."""

    def __init__(self) -> None:
        self.addresses = ["127.0.0.1"]
        self.rdap_until, self.whois_until = "", ""
        self.status, self.location = 200, ""
        self.ports: dict[str, int] = {}


@contextmanager
def running(place: Path, days: int = 90) -> Iterator[Outside]:
    """All servers until the end of the block; the certificate of `NAME` is valid for `days`."""
    world = Outside()
    with ExitStack() as stack:
        for name, server in (
            ("dns", _dns(world)), ("rdap", _rdap(world)), ("whois", _whois(world)), ("https", _https(world, place, days)),
        ):  # fmt: skip
            world.ports[name] = server.server_address[1]
            stack.enter_context(_serving(server))
        yield world


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _dns(world: Outside) -> Any:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, wire = self.request
            query = dns.message.from_wire(data)
            answer = dns.message.make_response(query)
            question = query.question[0]
            if question.rdtype == 1 and world.addresses:
                answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", "A", *world.addresses))
            elif not world.addresses:
                answer.set_rcode(3)
            wire.sendto(answer.to_wire(), self.client_address)

    return socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler)


def _rdap(world: Outside) -> Any:
    class Handler(_Quiet):
        def do_GET(self) -> None:
            events = (
                [{"eventAction": "expiration", "eventDate": world.rdap_until}] if world.rdap_until else []
            )
            self._send(200 if events else 404, json.dumps({"events": events}).encode())

    return http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)


def _whois(world: Outside) -> Any:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.rfile.readline()
            text = (
                f"domain: X\npaid-till: {world.whois_until}\n" if world.whois_until else "No entries found.\n"
            )
            self.wfile.write(text.encode())

    return socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)


def _https(world: Outside, place: Path, days: int) -> Any:
    class Handler(_Quiet):
        def do_GET(self) -> None:
            self._send(world.status, b"hello", location=world.location)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(place, days))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return server


class _Quiet(http.server.BaseHTTPRequestHandler):
    def _send(self, status: int, body: bytes, location: str = "") -> None:
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Silent."""


def _certificate(place: Path, days: int) -> Path:
    """Self-signed; the same file is the authority that a test trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + timedelta(days=days, hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = place / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + built.public_bytes(serialization.Encoding.PEM))
    return file
