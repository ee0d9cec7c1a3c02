"""Loading what an address names, inside the caller's scope."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request

from accounts.api.permissions import caller
from accounts.enums import Actor
from accounts.models import Contact, Customer
from accounts.queries import contact_behind
from assets.models import Service
from common.errors import Invalid, Missing
from tickets.models import Ticket
from tickets.services import categories

SHOWN = ("category", "customer", "contact", "service", "assignee")
DESK_SCOPES: dict[str, Callable[[], QuerySet[Any]]] = {
    "customer": lambda: Customer.objects.filter(is_active=True),
    "contact": lambda: Contact.objects.active().select_related("customer"),
    "service": lambda: Service.objects.active(),
}
LINKED = ("merged_into", "parent", "follow_up_of")


def tickets_of(actor: Actor) -> QuerySet[Ticket]:
    """Tickets with everything a list shows, in one query."""
    return Ticket.objects.visible_to(actor).select_related(*SHOWN).defer("search")


def ticket_or_404(request: Request, number: str) -> Ticket:
    """The ticket in the caller's scope, with what its page links to."""
    found = tickets_of(caller(request)).select_related(*SHOWN, *LINKED).filter(number=number).first()
    if found is None:
        raise Missing
    return found


def for_desk(values: dict[str, Any]) -> dict[str, Any]:
    """Rows for the ids that an operator sent; an id that leads nowhere is named, never guessed at."""
    rows = {name: _row(scope, values.pop(name, None), name) for name, scope in DESK_SCOPES.items()}
    return {**values, **rows}


def for_contact(request: Request, values: dict[str, Any]) -> dict[str, Any]:
    """A contact speaks for themself only: customer and contact come from the token, never from the body."""
    assert request.user.is_authenticated
    contact = contact_behind(request.user)
    assert contact is not None
    actor = caller(request)
    service = _row(lambda: Service.objects.visible_to(actor).active(), values.pop("service", None), "service")
    category = categories.active(values["category"]) if "category" in values else None
    if "category" in values and not (category and category.in_portal):
        raise _unknown("category")
    return {**values, "contact": contact, "customer": contact.customer, "service": service}


def _row(scope: Callable[[], QuerySet[Any]], pk: int | None, name: str) -> Any:
    if pk is None:
        return None
    found = scope().filter(pk=pk).first()
    if found is None:
        raise _unknown(name)
    return found


def _unknown(name: str) -> Invalid:
    """The same words for what does not exist and for what belongs to somebody else."""
    return Invalid(_("There is no such value for “%(name)s”.") % {"name": name}, field=name)
