"""Signed-in clients and tickets as the desk's pages meet them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.enums import Actor
from accounts.models import User
from tests import factories
from tickets.models import Ticket
from tickets.services.moving import move

CLASS = {"category": "EM.APP", "impact": 2, "urgency": 2, "service_unknown": "not told", "line": 1}
HTMX = {"HTTP_HX_REQUEST": "true"}


def client_of(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def working(actor: Actor, **values: object) -> Ticket:
    """A classified, answered ticket in the hands of an operator of line 1."""
    ticket = factories.ticket(**values)
    move(actor=actor, ticket_id=ticket.pk, transition="accept")
    return move(actor=actor, ticket_id=ticket.pk, transition="classify", message="We are looking.", **CLASS)


@contextmanager
def counted() -> Iterator[CaptureQueriesContext]:
    with CaptureQueriesContext(connection) as queries:
        yield queries
