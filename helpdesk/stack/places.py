"""Claim what a running desk needs for itself: its address, its mail port, and being the only one of its checkout."""

import errno
import fcntl
import ipaddress
import os
import socket

from helpdesk.stack.errors import StackError
from helpdesk.stack.layout import Layout


def port_number(text: str, name: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise StackError(f"{name} must be a number between 1 and 65535, not {text!r}.")
    return int(text)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(address).is_loopback for address in found)


def listen(host: str, port: int) -> socket.socket:
    """The listening socket, taken now and handed on, so that nobody can come in between. Raises `StackError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(1024)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise StackError(
                f"Port {port} on {host} is in use: stop what uses it, or choose another with PORT={port + 1}."
            ) from error
        raise StackError(f"Cannot listen on {host} port {port}: {error.strerror}.") from error
    listening.set_inheritable(True)
    return listening


def mail_port(wanted: str | None, host: str, usual: int) -> int:
    """The port of the mail intake. The usual one gives way to a free one, a wanted one does not."""
    port = port_number(wanted, "MAIL_INTAKE_PORT") if wanted else usual
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if wanted:
                raise StackError(
                    f"Mail port {port} is in use: choose another with MAIL_INTAKE_PORT."
                ) from error
            with socket.socket() as free:
                free.bind((host, 0))
                return int(free.getsockname()[1])
    return port


def only_one(layout: Layout) -> int:
    """A lock that says: the desk of this data directory runs. Two would send every reminder twice."""
    descriptor = os.open(layout.lock_file("stack"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise StackError(f"The desk with its data in {layout.data} is already running.") from None
    os.set_inheritable(descriptor, True)
    return descriptor
