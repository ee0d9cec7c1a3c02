"""TLS and HTTP at a checked address: the certificate, the answer, and what each step took. Redirects are told, not followed."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from django.conf import settings

from monitoring.services.diagnosing.registration import expiry
from monitoring.services.diagnosing.results import BAD, OK, WARN, Result

TIMEOUT_S = 8.0
PLAIN = {80, 8080}


def is_plain(port: int) -> bool:
    return port in PLAIN


def certificate(name: str, address: str, port: int) -> Result:
    """Valid, trusted, of this name, and for how long."""
    try:
        with _connected(address, port) as raw, _context().wrap_socket(raw, server_hostname=name) as secure:
            until = _until(secure)
            rows = [("TLS", secure.version() or ""), ("issuer", _issuer(secure))]
    except ssl.SSLCertVerificationError as error:
        return _untrusted(name, address, port, error)
    except (OSError, ValueError) as error:
        return Result("tls", BAD, "tls_failed", {"error": _short(error)})
    found = expiry("tls", "certificate", until, {"domain": name})
    return Result(found.check, found.verdict, found.code, found.values, rows)


def valid_until(name: str, address: str, port: int) -> datetime:
    """The end of the certificate, trusted or not. Raises `OSError`."""
    with (
        _connected(address, port) as raw,
        _context(trusting=True).wrap_socket(raw, server_hostname=name) as secure,
    ):
        return _until(secure)


def _untrusted(name: str, address: str, port: int, error: ssl.SSLCertVerificationError) -> Result:
    try:
        until = f"{valid_until(name, address, port):%Y-%m-%d}"
    except OSError:
        until = ""
    return Result("tls", BAD, "tls_untrusted", {"error": error.verify_message, "until": until})


def fetch(name: str, address: str, port: int, path: str) -> Result:
    """One GET: the status, where a redirect points, and connect, TLS, first byte and body in milliseconds."""
    marks: list[tuple[str, float]] = []
    began = time.perf_counter()

    def mark(phase: str) -> None:
        nonlocal began
        now = time.perf_counter()
        marks.append((phase, round((now - began) * 1000, 1)))
        began = now

    try:
        raw = _connected(address, port)
        mark("connect")
        if not is_plain(port):
            raw = _context(trusting=True).wrap_socket(raw, server_hostname=name)
            mark("tls")
        connection = http.client.HTTPConnection(name, port, timeout=TIMEOUT_S)
        connection.sock = raw
        connection.request("GET", path, headers={"User-Agent": "helpdesk-diagnosis", "Accept": "*/*"})
        answer = connection.getresponse()
        mark("first_byte")
        size = len(answer.read(1_000_000))
        mark("body")
        connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Result("http", BAD, "http_failed", {"error": _short(error)}, [], marks)
    rows = [("status", f"{answer.status} {answer.reason}"), ("bytes", str(size))]
    if location := answer.headers.get("Location"):
        rows.append(("redirect", location[:200]))
    verdict = OK if answer.status < 400 else WARN if answer.status < 500 else BAD
    total = round(sum(ms for _phase, ms in marks))
    return Result("http", verdict, "http_answer", {"status": answer.status, "ms": total}, rows, marks)


def _connected(address: str, port: int) -> socket.socket:
    return socket.create_connection((address, port), timeout=TIMEOUT_S)


def _context(*, trusting: bool = False) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.DIAGNOSIS["ca_file"] or None)
    if trusting:
        # Looking at what is there, whoever signed it; nothing secret is sent.
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _until(secure: ssl.SSLSocket) -> datetime:
    data = secure.getpeercert(binary_form=True)
    if data is None:
        raise OSError("no certificate")
    return x509.load_der_x509_certificate(data).not_valid_after_utc.astimezone(UTC)


def _issuer(secure: ssl.SSLSocket) -> str:
    peer: dict[str, Any] = dict(secure.getpeercert() or {})
    names = {key: value for part in peer.get("issuer", ()) for key, value in part}
    return str(names.get("organizationName") or names.get("commonName") or "")


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
