"""Hanging a ticket on another one: a child tells that its cause is being dealt with there. Its own clocks go on."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Actor
from common import clock
from common.db import lock_one
from common.errors import Conflict, NotAllowed
from tickets.enums import EventType
from tickets.models import Ticket
from tickets.services import recording


@transaction.atomic
def link(*, ticket: Ticket, parent: Ticket, actor: Actor) -> None:
    """Set the parent of `ticket`, the row and the object. The same parent again changes nothing.

    Raises `NotAllowed` for a contact, `Conflict` for a circle of two.
    """
    _check(actor)
    if parent.pk == ticket.pk or parent.parent_id == ticket.pk:
        raise Conflict(_("A ticket cannot hang on itself."))
    _set(ticket, parent, actor)


@transaction.atomic
def unlink(*, ticket: Ticket, actor: Actor) -> None:
    """Take a ticket off its parent: it is about something else."""
    _check(actor)
    _set(ticket, None, actor)


def _check(actor: Actor) -> None:
    if actor.is_contact:
        raise NotAllowed


def _set(ticket: Ticket, parent: Ticket | None, actor: Actor) -> None:
    locked = lock_one(Ticket.objects.visible_to(actor).select_related("category"), ticket.pk)
    if locked.parent_id == (parent.pk if parent else None):
        return
    before = locked.parent
    locked.parent = ticket.parent = parent
    locked.version += 1
    locked.save(update_fields=["parent", "version", "updated_at"])
    ticket.version = locked.version
    number = parent.number if parent else before.number if before else ""
    recording.record(
        ticket=locked, type=EventType.LINKED, actor=actor, occurred_at=clock.now(), parent=number,
        undone=parent is None,
    )  # fmt: skip
