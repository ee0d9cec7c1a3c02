"""Who of a client is told: those named for outages, else those who may order changes, else everybody there is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from accounts.models import Contact, ContactAddress
from accounts.queries import addresses_to_notify, in_order_of
from messaging.services.sending import Draft


@dataclass(frozen=True, slots=True)
class Recipient:
    """A contact with the ways to it, (channel, address), the one it likes best first."""

    contact: Contact
    ways: tuple[tuple[str, str], ...]

    @property
    def address(self) -> str:
        """Where it goes first."""
        return self.ways[0][1]

    def draft(self, *, key: str, subject: str, text: str, headers: Mapping[str, str]) -> Draft:
        """The words by the first way, with the others behind it."""
        (channel, to), *others = self.ways
        return Draft(
            key=key, channel=channel, to=to, subject=subject, text=text, headers=headers,
            fallbacks=[{"channel": way, "to": address} for way, address in others],
        )  # fmt: skip


def recipients(customers: Iterable[int]) -> dict[int, list[Recipient]]:
    """Recipients by customer, each contact with its ways; one query for any number.

    A contact that must not be notified never is, whatever else is said of it. Who has no address stands for nobody.
    """
    rows = addresses_to_notify().filter(contact__customer__in=list(customers)).select_related("contact")
    addresses: dict[Contact, list[ContactAddress]] = defaultdict(list)
    for row in rows.order_by("contact", "pk"):
        addresses[row.contact].append(row)
    people: dict[int, list[Recipient]] = defaultdict(list)
    for contact, own in addresses.items():
        people[contact.customer_id].append(Recipient(contact, tuple(in_order_of(contact, own))))
    return {customer: _chosen(found) for customer, found in people.items()}


def _chosen(people: list[Recipient]) -> list[Recipient]:
    named = [one for one in people if one.contact.gets_outages]
    return named or [one for one in people if one.contact.is_authorised] or people
