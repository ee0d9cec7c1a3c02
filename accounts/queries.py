"""Read side: who is behind a user, which contract holds, whose address is this."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.enums import LINE_ROLES, Actor, ActorKind, AddressKind, Line, Role
from accounts.models import Contact, ContactAddress, Contract, Operator, User
from common import clock


def actor_for(user: User) -> Actor | None:
    """The actor behind a signed-in user, or None for a user who is neither operator nor active contact.

    One query, kept on the user object for the rest of the request.
    """
    kept = vars(user)
    if "actor" not in kept:
        kept["actor"] = _find_actor(user)
    actor: Actor | None = kept["actor"]
    return actor


def _find_actor(user: User) -> Actor | None:
    if not user.is_active:
        return None
    operator: Operator | None = getattr(user, "operator", None)
    if operator:
        return operator_actor(operator, user)
    contact = contact_behind(user)
    return contact_actor(contact) if contact and contact.is_active and contact.customer.is_active else None


def contact_behind(user: User) -> Contact | None:
    """The contact of a user with the customer, from what was loaded with the user or by one query."""
    found: Contact | None
    if User.contact.is_cached(user):
        found = getattr(user, "contact", None)
        return found
    found = Contact.objects.select_related("customer").filter(user=user).order_by().first()
    User.contact.related.set_cached_value(user, found)
    return found


def operator_actor(operator: Operator, user: User) -> Actor:
    """The actor of an operator: the role of the line plus every duty."""
    duties = {
        Role.SHIFT_LEAD: operator.is_shift_lead,
        Role.MAJOR: operator.is_major_manager or operator.is_shift_lead,
        Role.SERVICE_MANAGER: operator.is_service_manager,
        Role.EDITOR: operator.is_knowledge_editor,
        Role.ADMINISTRATOR: operator.is_administrator,
    }
    roles = {LINE_ROLES[Line(operator.line)]} | {role for role, held in duties.items() if held}
    return Actor(
        kind=ActorKind.OPERATOR, name=user.name, roles=frozenset(roles), user_id=user.pk, line=operator.line
    )


def contact_actor(contact: Contact) -> Actor:
    """The actor of a customer's contact, whichever channel the contact came by."""
    roles = {Role.CUSTOMER} | ({Role.AUTHORISED} if contact.is_authorised else set())
    return Actor(
        kind=ActorKind.CONTACT,
        name=contact.name,
        roles=frozenset(roles),
        user_id=contact.user_id,
        contact_id=contact.pk,
        customer_id=contact.customer_id,
        sees_organisation=contact.sees_organisation,
    )


def contract_of(customer_id: int | None, on: date | None = None) -> Contract | None:
    """The customer's contract in force on the day (today by default); the newest one wins."""
    if customer_id is None:
        return None
    day = on or clock.now().date()
    running = Contract.objects.filter(customer_id=customer_id, starts_on__lte=day).exclude(ends_on__lt=day)
    return running.order_by("-starts_on", "-pk").first()


def contact_by_address(kind: AddressKind, value: str, *, verified_only: bool = True) -> Contact | None:
    """The active contact an address belongs to, or None."""
    found = Contact.objects.active().filter(addresses__kind=kind, addresses__value=value)
    if verified_only:
        found = found.filter(addresses__is_verified=True)
    return found.select_related("customer").first()


WRITTEN = (AddressKind.MAIL, AddressKind.TELEGRAM)
"""Ways by which something can be written, in the order of those who said nothing else."""


def writable() -> QuerySet[ContactAddress]:
    """Addresses that may be written to: any mail address, but only a chat that its contact has tied by a key."""
    return ContactAddress.objects.filter(
        Q(kind=AddressKind.MAIL) | Q(kind=AddressKind.TELEGRAM, is_verified=True)
    )


def in_order_of(contact: Contact, addresses: Iterable[ContactAddress]) -> list[tuple[str, str]]:
    """(kind, address) of a contact's own addresses in the contact's own order, the preferred one of each kind."""
    best: dict[str, str] = {}
    for address in sorted(addresses, key=lambda one: (not one.is_primary, one.pk)):
        best.setdefault(address.kind, address.value)
    order = dict.fromkeys([*contact.channels, *WRITTEN])
    return [(kind, best[kind]) for kind in order if kind in best]


def addresses_to_notify() -> QuerySet[ContactAddress]:
    """Addresses of everybody who may be told something unasked; never of a contact marked `do_not_notify`."""
    people = Contact.objects.active().filter(do_not_notify=False)
    return writable().filter(contact__in=people)


def reachable() -> Exists:
    """A condition for rows with a `customer`: somebody of it may be told something unasked."""
    return Exists(addresses_to_notify().filter(contact__customer=OuterRef("customer")))
