"""Saying whether a device is in service."""

from __future__ import annotations

from django.db import transaction

from accounts.enums import Actor
from assets.enums import EquipmentStatus
from assets.models import Equipment
from assets.permissions import can_edit_registry
from common.db import lock_one
from common.errors import NotAllowed


@transaction.atomic
def mark_status(*, actor: Actor, equipment_id: int, status: EquipmentStatus) -> Equipment:
    """Only what is in service takes part in power and network. Raises `NotAllowed`, `Missing`."""
    if not can_edit_registry(actor):
        raise NotAllowed
    device = lock_one(Equipment.objects.all(), equipment_id)
    device.status = status
    device.save(update_fields=["status", "updated_at"])
    return device
