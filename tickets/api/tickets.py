"""The list of tickets, opening one, reading one."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from accounts.api.permissions import caller, owner_of
from accounts.enums import Actor
from common.conditions import etag
from common.errors import Invalid
from common.idempotency import Answer, answer_once
from common.openapi import IDEMPOTENCY
from common.parsers import BoundedMultiPartParser, StrictJSONParser
from tickets.api.filters import TicketFilters
from tickets.api.finding import for_contact, for_desk, ticket_or_404, tickets_of
from tickets.api.inputs import RequestInput, TicketInput
from tickets.api.shapes import CategoryOutput, TicketOutput, TicketSummary, represent
from tickets.enums import Channel
from tickets.models import Category, Ticket
from tickets.models.lifecycle import LIFECYCLE, Move
from tickets.services import categories
from tickets.services.creating import create_ticket
from tickets.services.moving import available
from tickets.services.prioritising import priority_of

TAGS = ["tickets"]

MACHINES = {"S", "M"}


def is_for_people(row: Move) -> bool:
    """False for what only time and monitoring do: such a transition has no address."""
    return not set(row.who.label.split(", ")) <= MACHINES


PUBLIC_MOVES = tuple(row for row in LIFECYCLE if is_for_people(row))


def show(request: Request, ticket: Ticket) -> dict[str, Any]:
    """The representation of one ticket for this caller."""
    actor = caller(request)
    moves = [row for row in available(ticket, actor) if row in PUBLIC_MOVES]
    return represent(ticket, moves=moves, for_contact=actor.is_contact, request=request)


@extend_schema_view(
    get=extend_schema(summary=_("List tickets"), tags=TAGS, description=_(
        "Operators see every ticket; a contact sees their own, or those of the organisation. With "
        "`ordering=updated_at` and `updated_since` a program keeps a copy up to date."
    ))
)  # fmt: skip
class Tickets(ListAPIView[Ticket]):
    queryset = Ticket.objects.none()
    serializer_class = TicketSummary
    filterset_class = TicketFilters
    parser_classes = [StrictJSONParser, BoundedMultiPartParser]
    orderings = {"-created_at": "-pk", "updated_at": "updated_at"}

    def get_queryset(self) -> QuerySet[Ticket]:
        return tickets_of(caller(self.request))

    def get_serializer_context(self) -> dict[str, Any]:
        drawn = getattr(self, "swagger_fake_view", False)
        return {
            **super().get_serializer_context(),
            "for_contact": not drawn and caller(self.request).is_contact,
        }

    @extend_schema(
        summary=_("Open a ticket"), tags=TAGS, request=TicketInput, responses={201: TicketOutput},
        parameters=[IDEMPOTENCY],
        description=_(
            "T01 of the life cycle. A contact files a request of their own: customer and contact come from the token. "
            "An operator registers one for a customer; category, impact and urgency together make the priority."
        ),
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        actor = caller(request)
        body = (RequestInput if actor.is_contact else TicketInput)(data=request.data)
        body.is_valid(raise_exception=True)
        return answer_once(
            request,
            owner=owner_of(request),
            work=lambda: self._open(request, actor, body.validated_data),
        )

    def _open(self, request: Request, actor: Actor, values: dict[str, Any]) -> Answer:
        ticket = create_ticket(actor=actor, **_values(request, actor, values))
        address = reverse("api:ticket", args=[ticket.number], request=request)
        return Answer(201, show(request, ticket), {"Location": address, "ETag": etag(ticket.version)})


def _values(request: Request, actor: Actor, given: dict[str, Any]) -> dict[str, Any]:
    if actor.is_contact:
        return {**for_contact(request, given), "channel": Channel.PORTAL}
    values = for_desk(given)
    if "impact" in values or "urgency" in values:
        values["priority"] = _priority(values)
    return {**values, "is_outbound": values["channel"] == Channel.AGENT}


def _priority(values: dict[str, Any]) -> int:
    category = categories.active(values.get("category") or "")
    if category is None or "impact" not in values or "urgency" not in values:
        raise Invalid(
            gettext("Category, impact and urgency make the priority together: give all three."),
            field="impact",
        )
    return priority_of(kind=category.kind, impact=values["impact"], urgency=values["urgency"])


class OneTicket(APIView):
    @extend_schema(
        summary=_("Read a ticket"), tags=TAGS, responses=TicketOutput,
        description=_("`ETag` is the version: send it back as `If-Match` with a change."),
    )  # fmt: skip
    def get(self, request: Request, number: str) -> Response:
        ticket = ticket_or_404(request, number)
        return Response(show(request, ticket), headers={"ETag": etag(ticket.version)})


@extend_schema_view(
    get=extend_schema(
        summary=_("List categories"), tags=["categories"], filters=False,
        description=_("Operators see all categories in use, contacts those they may choose."),
    )
)  # fmt: skip
class Categories(ListAPIView[Category]):
    queryset = Category.objects.none()
    serializer_class = CategoryOutput
    orderings = {"code": "code"}

    def get_queryset(self) -> QuerySet[Category]:
        offered = (
            Category.objects.for_customers()
            if caller(self.request).is_contact
            else Category.objects.offered()
        )
        return offered.order_by()
