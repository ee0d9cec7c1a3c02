"""What each move asks for: one description from which page forms, API serializers and validation are made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from django.db.models import Choices, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Line
from accounts.models import Customer, Skill, User
from assets.models import Service
from common.errors import Invalid
from knowledge.models import Article
from tickets import enums
from tickets.models import Category, Ticket


class Kind(StrEnum):
    """How a value is typed in, sent and checked."""

    TEXT = "text"
    LINE_OF_TEXT = "string"
    CHOICE = "choice"
    NUMBER = "number"
    YES_NO = "boolean"
    MOMENT = "datetime"
    OBJECT = "object"
    OBJECTS = "objects"


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a command. `queryset` (for objects) is looked up by `key`, never outside it."""

    name: str
    label: str | Promise
    kind: Kind = Kind.TEXT
    required: bool = True
    choices: type[Choices] | None = None
    min_length: int = 0
    model: Any = None
    key: str = "pk"
    help: str | Promise = ""

    def objects(self) -> QuerySet[Any]:
        found: QuerySet[Any] = _SCOPES[self.model]()
        return found


_SCOPES: dict[Any, Any] = {
    Category: lambda: Category.objects.offered(),
    Customer: lambda: Customer.objects.filter(is_active=True),
    Service: lambda: Service.objects.filter(is_active=True),
    User: lambda: User.objects.filter(operator__isnull=False, is_active=True),
    Skill: lambda: Skill.objects.all(),
    Ticket: lambda: Ticket.objects.all(),
    Article: lambda: Article.objects.all(),
}
L = gettext_lazy
DONE = Field("done", L("What has been done and checked"), min_length=20)
RESUME = Field("resume_at", L("Resume at"), Kind.MOMENT)
TO_LINE = Field("line", L("Line"), Kind.CHOICE, False, Line)
CLASS_FIELDS = (
    Field("category", L("Category"), Kind.OBJECT, True, model=Category, key="code"),
    Field("impact", L("Impact"), Kind.CHOICE, True, enums.Impact),
    Field("urgency", L("Urgency"), Kind.CHOICE, True, enums.Urgency),
    Field("customer", L("Customer"), Kind.OBJECT, False, model=Customer, help=L("Empty: unknown caller.")),
    Field("service", L("Service"), Kind.OBJECT, False, model=Service),
    Field("service_unknown", L("Why no service is named"), Kind.LINE_OF_TEXT, False),
)


def reason(choices: type[Choices], required: bool = True) -> Field:
    return Field("reason", L("Reason"), Kind.CHOICE, required, choices)


def message(label: Any, required: bool = True) -> Field:
    return Field("message", label, required=required, help=L("The customer receives this text."))


FOR_WHOM = Field("assignee", L("For"), Kind.OBJECT, False, model=User, help=L("Empty: for yourself."))
COMMANDS: dict[str, tuple[Field, ...]] = {
    "accept": (FOR_WHOM,),
    "take": (FOR_WHOM,),
    "classify": (*CLASS_FIELDS, TO_LINE, message(L("First answer to the customer"), required=False)),
    "hand_up": (reason(enums.UpReason), DONE),
    "hand_to_experts": (
        reason(enums.UpReason),
        DONE,
        Field("specialty", L("Specialty"), Kind.OBJECT, False, model=Skill, key="code"),
        Field("search_query", L("Searched the knowledge base for"), Kind.LINE_OF_TEXT, False),
        Field("search_outcome", L("Outcome of the search"), Kind.CHOICE, False, enums.SearchOutcome),
    ),
    "skip_to_experts": (
        reason(enums.UpReason),
        DONE,
        Field("specialty", L("Specialty"), Kind.OBJECT, False, model=Skill, key="code"),
    ),
    "hand_back": (reason(enums.DownReason), Field("next_step", L("The concrete next step"), min_length=10)),
    "reassign": (
        reason(enums.ReassignReason),
        Field(
            "assignee", L("To"), Kind.OBJECT, False, model=User, help=L("Empty: back to the line's queue.")
        ),
    ),
    "ask_customer": (reason(enums.CustomerPendingReason), message(L("Question to the customer")), RESUME),
    "customer_answered": (),
    "ask_vendor": (
        reason(enums.VendorPendingReason),
        Field("vendor_case", L("Vendor's case number"), Kind.LINE_OF_TEXT),
        Field("vendor_contract", L("Contract with the vendor"), Kind.LINE_OF_TEXT),
        Field("vendor_eta", L("Answer expected"), Kind.MOMENT),
        RESUME,
    ),
    "vendor_answered": (Field("answer", L("What the vendor said"), required=False),),
    "schedule": (
        Field("resume_at", L("The window begins"), Kind.MOMENT),
        message(L("Message about the agreed window")),
        Field("approval", L("Who approved the change, and how"), Kind.LINE_OF_TEXT, False),
    ),
    "resolve": (
        Field("resolution_code", L("Resolution"), Kind.CHOICE, True, enums.ResolutionCode),
        message(L("What was done, for the customer")),
        Field("article", L("Instruction used"), Kind.OBJECT, False, model=Article, key="code"),
        Field("article_outcome", L("Did it fit?"), Kind.CHOICE, False, enums.LinkOutcome),
        Field("write_stub", L("No instruction: write a draft from this ticket"), Kind.YES_NO, False),
        Field("waive", L("Nothing to write down, because"), Kind.LINE_OF_TEXT, False),
    ),
    "reopen": (reason(enums.ReopenReason), message(L("What is still wrong"), required=False)),
    "recurred": (reason(enums.ReopenReason),),
    "reopen_closed": (reason(enums.ReopenReason), message(L("What is still wrong"), required=False)),
    "merge": (
        Field("target", L("Into ticket"), Kind.OBJECT, True, model=Ticket, key="number"),
        Field("leak_checked", L("I have read who will see the other thread"), Kind.YES_NO, False),
    ),
    "link_to_major": (Field("parent", L("Major incident"), Kind.OBJECT, True, model=Ticket, key="number"),),
    "cancel": (reason(enums.CancelReason), message(L("Message to the customer"), required=False)),
    "absorb": (Field("parent", L("Incident"), Kind.OBJECT, True, model=Ticket, key="number"),),
    "restore": (Field("why", L("Why"), min_length=10),),
    "reclassify": (reason(enums.ReclassifyReason), *CLASS_FIELDS),
    "form_group": (
        Field("purpose", L("Purpose"), Kind.LINE_OF_TEXT),
        Field("room_url", L("Video room"), Kind.LINE_OF_TEXT, False),
        Field("members", L("Members"), Kind.OBJECTS, False, model=User),
    ),
    "set_major": (
        Field("major_state", L("Major incident"), Kind.CHOICE, True, enums.MajorState),
        message(L("Next update to the customer"), required=False),
    ),
}


