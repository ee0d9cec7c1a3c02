"""Who of a client is told: those named for outages, else those who may order changes, else everybody there is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import Contact
from accounts.queries import addresses_to_notify


@dataclass(frozen=True, slots=True)
class Recipient:
    contact: Contact
    address: str


def recipients(customers: Iterable[int]) -> dict[int, list[Recipient]]:
    """Recipients by customer, each contact with its preferred mail address; one query for any number.

    A contact that must not be notified never is, whatever else is said of it. Who has no address stands for nobody.
    """
    rows = addresses_to_notify().filter(contact__customer__in=list(customers)).select_related("contact")
    people: dict[int, dict[int, Recipient]] = defaultdict(dict)
    for row in rows.order_by("contact", "-is_primary", "pk"):
        people[row.contact.customer_id].setdefault(row.contact_id, Recipient(row.contact, row.value))
    return {customer: _chosen(list(found.values())) for customer, found in people.items()}


def _chosen(people: list[Recipient]) -> list[Recipient]:
    named = [one for one in people if one.contact.gets_outages]
    return named or [one for one in people if one.contact.is_authorised] or people
