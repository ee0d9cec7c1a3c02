"""Every address × every role: nothing fails, nobody reaches what is not theirs, and no address is unclassified.

A new address belongs to one of the classes below, or `CLASSES` gets a new line: an address nobody thought about fails.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.enums import Actor
from accounts.models import Contact
from accounts.queries import contact_actor
from assets.enums import EquipmentKind
from assets.models import Equipment, Site
from monitoring.enums import SourceKind
from monitoring.models import Incident
from monitoring.services.sourcing import create_source
from tests import factories
from tests.knowledge.factories import article
from tickets.models import Attachment, Ticket

# What an address is, by how it begins; the first line that fits counts.
CLASSES: list[tuple[str, str]] = [
    (r"healthz", "health"),  # 503 while no worker runs
    (r"accounts/(login|logout|signup|inactive|password/reset|confirm-email|2fa/authenticate)", "open"),
    (r"accounts/", "signed in"),
    (r"$", "signed in"),
    # Articles are read and judged by both sides; `Article.objects.visible_to` decides which.
    (r"knowledge/(suggest/|<article_code:code>/(feedback/)?$)", "signed in"),
    (r"(desk|knowledge|registry|sla|monitoring|reports|channels|m)/", "desk"),
    (r"portal/", "portal"),
    (r"admin/", "admin"),
    (r"api/docs/", "signed in"),
    (r"api/schema/", "api"),
    (r"api/(monitoring|messaging)/", "machine"),
    (r"api/v1/(customers|contacts)/", "api of the desk"),
    (r"api/v1/(bypasses|tickets/[^/]+/(events|note|bypasses))/", "api of the desk"),
    (r"api/v1/(attainment|breaches|tickets/[^/]+/clocks)/", "api of the desk"),
    (r"api/v1/", "api"),
]
# What a contact sees of each class; 405 is an address that takes another method.
HIDDEN = {302, 404, 405}
SHUT = {301, 302, 401, 403, 404, 405}
ROLES = ("anonymous", "contact", "operator of line 1", "administrator")


def kind_of(path: str) -> str | None:
    return next((kind for start, kind in CLASSES if re.match(start, path)), None)


def patterns(resolver: Any = None, prefix: str = "") -> Iterator[str]:
    """Every route of the project, in Django's spelling."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        elif isinstance(entry, URLPattern):
            yield route


class World:
    """One of everything that an address may name."""

    def __init__(self) -> None:
        self.person: Contact = factories.ContactFactory.create()
        files = [SimpleUploadedFile("access.log", b"GET /")]
        self.ticket: Ticket = factories.ticket(contact_actor(self.person), attachments=files)
        site = Site.objects.create(code="dc1", name="First")
        self.device = Equipment.objects.create(name="pdu-1A", kind=EquipmentKind.PDU, site=site)
        source, _token = create_source(actor=Actor.system(), kind=SourceKind.ZABBIX, name="zabbix-1")
        Incident.objects.create(
            ticket=self.ticket, cause_key=f"equipment:{self.device.pk}", cause_label="pdu-1A", equipment=self.device,
            site=site, started_at=self.ticket.received_at, opened_at=self.ticket.received_at,
        )  # fmt: skip
        self.values = {
            "customer_id": str(self.person.customer_id),
            "number": self.ticket.number,
            "ticket_id": str(self.ticket.pk),
            "transition": "accept",
            "code": article("Mail does not arrive").code,
            "source": source.slug,
            "source_id": str(source.pk),
            "window_id": "1",
            "event_id": "1",
            "key": "MQ:1",
            "breach_id": "1",
            "version_id": "1",
            "run_id": "1",
            "what": "contracts",
            "calendar_key": "RUBH",
            "bypass_id": "1",
            "bot": "support",
            "inbound_id": "1",
            "outbound_id": "1",
            "verdict": "approve",
            "site_id": str(self.device.site_id),
            "rack_id": "1",
            "equipment_id": str(self.device.pk),
            "step": "begin",
            "proposal_id": "1",
            "decision": "accept",
            "action_id": "1",
            "uidb36": "1",
            "object_id": "1",
            "id": "1",
            "app_label": "tickets",
            "content_type_id": "1",
            "pk": str(Attachment.objects.get().pk),
            "url": "nowhere",
        }

    def address(self, route: str) -> str:
        """A real address for a route; a part that nobody knows a value for is an error to be mended here."""
        plain = re.sub(
            r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", lambda match: self._value(match[1], route), route
        )
        plain = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: self._value(match[1], route), plain)
        return "/" + re.sub(r"\\Z|\^\.\*\$|[\^$?]", "", plain).replace("\\", "")

    def _value(self, name: str, route: str) -> str:
        if name == "pk" and re.match(r"api/v1/(customers|contacts)", route):
            return str(self.person.customer_id if "customers" in route else self.person.pk)
        assert name in self.values, f"{route}: give `{name}` a value in World.values"
        return self.values[name]

    def client(self, role: str) -> Client:
        client = Client(raise_request_exception=False)
        if role == "contact":
            client.force_login(self.person.user)  # type: ignore[arg-type]
        elif role != "anonymous":
            is_admin = role == "administrator"
            made = factories.OperatorFactory.create(line=1, is_administrator=is_admin)
            made.user.is_staff = made.user.is_superuser = is_admin
            made.user.save()
            client.force_login(made.user)
        return client


ROUTES = sorted(set(patterns()))


def test_every_address_is_classified() -> None:
    assert [route for route in ROUTES if kind_of(route.replace("^", "")) is None] == []


def wrong(role: str, kind: str, status: int) -> str | None:
    """Why this status is not what the role should get from an address of this kind; None when it is."""
    if status >= 500 and (kind, status) != ("health", 503):
        return "fails"
    if role == "anonymous" and kind not in ("open", "health") and status not in SHUT:
        return "is open to anybody"
    if role == "contact" and kind == "desk" and status not in HIDDEN:
        return "shows itself to a customer's contact"
    if role == "contact" and kind == "api of the desk" and status not in {404, 405}:
        return "shows itself to a customer's contact"
    if role.startswith(("operator", "admin")) and kind == "portal" and status not in HIDDEN:
        return "is for contacts only"
    if role in ("contact", "operator of line 1") and kind == "admin" and status not in SHUT:
        return "is for administrators only"
    return None


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", ROLES)
def test_no_address_fails_and_each_shows_itself_only_to_whom_it_should(role: str, method: str) -> None:
    world = World()
    client = world.client(role)
    cookies = client.cookies.copy()
    found = []
    for route in ROUTES:
        kind = kind_of(route.replace("^", ""))
        if kind == "admin" and method == "post":
            continue
        with transaction.atomic():
            answer = getattr(client, method)(world.address(route))
            transaction.set_rollback(True)
        client.cookies = cookies.copy()  # type: ignore[assignment]
        trouble = wrong(role, kind or "", answer.status_code)
        if trouble:
            found.append(f"{method.upper()} {route} {trouble}: {answer.status_code}")
    assert not found, "\n".join(found)
