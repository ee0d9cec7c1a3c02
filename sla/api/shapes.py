"""What the clocks of a ticket look like over the API. Durations are seconds, with fractions; instants are UTC."""

from typing import Any

from rest_framework import serializers

from common.serializers import Moment
from sla.enums import ClockKind, ClockVerdict
from sla.queries.answers import Way
from tickets.enums import Channel
from tickets.queries.delivery import Reached

STATES = ["running", "paused", "met", "missed", "over", "void"]


class Seconds(serializers.FloatField):
    """A duration."""

    def to_representation(self, value: Any) -> Any:
        return value.total_seconds()


class PolicyName(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    title = serializers.CharField()


class CalendarName(serializers.Serializer[Any]):
    """The version that the clock was last worked out by."""

    id = serializers.IntegerField()
    key = serializers.CharField()
    title = serializers.CharField()


class IntervalOutput(serializers.Serializer[Any]):
    """A stretch in which the clock ran. `brought_seconds` came with a merged ticket and counts at its start."""

    start = Moment()
    end = Moment(allow_null=True)
    calendar = serializers.CharField()
    brought_seconds = serializers.FloatField()


class LedgerOutput(serializers.Serializer[Any]):
    """`what` is for programs, `text` for people, in the caller's language."""

    at = Moment()
    what = serializers.CharField()
    text = serializers.CharField()
    facts = serializers.DictField()


class ClockOutput(serializers.Serializer[Any]):
    """`over` has missed its deadline and still runs or waits; `void` does not count."""

    kind = serializers.ChoiceField(choices=ClockKind.choices)
    cycle = serializers.IntegerField()
    line = serializers.IntegerField(help_text="0: the clock has no line.")
    state = serializers.ChoiceField(choices=STATES)
    verdict = serializers.ChoiceField(choices=ClockVerdict.choices)
    is_promise = serializers.BooleanField()
    target_seconds = Seconds(allow_null=True)
    elapsed_seconds = Seconds()
    remaining_seconds = Seconds(allow_null=True)
    started_at = Moment()
    due_at = Moment(allow_null=True)
    stopped_at = Moment(allow_null=True)
    breached_at = Moment(allow_null=True)
    detected_at = Moment(allow_null=True)
    policy = PolicyName()
    calendar = CalendarName()
    intervals = IntervalOutput(many=True)
    ledger = LedgerOutput(many=True)


class DeliveryOutput(serializers.Serializer[Any]):
    """`delivered`: the receiving server took it at `at`. `failed` and `delayed` have a `reason`."""

    reached = serializers.ChoiceField(choices=[(one.value, one.value) for one in Reached])
    to = serializers.CharField(allow_blank=True)
    at = Moment(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    in_portal = serializers.BooleanField()


class AutomaticOutput(serializers.Serializer[Any]):
    """A machine's message before the answer: it does not count."""

    what = serializers.ChoiceField(choices=["receipt", "reminder", "merge_notice", "message"])
    at = Moment()
    after_seconds = Seconds(source="after")
    channel = serializers.CharField()
    delivery = DeliveryOutput()


class FirstResponseOutput(serializers.Serializer[Any]):
    """Who answered first. `ticket` differs from the one asked for when the answer stands where it was merged into."""

    way = serializers.ChoiceField(choices=[(one.value, one.value) for one in Way])
    who = serializers.CharField(allow_blank=True)
    is_human = serializers.BooleanField()
    at = Moment(allow_null=True)
    took_seconds = Seconds(source="took", allow_null=True)
    target_seconds = Seconds(source="target", allow_null=True)
    verdict = serializers.ChoiceField(choices=ClockVerdict.choices, allow_null=True)
    message_id = serializers.IntegerField(allow_null=True)
    ticket = serializers.CharField(allow_blank=True)
    channel = serializers.ChoiceField(choices=Channel.choices, allow_null=True)
    delivery = DeliveryOutput(allow_null=True)
    automatic = AutomaticOutput(many=True)


class TicketClocks(serializers.Serializer[Any]):
    """Every clock the ticket ever had, the oldest first; elapsed and remaining time as of `at`."""

    ticket = serializers.CharField()
    at = Moment()
    first_response = FirstResponseOutput()
    clocks = ClockOutput(many=True)
