"""Rows that tests start from. Verbs are never faked here: tests call the services."""

from datetime import date

import factory
from factory.django import DjangoModelFactory

from accounts.enums import Actor, AddressKind, Tier
from accounts.models import Contact, ContactAddress, Contract, Customer, Operator, User
from accounts.queries import contact_actor, operator_actor
from assets.models import Service
from tickets.enums import Channel
from tickets.models import Ticket
from tickets.services.creating import create_ticket


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"user{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@desk.example")
    language = "en"


class OperatorFactory(DjangoModelFactory[Operator]):
    class Meta:
        model = Operator

    user = factory.SubFactory(UserFactory)
    line = 1


class CustomerFactory(DjangoModelFactory[Customer]):
    class Meta:
        model = Customer

    code = factory.Sequence(lambda n: f"customer-{n}")
    name = factory.Sequence(lambda n: f"Customer {n}")
    language = "en"


class ContractFactory(DjangoModelFactory[Contract]):
    class Meta:
        model = Contract

    customer = factory.SubFactory(CustomerFactory)
    number = factory.Sequence(lambda n: f"C-{n}")
    tier = Tier.BUSINESS
    starts_on = date(2020, 1, 1)


class ContactFactory(DjangoModelFactory[Contact]):
    class Meta:
        model = Contact

    customer = factory.SubFactory(CustomerFactory)
    name = factory.Sequence(lambda n: f"Contact {n}")
    language = "en"
    user = factory.SubFactory(UserFactory)


class MailAddressFactory(DjangoModelFactory[ContactAddress]):
    class Meta:
        model = ContactAddress

    contact = factory.SubFactory(ContactFactory)
    kind = AddressKind.MAIL
    value = factory.Sequence(lambda n: f"contact{n}@customer.example")
    is_primary = True
    is_verified = True


class ServiceFactory(DjangoModelFactory[Service]):
    class Meta:
        model = Service

    customer = factory.SubFactory(CustomerFactory)
    name = factory.Sequence(lambda n: f"service-{n}")


def operator(line: int = 1, **duties: bool) -> Actor:
    """The actor of a fresh operator of a line."""
    made = OperatorFactory.create(line=line, **duties)
    return operator_actor(made, made.user)


def contact(**values: object) -> Actor:
    """The actor of a fresh contact with portal access."""
    return contact_actor(ContactFactory.create(**values))


def ticket(actor: Actor | None = None, **values: object) -> Ticket:
    """A portal request of a fresh contact, as the portal itself would file it."""
    actor = actor or contact()
    found = Contact.objects.filter(pk=actor.contact_id).first()
    defaults = {"subject": "The site is slow", "body": "Pages take ten seconds.", "channel": Channel.PORTAL}
    return create_ticket(actor=actor, contact=found, **{**defaults, **values})  # type: ignore[arg-type]
