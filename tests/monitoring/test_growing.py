"""A severity that grows after people have had their say about the ticket."""

import pytest
from django.test import Client

from accounts.models import User
from monitoring.models import Delivery
from tests import factories
from tests.monitoring.bodies import problem, recovery, update
from tests.monitoring.conftest import Post
from tickets.enums import MessageKind
from tickets.models import Ticket
from tickets.services.moving import move

pytestmark = pytest.mark.django_db


def test_an_alert_called_a_question_is_noted_when_it_grows_and_stops_nothing(post: Post) -> None:
    post(problem(7, nseverity="2"))
    ticket = Ticket.objects.get()
    operator = factories.operator(1)
    move(actor=operator, ticket_id=ticket.pk, transition="accept")
    move(
        actor=operator, ticket_id=ticket.pk, transition="reclassify", reason="misclassified", category="IR.HOW",
        impact=3, urgency=3, service_unknown="not said",
    )  # fmt: skip
    post(update(7, nseverity="5"))
    post(recovery(7, nseverity="5"))
    assert not Delivery.objects.filter(processed_at__isnull=True).exists()
    # The alert, the update, why the priority stays, the recovery.
    assert ticket.messages.filter(kind=MessageKind.NOTE).count() == 4


def test_a_hostile_filter_of_the_refusals_finds_nothing(client: Client) -> None:
    actor = factories.operator(1, is_administrator=True)
    client.force_login(User.objects.get(pk=actor.user_id))
    assert client.get("/monitoring/rejected/", {"source": "\x00"}).status_code == 200
