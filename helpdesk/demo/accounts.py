"""Who works here and who may sign in. Operators are call signs, contacts are roles; nobody has a personal name."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password

from accounts.enums import Actor, AddressKind
from accounts.models import Contact, ContactAddress, Contract, Customer, Operator, Skill, User
from accounts.queries import contact_actor, operator_actor
from assets.models import Service
from helpdesk.checks import DEMO_PASSWORD
from helpdesk.demo.cast import Cast, Client, team_at
from helpdesk.demo.data_files import read

LOGINS: dict[str, str] = {
    "operator, line 1": "operator1",
    "senior operator, line 2": "operator2",
    "engineer, line 3": "operator3",
    "shift lead": "lead",
    "service-level manager": "manager",
    "knowledge editor": "editor",
    "administrator": "admin",
    "customer, authorised contact": "customer",
    "customer who sees the whole organisation": "customer2",
    "customer, own requests only": "customer3",
}
"""Role → user name; the password of all is the demo's."""


def create_people(now: datetime) -> Cast:
    """Operators, customers, contracts, contacts and services; returns them as the players of the stories."""
    # One hash for everybody: fast, and the mark by which `helpdesk.checks` knows a demo.
    password = make_password(DEMO_PASSWORD)
    operators = _operators(password, now)
    clients = {row["code"]: _client(row, password, now.date()) for row in read("customers.toml")["customer"]}
    return Cast(operators=operators, clients=clients)


def _operators(password: str, now: datetime) -> dict[str, tuple[Actor, int]]:
    people = read("people.toml")
    Skill.objects.bulk_create(
        Skill(code=row["code"], name_en=row["en"], name_ru=row["ru"]) for row in people["skills"]
    )
    skills = {skill.code: skill for skill in Skill.objects.all()}
    users = User.objects.bulk_create(
        User(
            username=row["username"], first_name=row["name"], password=password,
            email=f"{row['username']}@desk.example", is_staff=row["username"] == LOGINS["administrator"],
            is_superuser=row["username"] == LOGINS["administrator"],
        )
        for row in people["operator"]
    )  # fmt: skip
    made = Operator.objects.bulk_create(
        Operator(
            user=user,
            line=row["line"],
            on_shift=_on_shift(row, now),
            **dict.fromkeys(row.get("duties", ()), True),
        )
        for user, row in zip(users, people["operator"], strict=True)
    )
    for operator, row in zip(made, people["operator"], strict=True):
        if row.get("skills"):
            operator.skills.set(skills[code] for code in row["skills"])
    return {
        row["username"]: (operator_actor(operator, user), row["team"])
        for operator, user, row in zip(made, users, people["operator"], strict=True)
    }


def _on_shift(row: dict[str, Any], now: datetime) -> bool:
    """The team of the hour and the shift lead; line operators whom visitors sign in as never go home."""
    duties = row.get("duties", ())
    if duties:
        return "is_shift_lead" in duties
    return row["team"] in (0, team_at(now)) or row["username"] in LOGINS.values()


def _client(row: dict[str, Any], password: str, today: date) -> Client:
    customer = Customer.objects.create(
        code=row["code"], name=row["name"], language=row["language"], time_zone=row["time_zone"],
        domains=[row["domain"]], notes=row["notes"],
    )  # fmt: skip
    contract = Contract.objects.create(
        customer=customer, number=f"{row['code'].upper()}-2026", tier=row["tier"],
        starts_on=today - timedelta(days=400), pause_on_vendor=row.get("pause_on_vendor", False),
    )  # fmt: skip
    services = Service.objects.bulk_create(
        Service(
            customer=customer, kind=item["kind"], name=item["name"], label=item["label"],
            monitored_host=item.get("host", ""),
        )
        for item in row["services"]
    )  # fmt: skip
    contacts = [_contact(item, customer, row, password) for item in row["contacts"]]
    return Client(customer, contract, row["domain"], contacts, services, row["share"])


def _contact(
    item: dict[str, Any], customer: Customer, row: dict[str, Any], password: str
) -> tuple[Contact, Actor]:
    mail = f"{item['mail']}@{row['domain']}"
    user = None
    if "username" in item:
        user = User.objects.create(
            username=item["username"], first_name=item["name"], password=password, email=mail,
            language=customer.language, time_zone=customer.time_zone,
        )  # fmt: skip
    contact = Contact.objects.create(
        customer=customer, user=user, name=item["name"], position=item["position"], language=customer.language,
        is_authorised=item.get("authorised", False), sees_organisation=item.get("sees_organisation", False),
    )  # fmt: skip
    ContactAddress.objects.create(
        contact=contact, kind=AddressKind.MAIL, value=mail, is_primary=True, is_verified=True
    )
    if "telegram" in item:
        ContactAddress.objects.create(
            contact=contact, kind=AddressKind.TELEGRAM, value=item["telegram"], is_verified=True
        )
    return contact, contact_actor(contact)
