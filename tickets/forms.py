"""Forms of the desk. They parse and check what was typed; the services judge and save."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Actor, Language
from accounts.models import Contact, Customer, User
from assets.models import Service
from common.errors import DomainError, Invalid
from tickets.enums import BypassVerdict, Channel, Impact, LinkOutcome, MajorState, Urgency
from tickets.models import Category, Ticket
from tickets.services import commands
from tickets.services.bypassing import JUSTIFICATION_MIN, NOTE_MAX, TEXT_MAX
from tickets.services.commands import Field, Kind
from tickets.services.prioritising import priority_of

LOCAL_MOMENT = "%Y-%m-%dT%H:%M"
EMPTY = ("", "—")
# How long one usually waits; the operator changes it in the form.
DEFAULT_WAIT = {"ask_customer": timedelta(hours=24), "ask_vendor": timedelta(hours=4)}


class MoveForm(forms.Form):
    """The values of one life-cycle move, as `services/commands.py` describes them, and a bypass if one is needed."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    bypass_why = forms.CharField(
        label=_("Why the rule is set aside now"),
        required=False,
        min_length=10,
        widget=forms.Textarea(attrs={"rows": 2, "data-min": 10}),
        help_text=_("Kept with the ticket for ever; the shift lead reviews it."),
    )
    bypass_risk = forms.CharField(label=_("What it risks"), required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        transition: str,
        ticket: Ticket,
        actor: Actor,
        initial: dict[str, Any] | None = None,
    ) -> None:
        self.described = commands.fields_of(transition)
        known = {
            name: value for name, value in _known(ticket).items() if transition in ("classify", "reclassify")
        }
        given = {name: value for name, value in (initial or {}).items() if value}
        wait = DEFAULT_WAIT.get(transition)
        until = {"resume_at": timezone.localtime() + wait} if wait else {}
        super().__init__(data, initial={"version": ticket.version, **until, **known, **given})
        for described in self.described:
            self.fields[described.name] = _make(described, ticket, actor)
        self.order_fields([described.name for described in self.described])

    def values(self) -> dict[str, Any]:
        """What the service is given: only what the command describes."""
        return {described.name: self.cleaned_data.get(described.name) for described in self.described}

    def own_fields(self) -> list[forms.BoundField]:
        return [self[described.name] for described in self.described]

    def refuse(self, error: DomainError) -> None:
        """Put a refusal where it belongs: at its field, else above the form. A new try sees the newest version."""
        field = error.extra.get("field") if isinstance(error, Invalid) else None
        self.add_error(
            {"bypass": "bypass_why"}.get(str(field), field) if _has(self, field) else None, error.detail
        )
        if "version" in error.extra:
            data = self.data.copy()  # type: ignore[attr-defined]
            data["version"] = error.extra["version"]
            self.data = data


def _has(form: forms.Form, field: object) -> bool:
    return field in form.fields or field == "bypass"


def _known(ticket: Ticket) -> dict[str, Any]:
    """What is known of the ticket already is not asked again."""
    return {
        "category": ticket.category.code if ticket.category else None,
        "impact": ticket.impact,
        "urgency": ticket.urgency,
        "customer": ticket.customer_id,
        "service": ticket.service_id,
    }


def _make(field: Field, ticket: Ticket, actor: Actor) -> forms.Field:
    made: forms.Field = _MAKERS[field.kind](field, ticket)
    made.label, made.required, made.help_text = str(field.label), field.required, str(field.help)
    if field.name == "assignee":
        made.empty_label = _("Back to the queue")  # type: ignore[attr-defined]
    return made


def _text(field: Field, ticket: Ticket) -> forms.Field:
    attrs: dict[str, Any] = {"rows": 4}
    if field.min_length:
        attrs["data-min"] = field.min_length
    return forms.CharField(min_length=field.min_length or None, widget=forms.Textarea(attrs=attrs))


def _choice(field: Field, ticket: Ticket) -> forms.Field:
    assert field.choices is not None
    offered = [(value, label) for value, label in field.choices.choices if value != MajorState.NONE]
    return forms.ChoiceField(choices=[EMPTY, *offered])


def _object(field: Field, ticket: Ticket) -> forms.Field:
    if field.key in ("number",) or field.model.__name__ == "Article":
        hint = "26-0000001" if field.key == "number" else "KB-0001"
        return forms.CharField(
            max_length=20, widget=forms.TextInput(attrs={"placeholder": hint, "autocomplete": "off"})
        )
    made = forms.ModelChoiceField(_offered(field, ticket), to_field_name=field.key, empty_label="—")
    if field.model is Category:
        made.choices = grouped_categories()
    return made


