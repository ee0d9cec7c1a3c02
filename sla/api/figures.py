"""What figures and broken promises look like over the API."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.shapes import Reference
from common.serializers import Input, Moment
from sla.api.shapes import Seconds
from sla.enums import Cause, ClockKind, Excuse, ReviewState
from sla.queries.attainment import SLICES
from tickets.enums import Channel, Priority, State

LONGEST_DAYS = 400


class PeriodInput(Input):
    """The current month when left out."""

    since = Moment(required=False)
    until = Moment(required=False)
    by = serializers.ChoiceField(choices=sorted(SLICES), required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        since, until = attrs.get("since"), attrs.get("until")
        if until and not since:
            raise serializers.ValidationError({"since": [_("Name both ends of the period.")]})
        if since and until and since >= until:
            raise serializers.ValidationError({"until": [_("The end lies after the beginning.")]})
        if since and until and (until - since).days > LONGEST_DAYS:
            raise serializers.ValidationError(
                {"until": [_("Not more than %(days)d days at once.") % {"days": LONGEST_DAYS}]}
            )
        return attrs


class ShareOutput(serializers.Serializer[Any]):
    """`met` of `total` (n) in per cent, with the 95 % Wilson interval; both null without cases."""

    met = serializers.IntegerField()
    total = serializers.IntegerField()
    percent = serializers.FloatField(allow_null=True)
    interval = serializers.ListField(
        child=serializers.FloatField(), allow_null=True, min_length=2, max_length=2
    )


class BudgetOutput(serializers.Serializer[Any]):
    """K1 per ticket and K18. `raw` is never changed by an excuse; `contractual` counts excused tickets as kept."""

    judged = serializers.IntegerField()
    missed = serializers.IntegerField()
    excused = serializers.IntegerField()
    raw = ShareOutput()
    contractual = ShareOutput(source="held")
    allowed = serializers.IntegerField()
    left = serializers.IntegerField()
    burn_rate = serializers.FloatField(
        source="burn", allow_null=True, help_text="1.0 uses the budget up exactly, 2.0 by the middle."
    )


class SliceOutput(BudgetOutput):
    key = serializers.CharField()


class ClockShare(ShareOutput):
    kind = serializers.ChoiceField(choices=ClockKind.choices)


class AnswersOutput(serializers.Serializer[Any]):
    """K2: seconds to the first response of those that were answered."""

    count = serializers.IntegerField()
    p50_seconds = serializers.FloatField(source="p50", allow_null=True)
    p95_seconds = serializers.FloatField(source="p95", allow_null=True)
    within_90 = ShareOutput(source="within")


class ChannelAnswers(AnswersOutput):
    channel = serializers.ChoiceField(choices=Channel.choices)


class AttainmentOutput(serializers.Serializer[Any]):
    since = Moment()
    until = Moment()
    goal_percent = serializers.FloatField()
    tickets = BudgetOutput()
    clocks = ClockShare(many=True)
    first_response = AnswersOutput()
    by_channel = ChannelAnswers(many=True)
    slices = SliceOutput(many=True, required=False)


class ReviewOutput(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=ReviewState.choices)
    reviewer = Reference()
    cause = serializers.ChoiceField(choices=[*Cause.choices, ("", "")], allow_blank=True)
    preventable = serializers.BooleanField(allow_null=True)
    started_at = Moment()
    closed_at = Moment(allow_null=True)


class ExcuseOutput(serializers.Serializer[Any]):
    ground = serializers.ChoiceField(choices=Excuse.choices)
    note = serializers.CharField()
    at = Moment()


class BreachOutput(serializers.Serializer[Any]):
    """A broken promise as it was when the deadline passed; `overrun_seconds` grows until the clock stops."""

    id = serializers.IntegerField()
    ticket = serializers.CharField(source="ticket.number")
    kind = serializers.ChoiceField(choices=ClockKind.choices)
    cycle = serializers.IntegerField(source="clock.cycle")
    target_seconds = Seconds(source="target")
    overrun_seconds = serializers.SerializerMethodField()
    breached_at = Moment()
    detected_at = Moment()
    line = serializers.IntegerField()
    state = serializers.ChoiceField(choices=State.choices)
    priority = serializers.ChoiceField(choices=Priority.choices)
    category = serializers.CharField(allow_blank=True)
    assignee = Reference(allow_null=True)
    contract = serializers.CharField(source="contract.number", allow_null=True, default=None)
    shift = serializers.CharField(allow_blank=True)
    on_shift = serializers.ListField(child=serializers.IntegerField())
    spent = serializers.DictField(
        child=serializers.DictField(child=serializers.FloatField()),
        help_text="Seconds up to the breach: line to accept, work and pending.",
    )
    cause_hint = serializers.CharField(allow_blank=True)
    review_due = Moment(allow_null=True)
    review_is_late = serializers.BooleanField(source="is_late")
    review = ReviewOutput(allow_null=True, default=None)
    excuse = ExcuseOutput(allow_null=True, default=None)

    @extend_schema_field(serializers.FloatField)
    def get_overrun_seconds(self, breach: Any) -> float:
        return float(self.context["overrun"](breach).total_seconds())