def fields_of(transition: str) -> tuple[Field, ...]:
    """The values a move takes; none for a one-click move."""
    return COMMANDS.get(transition, ())


def clean(transition: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Checked values by name; objects are looked up inside their scope.

    Raises `Invalid` naming the first field at fault, and for a name the command does not have.
    """
    fields = {field.name: field for field in fields_of(transition)}
    unknown = set(data) - set(fields)
    if unknown:
        raise Invalid(
            _("Unknown field: %(names)s.") % {"names": ", ".join(sorted(unknown))}, field=min(unknown)
        )
    return {name: _value(field, data.get(name)) for name, field in fields.items()}


def _value(field: Field, raw: Any) -> Any:
    empty = raw is None or raw == "" or raw == []
    if empty and field.required:
        raise Invalid(_("“%(label)s” is missing.") % {"label": field.label}, field=field.name)
    if empty:
        return [] if field.kind == Kind.OBJECTS else False if field.kind == Kind.YES_NO else None
    return _PARSERS[field.kind](field, raw)


def _text(field: Field, raw: Any) -> str:
    text = str(raw).replace("\x00", "").strip()
    if len(text) < max(field.min_length, 1 if field.required else 0):
        raise Invalid(
            _("“%(label)s”: write at least %(min)d characters.")
            % {"label": field.label, "min": field.min_length or 1},
            field=field.name,
        )
    return text if field.kind == Kind.TEXT else text[:500]


def _choice(field: Field, raw: Any) -> Any:
    assert field.choices is not None
    wanted = str(getattr(raw, "value", raw))
    for value in field.choices:
        if str(value.value) == wanted:
            return value
    raise Invalid(
        _("“%(label)s”: choose one of the offered values.") % {"label": field.label}, field=field.name
    )


def _moment(field: Field, raw: Any) -> datetime:
    try:
        moment = raw if isinstance(raw, datetime) else parse_datetime(str(raw))
    except ValueError:
        moment = None
    if moment is None or not 2000 <= moment.year < 2100:
        raise Invalid(_("“%(label)s” is not a date and time.") % {"label": field.label}, field=field.name)
    aware = moment if timezone.is_aware(moment) else timezone.make_aware(moment)
    return aware.astimezone(UTC)  # PostgreSQL takes no offset beyond sixteen hours


def _object(field: Field, raw: Any) -> Any:
    if isinstance(raw, field.model):
        return raw
    try:
        found = field.objects().filter(**{field.key: raw}).first()
    except (ValueError, TypeError):
        found = None
    if found is None:
        raise Invalid(
            _("“%(label)s”: unknown “%(value)s”.") % {"label": field.label, "value": raw}, field=field.name
        )
    return found


_PARSERS: dict[Kind, Any] = {
    Kind.TEXT: _text,
    Kind.LINE_OF_TEXT: _text,
    Kind.CHOICE: _choice,
    Kind.NUMBER: lambda field, raw: int(raw),
    Kind.YES_NO: lambda field, raw: raw is True or str(raw).lower() in {"1", "true", "on", "yes"},
    Kind.MOMENT: _moment,
    Kind.OBJECT: _object,
    Kind.OBJECTS: lambda field, raw: [_object(field, item) for item in raw],
}
