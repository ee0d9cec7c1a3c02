"""A small NetBox on loopback: answers in the shapes of its documentation, pages, tokens, and nothing else."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

SITE = {"id": 1, "name": "First", "slug": "dc1", "display": "First"}
LOCATION = {"id": 3, "name": "Hall 1", "slug": "hall-1"}
RACK = {"id": 5, "name": "R1"}
OLD, NEW = "2026-01-01T00:00:00Z", "2030-01-01T00:00:00Z"


def device(pk: int, name: str, role: str, **values: Any) -> dict[str, Any]:
    return {
        "id": pk, "name": name, "role": {"id": pk, "slug": role}, "device_type": {"id": 1, "slug": "any"}, "site": SITE,
        "location": LOCATION, "rack": RACK, "position": float(pk), "face": {"value": "front"}, "tenant": None,
        "status": {"value": "active", "label": "Active"}, "cluster": None, "virtual_chassis": None, "custom_fields": {},
        "last_updated": OLD, **values,
    }  # fmt: skip


def port(
    pk: int, of: dict[str, Any], name: str, peer: dict[str, Any] | None, kind: str = "dcim.poweroutlet"
) -> dict[str, Any]:
    return {
        "id": pk, "device": _brief(of), "name": name, "mark_connected": peer is None, "cable": {"id": pk} if peer else None,
        "link_peers": [peer] if peer else [], "link_peers_type": kind if peer else None, "last_updated": OLD,
    }  # fmt: skip


def _brief(of: dict[str, Any]) -> dict[str, Any]:
    return {"id": of["id"], "name": of["name"], "url": f"/api/dcim/devices/{of['id']}/"}


def interface(
    pk: int, of: dict[str, Any], name: str, other: dict[str, Any] | None = None, other_pk: int = 0
) -> dict[str, Any]:
    end = [{"id": other_pk, "device": _brief(other), "name": f"eth{other_pk}"}] if other else None
    return {
        "id": pk, "device": _brief(of), "name": name, "lag": None, "connected_endpoints": end,
        "connected_endpoints_type": "dcim.interface" if end else None, "connected_endpoints_reachable": True if end else None,
        "last_updated": OLD,
    }  # fmt: skip


def house() -> dict[str, list[dict[str, Any]]]:
    """One panel with a feed, a strip, a switch with a circuit, a server of a customer, a hypervisor with a machine."""
    pdu, switch = device(11, "pdu-1A", "rack-pdu"), device(12, "acc-1", "access-switch")
    server = device(13, "srv-1", "server", tenant={"id": 1, "slug": "alfa", "name": "Alfa"}, custom_fields={
        "monitored_host": "srv-1.mon", "monitored_host_ids": "10661, 10662", "power_k": 1})  # fmt: skip
    hyper = device(
        14, "hv-1", "hypervisor", cluster={"id": 1, "name": "cloud"}, tenant={"id": 9, "slug": "us"}
    )
    stamp = {"last_updated": OLD}
    return {
        "dcim/sites": [SITE | stamp | {"physical_address": "Street 1\r\nTown"}],
        "dcim/locations": [LOCATION | stamp | {"site": SITE, "parent": None}],
        "dcim/racks": [RACK | stamp | {"site": SITE, "location": LOCATION, "u_height": 45}],
        "dcim/device-types": [{"id": 1, "u_height": 2.0}],
        "dcim/power-panels": [{"id": 2, "site": SITE, "location": LOCATION, "name": "Panel A"} | stamp],
        "dcim/power-feeds": [{
            "id": 7, "power_panel": {"id": 2, "name": "Panel A"}, "rack": RACK, "name": "Feed 1", "tenant": None,
            "status": {"value": "active"}, "type": {"value": "primary"}} | stamp],
        "dcim/devices": [pdu, switch, server, hyper],
        "dcim/power-ports": [
            port(21, pdu, "inlet", {"id": 7, "name": "Feed 1"}, "dcim.powerfeed"),
            port(22, switch, "PSU1", {"id": 31, "device": _brief(pdu), "name": "o1"}),
            port(23, server, "PSU1", {"id": 32, "device": _brief(pdu), "name": "o2"}),
            port(24, server, "PSU2", None),
            port(25, hyper, "PSU1", {"id": 33, "device": _brief(pdu), "name": "o3"}),
        ],
        "dcim/interfaces": [
            interface(41, switch, "eth41", server, 42), interface(42, server, "eth42", switch, 41),
            interface(43, switch, "eth43", hyper, 44), interface(44, hyper, "eth44", switch, 43), interface(45, hyper, "eth45"),
        ],
        "circuits/circuits": [{
            "id": 51, "cid": "TR-1", "provider": {"id": 1, "name": "Carrier"}, "status": {"value": "active"}, "tenant": None} | stamp],
        "circuits/circuit-terminations": [
            {"id": 61, "circuit": {"id": 51, "cid": "TR-1"}, "term_side": "A", "link_peers_type": "dcim.interface",
             "link_peers": [{"id": 46, "device": _brief(switch), "name": "eth46"}]} | stamp,
            {"id": 62, "circuit": {"id": 51, "cid": "TR-1"}, "term_side": "Z", "link_peers": [], "link_peers_type": None} | stamp,
        ],
        "circuits/circuit-group-assignments": [
            {"id": 1, "member_type": "circuits.circuit", "member": {"id": 51}, "priority": {"value": "secondary"}} | stamp],
        "virtualization/clusters": [{"id": 1, "name": "cloud", "custom_fields": {"members_needed": 1}} | stamp],
        "virtualization/virtual-machines": [
            {"id": 71, "name": "vm-1", "status": {"value": "active"}, "tenant": {"id": 1, "slug": "alfa"}, "site": SITE,
             "cluster": {"id": 1}, "device": None, "custom_fields": {"monitored_host": "vm-1.mon"}} | stamp,
            {"id": 72, "name": "ours", "status": {"value": "active"}, "tenant": None, "cluster": {"id": 1}, "device": None} | stamp,
        ],
    }  # fmt: skip


@dataclass
class NetBox:
    """What it holds, whom it believes, and what it was asked."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: copy.deepcopy(house()))
    authorization: str = "Token 0123456789abcdef"
    largest_page: int = 2
    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    next_host: str = ""

    def device(self, name: str) -> dict[str, Any]:
        return next(row for row in self.rows["dcim/devices"] if row["name"] == name)

    def answer(self, address: str, authorization: str) -> tuple[int, Any]:
        parts = urlsplit(address)
        place = parts.path.removeprefix("/api/").strip("/")
        if authorization != self.authorization:
            return 403, {"detail": "Invalid token"}
        if place not in self.rows:
            return 404, {"detail": "Not found."}
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        since = query.get("last_updated__gte", "")
        found = [row for row in self.rows[place] if not since or row.get("last_updated", OLD) >= since[:19]]
        limit, offset = min(int(query.get("limit", 50)), self.largest_page), int(query.get("offset", 0))
        following = None
        if offset + limit < len(found):
            more = urlencode({**query, "limit": limit, "offset": offset + limit})
            following = f"{self.next_host or self.url}/api/{place}/?{more}"
        return 200, {
            "count": len(found),
            "next": following,
            "previous": None,
            "results": found[offset : offset + limit],
        }


@contextmanager
def running(netbox: NetBox) -> Iterator[NetBox]:
    """Serve it on loopback. Anything but GET is an error of the caller."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            netbox.asked.append(("GET", self.path))
            status, body = netbox.answer(self.path, self.headers.get("Authorization", ""))
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("API-Version", "4.6")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    netbox.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield netbox
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
