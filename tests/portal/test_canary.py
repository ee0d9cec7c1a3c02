"""Notes are for the desk: whatever is written in one, no page of the portal shows it."""

import itertools
import uuid

import pytest
from django.core.files.base import ContentFile
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests import factories
from tests.knowledge.factories import article
from tests.portal import stories
from tests.portal.conftest import signed_in
from tickets.models import Attachment
from tickets.services.noting import add_note

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


class CanaryTest(TestCase):
    """Random notes on tickets in random states: their text is in no page of the portal, whatever the page."""

    @settings(
        max_examples=12, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow]
    )
    @given(
        states=st.lists(st.sampled_from(stories.STATES), min_size=1, max_size=3),
        wraps=st.lists(
            st.sampled_from(["{}", "**{}**", "<b>{}</b>", "> {}", "{}\n\n@customer"]), min_size=1, max_size=2
        ),
        organisation=st.booleans(),
        htmx=st.booleans(),
    )
    def test_canary_of_a_note_never_appears(
        self, states: list[str], wraps: list[str], organisation: bool, htmx: bool
    ) -> None:
        me, operator = factories.contact(sees_organisation=organisation), factories.operator(1)
        canaries = []
        tickets = [stories.in_state(state, me, operator) for state in states]
        for ticket, wrap in itertools.product(tickets, wraps):
            canaries.append(f"canary{uuid.uuid4().hex}")
            note = add_note(actor=operator, ticket_id=ticket.pk, text=wrap.format(canaries[-1]))
            Attachment.objects.create(
                message=note, name=f"{canaries[-1]}.txt", content_type="text/plain", size=1, sha256="0" * 64,
                file=ContentFile(canaries[-1].encode(), name="x"),
            )  # fmt: skip
        article("Only inside", " ".join(canaries), audience="internal")
        client = signed_in(me)
        headers = HTMX if htmx else {}
        addresses = ["/portal/", "/portal/?of=organisation", "/portal/?show=closed", "/portal/requests/new/",
                     "/portal/profile/", "/portal/articles/", "/portal/articles/?q=only+inside"]  # fmt: skip
        for ticket in tickets:
            base = f"/portal/requests/{ticket.number}/"
            addresses += [base, f"{base}not-solved/", f"{base}cancel/"]
        pages = [client.get(address, headers=headers) for address in addresses]
        pages.append(client.post("/portal/requests/suggest/", {"subject": "only inside", "text": "canary"}))
        pages += [client.post(f"/portal/requests/{ticket.number}/reply/", {"text": "And?"}, headers=headers, follow=True)
                  for ticket in tickets]  # fmt: skip
        for page in pages:
            assert page.status_code == 200
            shown = page.content.decode()
            assert not [canary for canary in canaries if canary in shown]
