"""From answers of NetBox to records. What has no counterpart here (prefixes, contacts) is not asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from assets.enums import CircuitRole, EquipmentKind, LinkKind, ServiceKind
from assets.services.exchange.records import At, Entry, Key, Record, Verdict
from assets.services.netbox import words
from assets.services.netbox.reading import Answers
from assets.services.netbox.words import Row


def records(
    answers: Answers, own_tenants: frozenset[str] = frozenset(), *, is_whole: bool = True
) -> tuple[list[Record], list[Entry]]:
    """Records, and rows that cannot be told from what NetBox says.

    Members of a cluster are known only when all devices were read: `is_whole`.
    """
    mapped = _Mapping(answers, own_tenants, is_whole)
    found = [
        *mapped.sites(), *mapped.rooms(), *mapped.racks(), *mapped.panels(), *mapped.feeds(), *mapped.devices(),
        *mapped.feed_inputs(), *mapped.inputs(), *mapped.links(), *mapped.circuits(), *mapped.clusters(),
        *mapped.machines(),
    ]  # fmt: skip
    return found, mapped.refused


class _Mapping:
    def __init__(self, answers: Answers, own_tenants: frozenset[str], is_whole: bool) -> None:
        self._rows, self._own, self._is_whole = answers, own_tenants, is_whole
        self._heights = {row["id"]: row.get("u_height") for row in answers["dcim.device_types"]}
        self._panels = {row["id"]: row for row in answers["dcim.power_panels"]}
        self.refused: list[Entry] = []

    def sites(self) -> Iterator[Record]:
        for row in self._rows["dcim.sites"]:
            values = {"code": row["slug"][:32], "name": row["name"][:120]}
            values["address"] = (row.get("physical_address") or "")[:300].replace("\r\n", ", ")
            yield Record("sites", (values["code"],), values, f"dcim/sites/{row['id']}", f"site:{row['id']}")

    def rooms(self) -> Iterator[Record]:
        """Locations; and, for racks that stand in none, a room that is the site itself."""
        for row in self._rows["dcim.locations"]:
            name = row["name"][:80]
            values = {"site": At(f"site:{row['site']['id']}"), "name": name}
            key = (row["site"]["slug"], name)
            yield Record("rooms", key, values, f"dcim/locations/{row['id']}", f"location:{row['id']}")
        sites = {
            row["site"]["id"]: row["site"] for row in self._rows["dcim.racks"] if not row.get("location")
        }
        for pk, site in sites.items():
            values = {"site": At(f"site:{pk}"), "name": site["name"][:80]}
            yield Record("rooms", (site["slug"], values["name"]), values, f"dcim/sites/{pk}", f"site:{pk}")

    def racks(self) -> Iterator[Record]:
        for row in self._rows["dcim.racks"]:
            room = row.get("location") or row["site"]
            place = f"location:{room['id']}" if row.get("location") else f"site:{room['id']}"
            values = {"room": At(place), "name": row["name"][:80], "units": row.get("u_height") or 42}
            key = (row["site"]["slug"], room["name"][:80], values["name"])
            yield Record("racks", key, values, f"dcim/racks/{row['id']}", f"rack:{row['id']}")

    def panels(self) -> Iterator[Record]:
        for row in self._rows["dcim.power_panels"]:
            values = {"kind": EquipmentKind.PANEL.value, "site": At(f"site:{row['site']['id']}")}
            yield self._equipment("panel", row, self._panel_name(row), values, "dcim/power-panels")

    def _panel_name(self, row: Row) -> str:
        """Panels are named within their site, equipment is named once for all."""
        return f"{row['site']['slug']} {row['name']}"

    def feeds(self) -> Iterator[Record]:
        for row in self._rows["dcim.power_feeds"]:
            panel = self._panels.get(row["power_panel"]["id"])
            if panel is None:
                self._refuse(
                    "equipment", f"dcim/power-feeds/{row['id']}", row["name"], _("its panel is unknown")
                )
                continue
            values = {
                "kind": EquipmentKind.FEED.value, "site": At(f"site:{panel['site']['id']}"),
                "rack": At(f"rack:{row['rack']['id']}") if row.get("rack") else None,
                "status": words.status(row), "owner": self._owner(row),
            }  # fmt: skip
            yield self._equipment("feed", row, self._feed_name(panel, row), values, "dcim/power-feeds")

    def _feed_name(self, panel: Row, row: Row) -> str:
        return f"{self._panel_name(panel)} {row['name']}"[:120]

    def feed_inputs(self) -> Iterator[Record]:
        for row in self._rows["dcim.power_feeds"]:
            panel = self._panels.get(row["power_panel"]["id"])
            if panel is not None:
                values = {
                    "equipment": At(f"feed:{row['id']}"), "name": "in", "provider": At(f"panel:{panel['id']}"),
                }  # fmt: skip
                key = (self._feed_name(panel, row), "in")
                yield Record(
                    "power_inputs", key, values, f"dcim/power-feeds/{row['id']}", f"feed:{row['id']}"
                )

    def devices(self) -> Iterator[Record]:
        for row in self._rows["dcim.devices"]:
            where = f"dcim/devices/{row['id']}"
            if not row.get("name"):
                self._refuse("equipment", where, f"#{row['id']}", _("it has no name"))
                continue
            kind = words.kind(row)
            values: dict[str, Any] = {
                "kind": kind, "status": words.status(row), "site": At(f"site:{row['site']['id']}"),
                "rack": At(f"rack:{row['rack']['id']}") if row.get("rack") else None,
                "position": int(row["position"]) if row.get("rack") and row.get("position") else None,
                "owner": self._owner(row),
            }  # fmt: skip
            height = self._heights.get((row.get("device_type") or {}).get("id"))
            if height:
                values["height"] = max(1, int(height))
            values |= words.custom(row, kind)
            yield self._equipment("device", row, row["name"], values, "dcim/devices")

    def _equipment(self, kind: str, row: Row, name: str, values: dict[str, Any], place: str) -> Record:
        values = {"name": name[:120], **values}
        return Record("equipment", (values["name"],), values, f"{place}/{row['id']}", f"{kind}:{row['id']}")

    def _owner(self, row: Row) -> Key | None:
        """The tenant is our customer of the same code, unless it is us."""
        tenant = row.get("tenant")
        return None if not tenant or tenant["slug"] in self._own else (tenant["slug"],)

    def inputs(self) -> Iterator[Record]:
        """What an inlet is cabled to: a feed, or the device of an outlet. Anything else is what nobody knows."""
        for row in self._rows["dcim.power_ports"]:
            provider = None
            for peer in row.get("link_peers") or ():
                if row.get("link_peers_type") == "dcim.powerfeed":
                    provider = At(f"feed:{peer['id']}")
                elif row.get("link_peers_type") == "dcim.poweroutlet":
                    provider = At(f"device:{peer['device']['id']}")
            device = row["device"]
            values = {
                "equipment": At(f"device:{device['id']}"),
                "name": row["name"][:40],
                "provider": provider,
            }
            key = (f"{device.get('name')}", values["name"])
            yield Record(
                "power_inputs", key, values, f"dcim/power-ports/{row['id']}", f"power-port:{row['id']}"
            )

    def links(self) -> Iterator[Record]:
        """Interfaces whose other end is known, patch panels already passed; members of one stack hang together."""
        seen = set()
        for row in self._rows["dcim.interfaces"]:
            for end in row.get("connected_endpoints") or ():
                if (
                    row.get("connected_endpoints_type") != "dcim.interface"
                    or row.get("connected_endpoints_reachable") is False
                ):
                    continue
                low, high = sorted((row, end), key=lambda one: int(one["id"]))
                if (low["id"], high["id"]) in seen or low["device"]["id"] == high["device"]["id"]:
                    continue
                seen.add((low["id"], high["id"]))
                kind = LinkKind.LAG if row.get("lag") else LinkKind.CABLE
                label = f"{low['name']} – {high['name']}"[:80]
                yield self._link(
                    low["device"], high["device"], label, kind, f"interfaces:{low['id']}-{high['id']}"
                )
        for row in self._rows["dcim.devices"]:
            master = (row.get("virtual_chassis") or {}).get("master")
            if master and master["id"] != row["id"]:
                yield self._link(master, row, "stack", LinkKind.CABLE, f"stack:{row['id']}")

    def _link(
        self, a: Row, b: Row, label: str, kind: LinkKind, source_id: str, status: str = "active"
    ) -> Record:
        values = {
            "a": At(f"device:{a['id']}"), "b": At(f"device:{b['id']}"), "label": label, "kind": kind.value, "status": status,
        }  # fmt: skip
        key = (*sorted((str(a.get("name")), str(b.get("name")))), label)
        return Record("links", key, values, source_id, source_id)

    def circuits(self) -> Iterator[Record]:
        """One end on a device of ours: a way to the world. Two ends: a link between the two."""
        ends: dict[int, list[Row]] = {}
        for row in self._rows["circuits.circuit_terminations"]:
            for peer in row.get("link_peers") or ():
                if "device" in peer:
                    ends.setdefault(row["circuit"]["id"], []).append(peer["device"])
        backup = {
            (row.get("member") or row.get("circuit") or {}).get("id")
            for row in self._rows["circuits.circuit_group_assignments"]
            if words.word(row.get("priority")) in ("secondary", "tertiary", "inactive")
        }
        for row in self._rows["circuits.circuits"]:
            devices, where = ends.get(row["id"], []), f"circuits/circuits/{row['id']}"
            if len(devices) == 2:
                a, b = devices
                cross, status = LinkKind.CROSS_CONNECT, words.status(row)
                yield self._link(a, b, row["cid"][:80], cross, f"circuit:{row['id']}", status)
            elif devices:
                provider, cid = row["provider"]["name"][:120], row["cid"][:120]
                values = {
                    "provider": provider, "cid": cid, "equipment": At(f"device:{devices[0]['id']}"), "is_egress": True,
                    "role": (CircuitRole.BACKUP if row["id"] in backup else CircuitRole.PRIMARY).value, "status": words.status(row),
                }  # fmt: skip
                yield Record("circuits", (provider, cid), values, where, f"circuit:{row['id']}")

    def clusters(self) -> Iterator[Record]:
        """Members are the devices that name the cluster."""
        members: dict[int, list[At]] = {}
        for row in self._rows["dcim.devices"]:
            if row.get("cluster"):
                members.setdefault(row["cluster"]["id"], []).append(At(f"device:{row['id']}"))
        for row in self._rows["virtualization.clusters"]:
            values: dict[str, Any] = {"name": row["name"][:120]}
            if self._is_whole:
                values["members"] = tuple(members.get(row["id"], ()))
            needed = (row.get("custom_fields") or {}).get("members_needed")
            if isinstance(needed, int) and needed > 0:
                values["k"] = needed
            yield Record(
                "clusters",
                (values["name"],),
                values,
                f"virtualization/clusters/{row['id']}",
                f"cluster:{row['id']}",
            )

    def machines(self) -> Iterator[Record]:
        """Virtual machines of customers are services; our own are not."""
        for row in self._rows["virtualization.virtual_machines"]:
            customer = self._owner(row)
            if customer is None:
                continue
            values: dict[str, Any] = {
                "customer": customer, "name": row["name"][:120], "kind": ServiceKind.VPS.value,
                "is_active": words.word(row.get("status")) not in ("decommissioning",), "runs_on": None, "cluster": None,
            }  # fmt: skip
            if row.get("device"):
                values["runs_on"] = At(f"device:{row['device']['id']}")
            elif row.get("cluster"):
                values["cluster"] = At(f"cluster:{row['cluster']['id']}")
            host = (row.get("custom_fields") or {}).get("monitored_host")
            if host:
                values["monitored_host"] = str(host)[:128]
            where = f"virtualization/virtual-machines/{row['id']}"
            yield Record(
                "services", (*customer, values["name"]), values, where, f"virtual-machine:{row['id']}"
            )

    def _refuse(self, kind: str, where: str, title: str, reason: str) -> None:
        self.refused.append(Entry(kind, title, where, Verdict.REFUSED, reason=reason))
