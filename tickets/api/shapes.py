"""What tickets give over the API. Contacts get no field that is the desk's own."""

from functools import cache
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.reverse import reverse

from accounts.api.shapes import Reference
from accounts.enums import ActorKind, Language, Line
from common.serializers import Moment
from tickets import enums
from tickets.models import Ticket
from tickets.models.lifecycle import Move

DESK_ONLY = frozenset(
    {
        "line", "impact", "urgency", "assignee", "next_due_at", "next_due_kind", "resume_at", "major_state", "kb_state",
        "reopen_count", "merged_into", "parent", "follow_up_of",
    }
)  # fmt: skip


class CategoryOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=enums.CategoryKind.choices)
    default_line = serializers.ChoiceField(choices=Line.choices)
    needs_authorised = serializers.BooleanField()


class CategoryName(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()


class ServiceName(serializers.Serializer[Any]):
    """A service by what its customer calls it."""

    id = serializers.IntegerField()
    name = serializers.CharField(source="__str__")


class TicketSummary(serializers.Serializer[Any]):
    """A ticket as a list shows it. `state` is the desk's word, `customer_state` what customers read."""

    number = serializers.CharField()
    version = serializers.IntegerField()
    subject = serializers.CharField()
    state = serializers.ChoiceField(choices=enums.State.choices)
    customer_state = serializers.CharField()
    priority = serializers.ChoiceField(choices=enums.Priority.choices)
    channel = serializers.ChoiceField(choices=enums.Channel.choices)
    language = serializers.ChoiceField(choices=Language.choices)
    category = CategoryName(allow_null=True)
    customer = Reference(allow_null=True)
    contact = Reference(allow_null=True)
    service = ServiceName(allow_null=True)
    received_at = Moment()
    created_at = Moment()
    updated_at = Moment()
    first_response_at = Moment(allow_null=True)
    resolved_at = Moment(allow_null=True)
    closed_at = Moment(allow_null=True)
    resolution_code = serializers.ChoiceField(
        choices=[*enums.ResolutionCode.choices, ("", "")], allow_blank=True
    )
    # From here on: operators only.
    line = serializers.ChoiceField(choices=Line.choices, required=False)
    impact = serializers.ChoiceField(choices=enums.Impact.choices, allow_null=True, required=False)
    urgency = serializers.ChoiceField(choices=enums.Urgency.choices, allow_null=True, required=False)
    assignee = Reference(allow_null=True, required=False)
    next_due_at = Moment(allow_null=True, required=False)
    next_due_kind = serializers.CharField(required=False)
    resume_at = Moment(allow_null=True, required=False)
    major_state = serializers.ChoiceField(choices=enums.MajorState.choices, required=False)
    kb_state = serializers.ChoiceField(choices=enums.KbState.choices, required=False)
    reopen_count = serializers.IntegerField(required=False)

    def get_fields(self) -> dict[str, Any]:
        """All fields in the document; in an answer to a contact, those meant for contacts."""
        fields = super().get_fields()
        if self.context.get("for_contact"):
            return {name: field for name, field in fields.items() if name not in DESK_ONLY}
        return fields


class AvailableMove(serializers.Serializer[Any]):
    """A transition that state, line and role allow now; its guards speak when it is tried."""

    id = serializers.CharField()
    name = serializers.CharField()
    url = serializers.URLField()


class WholeTicket(TicketSummary):
    """A ticket with the tickets it hangs together with."""

    merged_into = serializers.CharField(source="merged_into.number", allow_null=True, required=False)
    parent = serializers.CharField(  # type: ignore[assignment]  # a field, not the tree of serializers
        source="parent.number", allow_null=True, required=False
    )
    follow_up_of = serializers.CharField(source="follow_up_of.number", allow_null=True, required=False)


class TicketOutput(WholeTicket):
    """A ticket with the transitions the caller may try now."""

    available = AvailableMove(many=True)


@cache
def shape(*, for_contact: bool) -> WholeTicket:
    """Made once: copying thirty fields for every answer costs more than filling them. It holds no request."""
    return WholeTicket(context={"for_contact": for_contact})


def represent(ticket: Ticket, *, moves: list[Move], for_contact: bool, request: Request) -> dict[str, Any]:
    """The answer that `TicketOutput` describes. A transition's address is its name below the ticket's."""
    address = reverse("api:ticket", args=[ticket.number], request=request)
    return {
        **shape(for_contact=for_contact).to_representation(ticket),
        "available": [{"id": move.id, "name": move.name, "url": f"{address}{move.name}/"} for move in moves],
    }


class AttachmentOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    url = serializers.SerializerMethodField()

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, attachment: Any) -> str:
        number = self.context["number"]
        return reverse("api:ticket-attachment", args=[number, attachment.pk], request=self.context["request"])


class MessageOutput(serializers.Serializer[Any]):
    """One message. `ticket` differs from the number asked for when it came with a merged or a follow-up ticket."""

    id = serializers.IntegerField()
    ticket = serializers.CharField(source="ticket.number")
    kind = serializers.ChoiceField(choices=enums.MessageKind.choices)
    visibility = serializers.ChoiceField(choices=enums.Visibility.choices)
    channel = serializers.ChoiceField(choices=enums.Channel.choices)
    author = serializers.CharField(source="author_name")
    text = serializers.CharField()
    is_human = serializers.BooleanField()
    occurred_at = Moment()
    attachments = AttachmentOutput(many=True)


class EventOutput(serializers.Serializer[Any]):
    """One line of the append-only log."""

    id = serializers.IntegerField()
    type = serializers.ChoiceField(choices=enums.EventType.choices)
    occurred_at = Moment()
    recorded_at = Moment()
    actor_kind = serializers.ChoiceField(choices=ActorKind.choices)
    actor_name = serializers.CharField()
    payload = serializers.DictField()
