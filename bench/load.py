"""People, prototypes and their many copies: history by the hundred thousand in seconds.

Prototypes are made by the product's own services; copies are `INSERT … SELECT` of the prototypes' rows with ids,
numbers and deadlines moved, so that they have everything a real ticket has.
"""

import secrets
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from bench.world import say

INSTANTS = (
    "started_at",
    "running_since",
    "due_at",
    "stopped_at",
    "verdict_at",
    "reported_at",
    "breached_at",
    "next_at",
)
# Entries of a clock's two lists with their instants moved; %s is one of them.
AHEAD = "e->0, {1}"
INTERVAL = "{0}, {1}, e->2"
PORTION = 2_000
STRIDE = 1000
BASE = 1_000_000


def people() -> None:
    """Operators of each line, twelve customers with contracts and a contact each."""
    from accounts.models import Contact, Contract, Customer, Operator, User

    for line in (1, 2, 3):
        user = User.objects.create_user(f"bench{line}", language="en")
        Operator.objects.create(user=user, line=line, is_shift_lead=line == 1, is_administrator=line == 1)
    for number in range(12):
        customer = Customer.objects.create(code=f"bench-{number}", name=f"Customer {number}")
        Contract.objects.create(customer=customer, number=f"B-{number}", starts_on=date(2020, 1, 1))
        Contact.objects.create(customer=customer, name=f"Contact {number}")


@transaction.atomic
def prototypes() -> list[int]:
    """Ten open tickets as customers file them: answered ones in work, and two that still wait."""
    from accounts.models import Contact, Operator
    from accounts.queries import contact_actor, operator_actor
    from common import clock
    from tickets.services.creating import create_ticket
    from tickets.services.moving import move
    from tickets.services.replying import reply

    first = Operator.objects.select_related("user").get(line=1)
    operator = operator_actor(first, first.user)
    made = []
    for number, contact in enumerate(Contact.objects.all()[:10]):
        ticket = create_ticket(
            actor=contact_actor(contact), contact=contact, channel="portal", category="EM.APP", acknowledge=False,
            subject=f"The shop answers slowly on server {number}", received_at=clock.now() - timedelta(seconds=20),
            body="Pages of the basket take more than ten seconds since this morning. " * 4,
        )  # fmt: skip
        if number < 8:
            move(actor=operator, ticket_id=ticket.pk, transition="accept")
            reply(actor=operator, ticket_id=ticket.pk, text="Hello, we are looking at the server now. " * 3)
        if number < 6:
            move(
                actor=operator, ticket_id=ticket.pk, transition="classify", category="EM.APP", impact=2, urgency=2,
                service_unknown="not told", line=1 + number % 3,
            )  # fmt: skip
        made.append(ticket.pk)
    return made


def copies(originals: list[int], first: int, last: int) -> None:
    """Copies number `first` to `last` of every prototype; deadlines spread over the days to come.

    Events and clocks of a copy are moved by the same amount, so that its stored clocks are what its events say.
    """
    from sla.models import Clock
    from tickets.models import Message, Ticket, TicketEvent

    say(f"loading {(last - first + 1) * len(originals):,} tickets with messages, events and running clocks")
    ahead = "interval '1 day' + (g %% 80000) * interval '1 second'"
    later = {name: f"p.{name} + {ahead}" for name in INSTANTS}
    new_id = f"{BASE} + g::bigint * {STRIDE} + {{}}"
    with transaction.atomic(), connection.cursor() as cursor:
        for model, moved in (
            (Ticket, {"id": new_id.format("p.id"), "number": "'B' || lpad((g * 20 + p.id %% 20)::text, 9, '0')",
                      "next_due_at": f"p.next_due_at + {ahead}"}),
            (Message, {"ticket_id": new_id.format("p.ticket_id")}),
            (TicketEvent, {"ticket_id": new_id.format("p.ticket_id"), "occurred_at": f"p.occurred_at + {ahead}"}),
            (Clock, {"ticket_id": new_id.format("p.ticket_id"), **later, "ahead": _moved("ahead", AHEAD, ahead),
                     "intervals": _moved("intervals", INTERVAL, ahead)}),
        ):  # fmt: skip
            # In portions: no statement may run longer than the desk allows any.
            for portion in range(first, last + 1, PORTION):
                _copy(cursor, model, moved, originals, portion, min(last, portion + PORTION - 1))
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("RESET statement_timeout")


def _moved(column: str, entry: str, by: str) -> str:
    """A JSON list of instants as the product writes them, each of them later."""
    instants = [
        f'to_jsonb(to_char((e->>{place})::timestamptz + {by}, \'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"\'))'
        for place in (0, 1)
    ]
    built = f"jsonb_build_array({entry.format(*instants)})"
    return (
        f"(SELECT coalesce(jsonb_agg({built} ORDER BY n), '[]') "
        f"FROM jsonb_array_elements(p.{column}) WITH ORDINALITY AS list (e, n))"
    )


def _copy(
    cursor: Any, model: type[Model], moved: dict[str, str], originals: list[int], first: int, last: int
) -> None:
    columns = [
        field.column
        for field in model._meta.concrete_fields
        if not field.generated and (field.column != "id" or "id" in moved)
    ]
    values = [moved.get(column, f'p."{column}"') for column in columns]
    key = "id" if "id" in moved else "ticket_id"
    names = ", ".join(f'"{column}"' for column in columns)
    cursor.execute(
        f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT {", ".join(values)} '
        f'FROM "{model._meta.db_table}" p CROSS JOIN generate_series(%s, %s) g WHERE p."{key}" = ANY(%s)',
        [first, last, originals],
    )


def session_of(username: str) -> str:
    """The cookie of a signed-in operator."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from accounts.models import User

    user = User.objects.get(username=username)
    store = SessionStore()
    store[SESSION_KEY], store[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store.save()
    return f"{settings.SESSION_COOKIE_NAME}={store.session_key}"


def api_token(username: str) -> str:
    from accounts.models import User
    from accounts.services.tokens import create_token

    return create_token(user=User.objects.get(username=username), label="bench")[1]


def source_token() -> str:
    """The bearer token of a new Zabbix source."""
    from accounts.enums import Actor
    from monitoring.enums import SourceKind
    from monitoring.services.sourcing import create_source

    name = f"bench {secrets.token_hex(3)}"
    return create_source(actor=Actor.system(), kind=SourceKind.ZABBIX, name=name)[1]
