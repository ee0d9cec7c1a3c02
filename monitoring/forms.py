"""Forms of the room: parse and validate, never save."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from monitoring.enums import WindowMode

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class PeriodForm(forms.Form):
    starts_at = forms.DateTimeField(
        label=pgettext_lazy("period", "From"), widget=MOMENT, input_formats=["%Y-%m-%dT%H:%M"]
    )
    ends_at = forms.DateTimeField(
        label=pgettext_lazy("period", "To"), widget=MOMENT, input_formats=["%Y-%m-%dT%H:%M"]
    )


class WorksForm(PeriodForm):
    """Works on devices that the address names. An empty `notice_hours`: no client is told."""

    field_order = ("title", "starts_at", "ends_at", "reason", "mode", "notice_hours", "repeat_weeks")
    title = forms.CharField(label=_("What is done"), max_length=200)
    reason = forms.CharField(
        label=_("Details for the desk"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    mode = forms.ChoiceField(
        label=_("Alarms of it are"), choices=WindowMode.choices, initial=WindowMode.QUIET
    )
    notice_hours = forms.IntegerField(
        label=_("Tell clients so many hours before"), required=False, min_value=0, max_value=24 * 30, initial=48,
        help_text=_("Empty: nobody is told."),
    )  # fmt: skip
    repeat_weeks = forms.IntegerField(
        label=_("Again in so many weeks that follow"), required=False, min_value=0, max_value=52, initial=0
    )
