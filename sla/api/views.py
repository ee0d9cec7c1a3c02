"""Why this deadline, how well promises are kept, and which were broken."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import IsOperator
from common import clock as time
from sla.api import rows
from sla.api.figures import AttainmentOutput, BreachOutput, PeriodInput
from sla.api.filters import BreachFilters
from sla.api.permissions import LeadsShift
from sla.api.shapes import TicketClocks
from sla.models import Breach
from sla.queries import attainment
from sla.queries.overrun import overrun
from sla.queries.shares import Share
from sla.services import explaining
from tickets.api.finding import ticket_or_404

TAGS = ["promises"]


class Clocks(APIView):
    permission_classes = [IsOperator]

    @extend_schema(
        summary=_("Why this deadline?"), tags=TAGS, responses=TicketClocks,
        description=_(
            "Every clock of the ticket with its ledger: started, paused, worked out again, and by which rules; and the "
            "first response: who, by which message, delivered or not. Operators only."
        ),
    )  # fmt: skip
    def get(self, request: Request, number: str) -> Response:
        explained = explaining.explain(ticket_or_404(request, number))
        shown = {
            "ticket": explained.ticket.number,
            "at": explained.at,
            "first_response": explained.first,
            "clocks": rows.clocks(explained),
        }
        return Response(TicketClocks(shown).data)


class Attainment(APIView):
    permission_classes = [LeadsShift]

    @extend_schema(
        summary=_("How well promises are kept"), tags=TAGS, parameters=[PeriodInput], responses=AttainmentOutput,
        description=_(
            "K1 per ticket and per clock, K2 and K18 of the period, by when the verdict fell: the current month unless "
            "`since` and `until` are given. For those who lead a shift."
        ),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        wanted = PeriodInput(data=request.query_params.dict())
        wanted.is_valid(raise_exception=True)
        until: datetime = wanted.validated_data.get("until") or time.now()
        since: datetime = wanted.validated_data.get("since") or attainment.month_start(until)
        by = wanted.validated_data.get("by")
        return Response(AttainmentOutput(_attainment(since, until, by)).data)


def _attainment(since: datetime, until: datetime, by: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "since": since,
        "until": until,
        "goal_percent": attainment.GOAL * 100,
        "tickets": attainment.budget(since=since, until=until),
        "clocks": [
            rows.share(Share(*pair), kind=kind)
            for kind, pair in sorted(attainment.clocks(since=since, until=until).items())
        ],
        "first_response": attainment.first_responses(since=since, until=until),
        "by_channel": [
            rows.answers(answers, channel=channel)
            for channel, answers in attainment.first_by_channel(since=since, until=until).items()
        ],
    }
    if by:
        slices = attainment.slices(by, since=since, until=until)
        found["slices"] = [rows.budget(budget, key=str(key)) for key, budget in slices.items()]
    return found


@extend_schema_view(
    get=extend_schema(summary=_("List broken promises"), tags=TAGS, description=_(
        "Newest first, with who had the ticket, where the time went, and how far the review is. One that a late event "
        "disproved is not listed. For those who lead a shift."
    ))
)  # fmt: skip
class Breaches(ListAPIView[Breach]):
    permission_classes = [LeadsShift]
    queryset = Breach.objects.none()
    serializer_class = BreachOutput
    filterset_class = BreachFilters
    orderings = {"-breached_at": "-breached_at"}

    def get_queryset(self) -> QuerySet[Breach]:
        found = Breach.objects.filter(retracted_at__isnull=True).with_deadline(time.now())
        shown = found.select_related("ticket", "assignee", "contract", "clock", "review__reviewer", "excuse")
        return shown.defer("ticket__search")

    def get_serializer_context(self) -> dict[str, Any]:
        now = time.now()
        return {
            **super().get_serializer_context(),
            "overrun": lambda breach: overrun(breach.clock, breach.target, now),
        }