def grouped_categories() -> list[tuple[str, Any]]:
    """The catalogue under the headings of its kinds, in its own order."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for category in Category.objects.offered():
        groups.setdefault(category.get_kind_display(), []).append(
            (category.code, f"{category.name} · {category.code}")
        )
    return [EMPTY, *groups.items()]


def _objects(field: Field, ticket: Ticket) -> forms.Field:
    return forms.ModelMultipleChoiceField(_offered(field, ticket))


def _offered(field: Field, ticket: Ticket) -> Any:
    """Fewer rows than the command takes: services of the customer, colleagues of the line."""
    rows = field.objects()
    if field.model is Service and ticket.customer_id:
        return rows.filter(customer_id=ticket.customer_id)
    if field.model is User and field.name in ("assignee",):
        return rows.filter(operator__line=ticket.line, operator__on_shift=True).order_by(
            "first_name", "username"
        )
    if field.model is User:
        return rows.order_by("operator__line", "first_name", "username")
    return rows


_MAKERS: dict[Kind, Any] = {
    Kind.TEXT: _text,
    Kind.LINE_OF_TEXT: lambda field, ticket: (
        forms.URLField(max_length=500, assume_scheme="https")
        if field.name.endswith("_url")
        else forms.CharField(max_length=500)
    ),
    Kind.CHOICE: _choice,
    Kind.NUMBER: lambda field, ticket: forms.IntegerField(),
    Kind.YES_NO: lambda field, ticket: forms.BooleanField(),
    Kind.MOMENT: lambda field, ticket: forms.DateTimeField(
        input_formats=[LOCAL_MOMENT, "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL_MOMENT),
    ),
    Kind.OBJECT: _object,
    Kind.OBJECTS: _objects,
}


class JustifyForm(forms.Form):
    """What the author of a bypass says afterwards."""

    justification = forms.CharField(
        label=_("What was at stake, what was skipped, what was done instead"),
        min_length=JUSTIFICATION_MIN,
        max_length=TEXT_MAX,
        widget=forms.Textarea(attrs={"rows": 6, "data-min": JUSTIFICATION_MIN}),
    )


class JudgeForm(forms.Form):
    """What a shift lead makes of a bypass."""

    verdict = forms.ChoiceField(label=_("Verdict"), choices=[EMPTY, *BypassVerdict.choices[1:]])
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=NOTE_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "Needed unless it is justified: what should have been done, or which rule should change and how."
        ),
    )


class UsedArticleForm(forms.Form):
    """The article that pays a knowledge debt, and whether it fitted."""

    code = forms.CharField(
        label=_("Article"),
        max_length=16,
        widget=forms.TextInput(attrs={"placeholder": "KB-0001", "autocomplete": "off"}),
    )
    outcome = forms.ChoiceField(label=_("Did it fit?"), choices=LinkOutcome.choices[:2])


class CallForm(forms.Form):
    """A call on a telephone the desk does not hear."""

    who = forms.CharField(
        label=_("Who called"),
        max_length=100,
        help_text=_("The number, or the name when it is hidden."),
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    subject = forms.CharField(
        label=_("In a few words"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    text = forms.CharField(label=_("What was said"), widget=forms.Textarea(attrs={"rows": 5}))


class NewTicketForm(forms.Form):
    """A request taken by telephone or at the door, or one that the desk opens itself."""

    channel = forms.ChoiceField(
        label=_("How it came"),
        choices=[(Channel.PHONE, Channel.PHONE.label), (Channel.CHAT, Channel.CHAT.label), (Channel.AGENT, Channel.AGENT.label)],
    )  # fmt: skip
    customer = forms.ModelChoiceField(
        Customer.objects.filter(is_active=True), label=_("Customer"), required=False
    )
    contact = forms.ModelChoiceField(Contact.objects.none(), label=_("Who is calling"), required=False)
    service = forms.ModelChoiceField(Service.objects.none(), label=_("Service"), required=False)
    subject = forms.CharField(
        label=_("In a few words"),
        max_length=300,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    text = forms.CharField(label=_("What the customer says"), widget=forms.Textarea(attrs={"rows": 6}))
    category = forms.ModelChoiceField(
        Category.objects.offered(), label=_("Category"), to_field_name="code", required=False
    )
    impact = forms.TypedChoiceField(
        label=_("Impact"), choices=[EMPTY, *Impact.choices], coerce=int, required=False
    )
    urgency = forms.TypedChoiceField(
        label=_("Urgency"), choices=[EMPTY, *Urgency.choices], coerce=int, required=False
    )
    language = forms.ChoiceField(
        label=_("Language of the customer"), choices=[EMPTY, *Language.choices], required=False
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, customer_id: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.fields["category"].choices = grouped_categories()  # type: ignore[attr-defined]
        for name in ("contact", "service"):
            self.fields[name].empty_label = "—"  # type: ignore[attr-defined]
        if customer_id:
            of = {"customer_id": customer_id, "is_active": True}
            self.fields["contact"].queryset = Contact.objects.filter(**of)  # type: ignore[attr-defined]
            self.fields["service"].queryset = Service.objects.filter(**of)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The priority that category, impact and urgency make; a misfit is an error of its field."""
        values = super().clean() or {}
        category, impact, urgency = (values.get(name) for name in ("category", "impact", "urgency"))
        if category and impact and urgency:
            try:
                values["priority"] = priority_of(kind=category.kind, impact=impact, urgency=urgency)
            except Invalid as error:
                self.add_error(error.extra.get("field"), error.detail)
        return values
