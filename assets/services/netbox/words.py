"""Words of NetBox in our own."""

from __future__ import annotations

import re
from typing import Any

from assets.enums import EquipmentKind, EquipmentStatus

Row = dict[str, Any]
# A device or feed that has failed is still built in: its failure is an incident, not a change of the plant.
STATUS = {
    "active": EquipmentStatus.ACTIVE, "failed": EquipmentStatus.ACTIVE, "planned": EquipmentStatus.PLANNED,
    "staged": EquipmentStatus.PLANNED, "inventory": EquipmentStatus.PLANNED, "provisioning": EquipmentStatus.PLANNED,
}  # fmt: skip
# Words in the slug of a device's role, the first that fits.
ROLES = (
    ("pdu", EquipmentKind.PDU), ("ups", EquipmentKind.UPS), ("ats", EquipmentKind.ATS), ("sts", EquipmentKind.ATS),
    ("transfer", EquipmentKind.ATS), ("generator", EquipmentKind.GENERATOR), ("utility", EquipmentKind.UTILITY),
    ("switch", EquipmentKind.SWITCH), ("leaf", EquipmentKind.SWITCH), ("spine", EquipmentKind.SWITCH),
    ("access", EquipmentKind.SWITCH), ("distribution", EquipmentKind.SWITCH), ("router", EquipmentKind.ROUTER),
    ("core", EquipmentKind.ROUTER), ("firewall", EquipmentKind.ROUTER), ("edge", EquipmentKind.ROUTER),
    ("storage", EquipmentKind.STORAGE), ("chassis", EquipmentKind.CHASSIS), ("blade", EquipmentKind.SERVER),
    ("server", EquipmentKind.SERVER), ("hypervisor", EquipmentKind.SERVER),
)  # fmt: skip


def word(choice: Any) -> str:
    """Choices come as `{value, label}`."""
    return str(choice.get("value")) if isinstance(choice, dict) else str(choice or "")


def status(row: Row) -> str:
    return STATUS.get(word(row.get("status")), EquipmentStatus.RETIRED).value


def kind(row: Row) -> str:
    """`role` since 3.6, `device_role` before."""
    slug = (row.get("role") or row.get("device_role") or {}).get("slug", "").lower()
    words = re.split(r"[-_]", slug)
    # A short word must stand alone: "backups" is no UPS.
    return next(
        (kind for word, kind in ROLES if (word in slug if len(word) > 3 else word in words)),
        EquipmentKind.OTHER,
    ).value


def custom(row: Row, kind: str) -> dict[str, Any]:
    """Custom fields that NetBox has no field for: `monitored_host`, `monitored_host_ids`, `power_k`, `runtime_minutes`."""
    fields: dict[str, Any] = row.get("custom_fields") or {}
    found: dict[str, Any] = {}
    if fields.get("monitored_host"):
        found["monitored_host"] = str(fields["monitored_host"])[:128]
    ids = str(fields.get("monitored_host_ids") or "").replace(",", " ").split()
    if ids and all(one.isdigit() for one in ids):
        found["monitored_host_ids"] = [int(one) for one in ids]
    for name in ("power_k", "runtime_minutes"):
        value = fields.get(name)
        if isinstance(value, int) and value >= 0 and (name != "runtime_minutes" or kind == EquipmentKind.UPS):
            found[name] = max(value, 1) if name == "power_k" else value
    return found
