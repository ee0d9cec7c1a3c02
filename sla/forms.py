"""Filters of the pages, and the steps of a review."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.enums import Line
from accounts.models import Operator
from sla.enums import PROMISES, ActionKind, Cause, CauseGroup, ClockKind, Excuse, ReviewShown
from sla.queries import months
from tickets.enums import CategoryKind
from tickets.models import Category

MONTHS_OFFERED = 13


def _select() -> forms.Select:
    return forms.Select(attrs={"class": "select"})


def _causes() -> list[tuple[Any, list[tuple[str, Any]]]]:
    """The causes under the headings of their groups."""
    return [
        (group.label, [(cause.value, cause.label) for cause in Cause if cause.value.startswith(group.value)])
        for group in CauseGroup
    ]


def _categories() -> Iterable[tuple[Any, Any]]:
    """Whole kinds, then their categories."""
    rows = list(Category.objects.filter(is_active=True).order_by("position"))
    yield "", _("all")
    for kind in CategoryKind:
        of_kind = [(row.code, f"{row.code} {row.name}") for row in rows if row.kind == kind.value]
        yield kind.label, [(kind.value, f"{kind.value}: {_('all')}"), *of_kind]


def _months() -> Iterable[tuple[str, Any]]:
    yield "", _("all")
    for first in months.last(MONTHS_OFFERED):
        yield f"{first:%Y-%m}", date_format(first, "YEAR_MONTH_FORMAT")


class BreachFilter(forms.Form):
    kind = forms.ChoiceField(
        label=_("Clock"),
        required=False,
        choices=[("", _("all")), *((kind.value, ClockKind(kind).label) for kind in PROMISES)],
        widget=forms.Select(attrs={"class": "select"}),
    )
    line = forms.TypedChoiceField(
        label=_("Line"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("all")), *Line.choices],
        widget=forms.Select(attrs={"class": "select"}),
    )
    review = forms.ChoiceField(
        label=_("Review"), required=False, choices=[("", _("all")), *ReviewShown.choices], widget=_select()
    )
    month = forms.TypedChoiceField(
        label=_("Month"), required=False, choices=_months, widget=_select(), empty_value=None,
        coerce=lambda value: datetime.strptime(value, "%Y-%m").date(),  # noqa: DTZ007 — a month has no zone
    )  # fmt: skip
    cause = forms.ChoiceField(
        label=_("Cause"), required=False, choices=[("", _("all")), *_causes()], widget=_select()
    )
    category = forms.ChoiceField(label=_("Category"), required=False, choices=_categories, widget=_select())
    mine = forms.BooleanField(label=_("I review it"), required=False)
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


def _words(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": 3}), max_length=4000, **options)


class AnalysisForm(forms.Form):
    cause = forms.ChoiceField(label=_("Cause"), choices=[("", "–"), *_causes()])
    preventable = forms.TypedChoiceField(
        label=_("Could it have been prevented?"),
        choices=[("", "–"), ("yes", _("yes")), ("no", _("no"))],
        coerce=lambda value: value == "yes",
    )
    prevented_by = _words(_("What prevented us from keeping it, and how do we know?"))
    next_time = _words(_("How will we make it next time?"))


class ActionForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind of action"), choices=ActionKind.choices)
    what = _words(_("What is done"))
    owner = forms.ModelChoiceField(
        label=_("Owner"),
        queryset=Operator.objects.filter(user__is_active=True)
        .select_related("user")
        .order_by("user__username"),
    )
    due_on = forms.DateField(label=_("Done by"), widget=forms.DateInput(attrs={"type": "date"}))
    verify_on = forms.DateField(label=_("Effect verified on"), widget=forms.DateInput(attrs={"type": "date"}))


class EffectForm(forms.Form):
    action_id = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    effect = _words(_("Effect"))


class VerifyForm(forms.Form):
    no_action_reason = _words(_("Without an action: why is none needed?"), required=False)


class ExcuseForm(forms.Form):
    ground = forms.ChoiceField(label=_("Ground"), choices=Excuse.choices)
    note = _words(_("Evidence"))


class DismissForm(forms.Form):
    note = _words(_("Why no problem record is needed"))


class MonthForm(forms.Form):
    month = forms.DateField(widget=forms.HiddenInput)

    def clean_month(self) -> date:
        month: date = self.cleaned_data["month"]
        return month.replace(day=1)
