"""What tickets take over the API."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.enums import Language
from common.serializers import Input, Key, Moment
from tickets.enums import Channel, Impact, Urgency
from tickets.services.commands import Field, Kind, fields_of
from tickets.services.creating import SUBJECT_MAX
from tickets.services.messages import TEXT_MAX
from tickets.services.moving import WHY_MIN

# Alerts come in through /api/monitoring/, where they are stored before they are understood.
TYPED_CHANNELS = [choice for choice in Channel.choices if choice[0] != Channel.MONITORING]


class RequestInput(Input):
    """What a contact says. Files need a multipart form; everything else may also come as JSON."""

    subject = serializers.CharField(max_length=SUBJECT_MAX)
    body = serializers.CharField(max_length=TEXT_MAX)
    category = serializers.CharField(max_length=12, required=False, help_text=_("A code of /categories/."))
    service = Key(required=False, help_text=_("A service of the customer."))
    attachments = serializers.ListField(child=serializers.FileField(), required=False, max_length=20)


class TicketInput(RequestInput):
    """What an operator registers for a customer. The fields from `customer` on are refused from contacts."""

    customer = Key(required=False)
    contact = Key(required=False)
    channel = serializers.ChoiceField(
        choices=TYPED_CHANNELS, default=Channel.PORTAL.value,
        help_text=_("`phone`: the call counts as the first response. `agent`: we write to the customer first."),
    )  # fmt: skip
    impact = serializers.ChoiceField(choices=Impact.choices, required=False)
    urgency = serializers.ChoiceField(choices=Urgency.choices, required=False)
    language = serializers.ChoiceField(choices=Language.choices, required=False)
    received_at = Moment(
        required=False, help_text=_("When the customer spoke; now by default, never in the future.")
    )


class MessageInput(Input):
    """Text, files, or both."""

    text = serializers.CharField(max_length=TEXT_MAX, required=False, allow_blank=True, default="")
    attachments = serializers.ListField(child=serializers.FileField(), required=False, max_length=20)


class BypassInput(Input):
    """The wish to act against a guard: it is recorded with the ticket for ever."""

    why = serializers.CharField(min_length=WHY_MIN, max_length=2000)
    risk = serializers.CharField(max_length=2000, required=False, allow_blank=True)


def move_input(name: str) -> type[Input]:
    """The body of one transition, made from the description that the page's form is made from."""
    fields: dict[str, Any] = {field.name: _field(field) for field in fields_of(name)}
    fields["bypass"] = BypassInput(required=False, help_text=_("Operators only."))
    title = "".join(part.capitalize() for part in name.split("_"))
    return type(
        f"{title}Input", (Input,), {**fields, "__module__": __name__, "__doc__": f"Values of `{name}`."}
    )


def _field(field: Field) -> serializers.Field[Any, Any, Any, Any]:
    options: dict[str, Any] = {
        "required": field.required,
        "label": field.label,
        "help_text": field.help or field.label,
    }
    if not field.required:
        options["allow_null"] = field.kind != Kind.OBJECTS
    made: serializers.Field[Any, Any, Any, Any] = _MAKERS[field.kind](field, options)
    return made


def _text(field: Field, options: dict[str, Any], longest: int) -> serializers.CharField:
    if field.min_length:
        options["min_length"] = field.min_length
    if not field.required:
        options["allow_blank"] = True
    return serializers.CharField(max_length=longest, **options)


def _object(field: Field, options: dict[str, Any]) -> serializers.Field[Any, Any, Any, Any]:
    return Key(**options) if field.key == "pk" else serializers.CharField(max_length=64, **options)


def _choice(field: Field, options: dict[str, Any]) -> serializers.ChoiceField:
    assert field.choices is not None
    return serializers.ChoiceField(choices=field.choices.choices, **options)


_MAKERS: dict[Kind, Any] = {
    Kind.TEXT: lambda field, options: _text(field, options, TEXT_MAX),
    Kind.LINE_OF_TEXT: lambda field, options: _text(field, options, 500),
    Kind.CHOICE: _choice,
    Kind.NUMBER: lambda field, options: serializers.IntegerField(min_value=0, max_value=2**31 - 1, **options),
    Kind.YES_NO: lambda field, options: serializers.BooleanField(**options),
    Kind.MOMENT: lambda field, options: Moment(**options),
    Kind.OBJECT: _object,
    Kind.OBJECTS: lambda field, options: serializers.ListField(child=Key(), max_length=100, **options),
}
