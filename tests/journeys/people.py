"""Run inside a desk's own environment: the people of the journeys. Prints what they need as JSON."""

import json
import sys
from datetime import date

import django

django.setup()

from accounts.enums import Actor, AddressKind  # noqa: E402 — Django must be set up first
from accounts.models import Contact, ContactAddress, Contract, Customer, Operator, User  # noqa: E402
from accounts.queries import operator_actor  # noqa: E402
from knowledge.enums import Text  # noqa: E402
from knowledge.services.writing import write_article  # noqa: E402
from monitoring.enums import SourceKind  # noqa: E402
from monitoring.models import Source  # noqa: E402
from monitoring.services.sourcing import create_source  # noqa: E402

PASSWORD = "a long journey 2026"


def user(name: str) -> User:
    return User.objects.create_user(name, password=PASSWORD, language="en")


def operator(name: str, line: int, **duties: bool) -> Operator:
    return Operator.objects.create(user=user(name), line=line, **duties)


first = operator("first", 1)
Operator.objects.filter(pk=first.pk).update(extension="101")
operator("second", 2)
third = operator("third", 3)
operator("lead", 1, is_shift_lead=True)
customer = Customer.objects.create(code="north", name="North Portal", language="en")
Contract.objects.create(customer=customer, number="N-1", starts_on=date(2020, 1, 1))
contact = Contact.objects.create(
    customer=customer,
    name="IT director, North Portal",
    language="en",
    user=user("director"),
    is_authorised=True,
)
ContactAddress.objects.create(
    contact=contact, kind=AddressKind.MAIL, value="it@north.example", is_primary=True, is_verified=True
)
article = write_article(
    actor=operator_actor(third, third.user),
    article_id=None,
    audience="internal",
    confidence="validated",
    categories=["EM.APP"],
    texts={
        "en": Text(title="Shop answers 502 after an update", summary="Restart the pool.", body="Restart it.")
    },
    note="first version",
)
source, token = create_source(actor=Actor.system(), kind=SourceKind.ZABBIX, name="dc1")
# What waits for its cause is another story: here each alert comes to its ticket at once.
Source.objects.filter(pk=source.pk).update(hold_seconds=0)
sys.stdout.write(json.dumps({"token": token, "article": article.code, "password": PASSWORD}))
