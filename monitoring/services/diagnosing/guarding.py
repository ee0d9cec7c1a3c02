"""Where the desk may look: a name of the registry, at a public address, and at that very address.

A name that points into a private network is refused, however it got there; connections go to the checked address and
not to what the name says a moment later.
"""

from __future__ import annotations

import socket
from ipaddress import ip_address, ip_network

from django.conf import settings


class Forbidden(Exception):
    """The name leads where the desk does not look."""


def addresses_of(name: str, port: int) -> list[str]:
    """Public addresses of the name by the system's resolver, IPv4 first. Raises `OSError` and `Forbidden`."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    allowed = [address for address in addresses if is_allowed(address)]
    if addresses and not allowed:
        raise Forbidden(", ".join(addresses))
    return sorted(allowed, key=lambda address: ":" in address)


def is_allowed(address: str) -> bool:
    """A public unicast address, or one of the networks that the installation allows."""
    parsed = ip_address(address.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None) or parsed
    if any(mapped in ip_network(one, strict=False) for one in settings.DIAGNOSIS["allowed_networks"]):
        return True
    return mapped.is_global and not mapped.is_multicast
