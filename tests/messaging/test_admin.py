"""What an administrator can look at and set right."""

import pytest
from django.test import Client

from messaging.enums import InboundState, OutboundState
from messaging.models import InboundMessage, OutboundMessage
from messaging.services.sending import Draft, enqueue
from tests.factories import UserFactory
from tests.messaging.factories import received

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> Client:
    user = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_parked_mail_is_routed_again_by_one_action(administrator: Client) -> None:
    message = received(text="canary text")
    InboundMessage.objects.update(state=InboundState.PARKED, reason="more than 500 parts")
    assert "more than 500 parts" in administrator.get("/admin/messaging/inboundmessage/").content.decode()
    assert (
        "canary"
        not in administrator.get(f"/admin/messaging/inboundmessage/{message.pk}/change/").content.decode()
    )
    administrator.post(
        "/admin/messaging/inboundmessage/", {"action": "route_again", "_selected_action": message.pk}
    )
    message.refresh_from_db()
    assert (message.state, message.attempts) == (InboundState.STORED, 0)


def test_an_undelivered_message_is_sent_again_by_one_action(administrator: Client) -> None:
    message = enqueue(Draft("a", "it@customer.example", "Server", "canary text"))
    OutboundMessage.objects.update(state=OutboundState.DEAD, last_error="550 No such user")
    assert "550 No such user" in administrator.get("/admin/messaging/outboundmessage/").content.decode()
    assert (
        "canary"
        not in administrator.get(f"/admin/messaging/outboundmessage/{message.pk}/change/").content.decode()
    )
    administrator.post(
        "/admin/messaging/outboundmessage/", {"action": "send_again", "_selected_action": message.pk}
    )
    message.refresh_from_db()
    assert message.state == OutboundState.QUEUED


@pytest.mark.parametrize("name", ["inboundmessage", "outboundmessage"])
def test_messages_can_be_neither_made_nor_changed_by_hand(administrator: Client, name: str) -> None:
    received()
    enqueue(Draft("a", "it@customer.example", "Server", "text"))
    model = {"inboundmessage": InboundMessage, "outboundmessage": OutboundMessage}[name]
    pk = model.objects.get().pk
    assert administrator.get(f"/admin/messaging/{name}/add/").status_code == 403
    assert administrator.post(f"/admin/messaging/{name}/{pk}/change/", {}).status_code == 403
    assert administrator.post(f"/admin/messaging/{name}/{pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_mailbox_is_made_by_form(administrator: Client) -> None:
    form = {
        "channel": "mail",
        "address": "noc@desk.example",
        "name": "NOC",
        "language": "en",
        "is_active": "on",
    }
    assert administrator.post("/admin/messaging/mailbox/add/", form).status_code == 302
    assert (
        administrator.post(
            "/admin/messaging/mailbox/add/", {**form, "address": "NOC@desk.example"}
        ).status_code
        == 200
    )
