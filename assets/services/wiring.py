"""Connecting power: what feeds an input. Power never runs in a circle."""

from __future__ import annotations

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from accounts.enums import Actor
from assets.models import Equipment, PowerInput
from assets.permissions import can_edit_registry
from common.errors import Conflict, Missing, NotAllowed

LOOP = "power_never_runs_in_a_circle"


@transaction.atomic
def feed(*, actor: Actor, equipment_id: int, name: str, provider_id: int | None, leg: str = "") -> PowerInput:
    """Say what feeds the input `name` of a device; `provider_id` None: nobody knows.

    Creates the input if there is none of that name. Raises `Missing`, `NotAllowed`, and `Conflict` with the path
    when the provider is itself fed by the device.
    """
    if not can_edit_registry(actor):
        raise NotAllowed
    if not Equipment.objects.filter(pk=equipment_id).exists():
        raise Missing
    try:
        with transaction.atomic():
            found, _is_new = PowerInput.objects.update_or_create(
                equipment_id=equipment_id, name=name, defaults={"provider_id": provider_id, "leg": leg}
            )
    except DatabaseError as error:
        raise loop_of(error) from error
    return found


def loop_of(error: DatabaseError) -> Exception:
    """The refusal of the trigger as a sentence with the names on the path; any other error as it is."""
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is None or diagnosis.constraint_name != LOOP:
        return error
    keys = [int(key) for key in diagnosis.message_detail.split(",")]
    names = dict(Equipment.objects.filter(pk__in=keys).values_list("pk", "name"))
    path = " → ".join(names.get(key, str(key)) for key in keys)
    return Conflict(_("Power would run in a circle: %(path)s.") % {"path": path})
