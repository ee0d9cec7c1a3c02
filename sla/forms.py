"""Filters of the pages, and the steps of a review."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import Line
from accounts.models import Operator
from sla.enums import PROMISES, ActionKind, Cause, ClockKind, Excuse


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
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


def _words(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": 3}), max_length=4000, **options)


class AnalysisForm(forms.Form):
    cause = forms.ChoiceField(label=_("Cause"), choices=[("", "–"), *Cause.choices])
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


class MonthForm(forms.Form):
    month = forms.DateField(widget=forms.HiddenInput)

    def clean_month(self) -> date:
        month: date = self.cleaned_data["month"]
        return month.replace(day=1)
