"""Bypasses over the API: reading them, justifying, judging. For operators; to contacts the addresses do not exist."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import IsOperator, actor_of, caller
from accounts.api.shapes import Reference
from common.filtering import Filters
from common.serializers import Input, Moment
from tickets.api.finding import ticket_or_404
from tickets.enums import BypassVerdict, Guard
from tickets.models import Bypass
from tickets.queries import bypasses
from tickets.services import bypassing

TAGS = ["bypasses"]
GIVEN = [choice for choice in BypassVerdict.choices if choice[0]]


class BypassOutput(serializers.Serializer[Any]):
    """A rule that was set aside. `due_at` is until when it is to be justified, `judge_by` until when judged."""

    id = serializers.IntegerField()
    ticket = serializers.CharField(source="ticket.number")
    transition = serializers.CharField()
    guards = serializers.ListField(child=serializers.ChoiceField(choices=Guard.choices))
    why = serializers.CharField()
    risk = serializers.CharField()
    user = Reference()
    at = Moment()
    due_at = Moment()
    justification = serializers.CharField()
    justified_by = Reference(allow_null=True)
    justified_at = Moment(allow_null=True)
    judge_by = Moment(allow_null=True)
    verdict = serializers.ChoiceField(choices=[*GIVEN, ("", "")], allow_blank=True)
    verdict_note = serializers.CharField()
    judged_by = Reference(allow_null=True)
    judged_at = Moment(allow_null=True)


class JustifyInput(Input):
    justification = serializers.CharField(
        min_length=bypassing.JUSTIFICATION_MIN,
        max_length=bypassing.TEXT_MAX,
        help_text=_("What was at stake, what was skipped, what was done instead."),
    )


class JudgeInput(Input):
    verdict = serializers.ChoiceField(choices=GIVEN)
    note = serializers.CharField(
        max_length=bypassing.NOTE_MAX,
        required=False,
        allow_blank=True,
        help_text=_("Needed unless `justified`."),
    )


class BypassFilters(Filters):
    """`verdict` is one of the verdicts; `justified` and `judged` are true or false."""

    verdict = filters.ChoiceFilter(choices=GIVEN)
    justified = filters.BooleanFilter(field_name="justified_at", lookup_expr="isnull", exclude=True)
    judged = filters.BooleanFilter(field_name="judged_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Bypass
        fields: list[str] = []


@extend_schema_view(
    get=extend_schema(
        summary=_("List bypasses"),
        tags=TAGS,
        description=_("Of all tickets, the newest first. Operators only."),
    )
)
class Bypasses(ListAPIView[Bypass]):
    permission_classes = [IsOperator]
    queryset = Bypass.objects.none()
    serializer_class = BypassOutput
    filterset_class = BypassFilters
    orderings = {"-at": "-at"}

    def get_queryset(self) -> QuerySet[Bypass]:
        actor = actor_of(self.request)
        return bypasses.bypasses(actor).order_by() if actor else Bypass.objects.none()


@extend_schema_view(get=extend_schema(summary=_("List the bypasses of a ticket"), tags=TAGS, filters=False))
class OfTicket(Bypasses):
    filterset_class = None  # type: ignore[assignment]  # a ticket has a few

    def get_queryset(self) -> QuerySet[Bypass]:
        return super().get_queryset().filter(ticket=ticket_or_404(self.request, self.kwargs["number"]))


class Justify(APIView):
    permission_classes = [IsOperator]

    @extend_schema(
        summary=_("Justify a bypass"), tags=TAGS, request=JustifyInput, responses=BypassOutput,
        description=_(
            "By its author, or by a shift lead while the author is not on shift. May be corrected until it is judged."
        ),
    )  # fmt: skip
    def post(self, request: Request, number: str, pk: int) -> Response:
        return _carry_out(request, number, pk, JustifyInput, bypassing.justify)


class Judge(APIView):
    permission_classes = [IsOperator]

    @extend_schema(
        summary=_("Judge a bypass"), tags=TAGS, request=JudgeInput, responses=BypassOutput,
        description=_("By a shift lead who neither acted nor wrote the justification; once."),
    )  # fmt: skip
    def post(self, request: Request, number: str, pk: int) -> Response:
        return _carry_out(request, number, pk, JudgeInput, bypassing.judge)


def _carry_out(request: Request, number: str, pk: int, shape: type[Input], service: Any) -> Response:
    ticket_or_404(request, number)
    actor = caller(request)
    found = bypasses.bypass_or_missing(actor, pk, number=number)
    body = shape(data=request.data)
    body.is_valid(raise_exception=True)
    service(actor=actor, bypass_id=found.pk, **body.validated_data)
    return Response(BypassOutput(bypasses.bypass_or_missing(actor, pk, number=number)).data)
