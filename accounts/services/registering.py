"""Customers and their contacts, as administrators enter and change them."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.enums import Actor
from accounts.models import Contact, Customer
from accounts.permissions import is_administrator
from accounts.services.addressing import Address, replace_addresses
from common.db import lock_one
from common.errors import Conflict, Invalid, NotAllowed

CUSTOMER_FIELDS = frozenset({"code", "name", "language", "time_zone", "domains", "notes", "is_active"})
CONTACT_FIELDS = frozenset(
    {"name", "position", "language", "is_authorised", "sees_organisation", "is_active"}
)


@transaction.atomic
def save_customer(*, actor: Actor, customer_id: int | None = None, **values: Any) -> Customer:
    """Create (`customer_id` None) or change a customer; only the values given are written.

    Raises `NotAllowed`, `Missing`, `Invalid` for an unknown time zone, `Conflict` for a code in use.
    """
    _administrators_only(actor)
    customer = lock_one(Customer.objects.all(), customer_id) if customer_id else Customer()
    if "time_zone" in values and values["time_zone"] not in available_timezones():
        raise Invalid(_("There is no such time zone."), field="time_zone")
    if "domains" in values:
        values["domains"] = sorted({domain.strip().lower() for domain in values["domains"]})
    _set(customer, values, CUSTOMER_FIELDS)
    try:
        with transaction.atomic():
            customer.save()
    except IntegrityError:
        raise Conflict(_("This code is in use already."), field="code") from None
    return customer


@transaction.atomic
def save_contact(
    *,
    actor: Actor,
    contact_id: int | None = None,
    customer_id: int | None = None,
    addresses: Sequence[Address] | None = None,
    **values: Any,
) -> Contact:
    """Create (`contact_id` None, then with a `customer_id`) or change a contact; a contact never changes customer.

    `addresses` replace all there were; None leaves them. Raises `NotAllowed`, `Missing`, `Invalid`, `Conflict`.
    """
    _administrators_only(actor)
    contact = lock_one(Contact.objects.all(), contact_id) if contact_id else _new_contact(customer_id)
    _set(contact, values, CONTACT_FIELDS)
    contact.save()
    if addresses is not None:
        replace_addresses(contact=contact, addresses=addresses)
    return contact


def _new_contact(customer_id: int | None) -> Contact:
    customer = Customer.objects.filter(pk=customer_id or 0, is_active=True).first()
    if customer is None:
        raise Invalid(_("There is no such customer."), field="customer")
    return Contact(customer=customer)


def _administrators_only(actor: Actor) -> None:
    if not is_administrator(actor):
        raise NotAllowed(_("Only administrators change customers and contacts."))


def _set(row: Customer | Contact, values: dict[str, Any], known: frozenset[str]) -> None:
    unknown = set(values) - known
    if unknown:
        raise Invalid(
            _("Unknown field: %(names)s.") % {"names": ", ".join(sorted(unknown))}, field=min(unknown)
        )
    for name, value in values.items():
        setattr(row, name, value)
