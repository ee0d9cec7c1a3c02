"""Who of a client is told: those named for outages, else those who may order changes, else everybody there is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from accounts.enums import AddressKind
from accounts.models import Contact, ContactAddress


@dataclass(frozen=True, slots=True)
class Recipient:
    contact: Contact
    address: str


def recipients(customers: Iterable[int]) -> dict[int, list[Recipient]]:
    """Recipients by customer, each contact with its preferred mail address; two queries for any number.

    A contact that must not be notified never is, whatever else is said of it.
    """
    contacts = Contact.objects.active().filter(customer__in=list(customers), do_not_notify=False)
    by_customer: dict[int, list[Contact]] = defaultdict(list)
    for contact in contacts.order_by("pk"):
        by_customer[contact.customer_id].append(contact)
    chosen = {customer: _chosen(people) for customer, people in by_customer.items()}
    addresses = _addresses([one.pk for people in chosen.values() for one in people])
    return {
        customer: [Recipient(one, addresses[one.pk]) for one in people if one.pk in addresses]
        for customer, people in chosen.items()
    }


def _chosen(people: list[Contact]) -> list[Contact]:
    named = [one for one in people if one.gets_outages]
    return named or [one for one in people if one.is_authorised] or people


def _addresses(contacts: list[int]) -> dict[int, str]:
    rows = ContactAddress.objects.filter(contact__in=contacts, kind=AddressKind.MAIL)
    found: dict[int, str] = {}
    for contact, value in rows.order_by("-is_primary", "pk").values_list("contact_id", "value"):
        found.setdefault(contact, value)
    return found
