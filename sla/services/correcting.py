"""Carrying out what a review has decided."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Actor
from common import clock
from common.db import lock_one
from common.errors import Conflict, Missing
from sla.models import CorrectiveAction
from sla.permissions import can_see


@transaction.atomic
def complete(*, actor: Actor, action_id: int) -> CorrectiveAction:
    """Its owner, or a leader for him, says that an action is done. What it brought, the reviewer writes later."""
    action = lock_one(CorrectiveAction.objects.all(), action_id)
    if not can_see(actor, action):
        raise Missing
    if not action.is_undone:
        raise Conflict(_("This action is done already."))
    action.done_at = clock.now()
    action.save(update_fields=["done_at"])
    return action
