"""Tickets brought to a state by the real moves."""

import uuid
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.enums import Actor
from common import clock
from tests import factories
from tickets.models import Ticket
from tickets.services.moving import move
from tickets.services.replying import reply

CLASS = {"category": "EM.APP", "impact": 2, "urgency": 2, "service_unknown": "not told"}
STATES = ("new", "triage", "in_progress", "pending_customer", "resolved", "closed", "cancelled")


def go(actor: Actor, ticket: Ticket, transition: str, **data: Any) -> Ticket:
    return move(actor=actor, ticket_id=ticket.pk, transition=transition, **data)


def accepted(me: Actor, operator: Actor, **values: object) -> Ticket:
    return go(operator, factories.ticket(me, **values), "accept")


def working(me: Actor, operator: Actor, **values: object) -> Ticket:
    ticket = accepted(me, operator, **values)
    reply(actor=operator, ticket_id=ticket.pk, text="I am looking at it.")
    return go(operator, ticket, "classify", **CLASS)


def waiting(me: Actor, operator: Actor, **values: object) -> Ticket:
    until = clock.now() + timedelta(days=1)
    return go(
        operator, working(me, operator, **values), "ask_customer",
        reason="info", message="Since when?", resume_at=until,
    )  # fmt: skip


def resolved(me: Actor, operator: Actor, **values: object) -> Ticket:
    return go(
        operator, working(me, operator, **values), "resolve",
        resolution_code="fixed", message="The web server was restarted.", waive="A known case, seen before.",
    )  # fmt: skip


def closed(me: Actor, operator: Actor, **values: object) -> Ticket:
    return go(me, resolved(me, operator, **values), "confirm")


def cancelled(me: Actor, operator: Actor, **values: object) -> Ticket:
    return go(me, factories.ticket(me, **values), "cancel", reason="withdrawn")


def in_state(state: str, me: Actor, operator: Actor, **values: object) -> Ticket:
    """A ticket of `me` in one of `STATES`."""
    makers = {"triage": accepted, "in_progress": working, "pending_customer": waiting, "resolved": resolved,
              "closed": closed, "cancelled": cancelled}  # fmt: skip
    return makers[state](me, operator, **values) if state in makers else factories.ticket(me, **values)


def form(**values: object) -> dict[str, object]:
    """What the new-request form sends."""
    return {
        "subject": "The shop does not open",
        "text": "Since nine o'clock: error 502.",
        "urgency": "1",
        "category": "EM.APP",
        "token": str(uuid.uuid4()),
        **values,
    }


def file(name: str = "screen.png", content: bytes = b"\x89PNG\r\n\x1a\n" + b"0" * 32) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")
