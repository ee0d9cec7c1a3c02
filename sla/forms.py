"""Filters of the pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import Line
from sla.enums import PROMISES, ClockKind


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
