"""Filters of the pages, and the steps of a review."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.forms.utils import from_current_timezone
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.enums import Line
from accounts.models import Operator
from common import clock
from sla.engine.durations import AmountError, read_amount
from sla.engine.sheet import Problem
from sla.enums import PROMISES, ActionKind, ApplyMode, Cause, CauseGroup, ClockKind, Excuse, ReviewShown
from sla.queries import months
from sla.queries.promises import problem_text
from tickets.enums import CategoryKind
from tickets.models import Category

MONTHS_OFFERED = 13
FIRST_DAY = date(2000, 1, 1)


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


class RowsForm(forms.Form):
    """`on`: keys of at most a hundred rows, as the queue lists them. No other answer costs anything."""

    on = forms.RegexField(r"^[0-9]{1,15}(,[0-9]{1,15}){0,99}$")

    def clean_on(self) -> list[int]:
        return list(dict.fromkeys(int(key) for key in self.cleaned_data["on"].split(",")))


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


class DismissForm(forms.Form):
    note = _words(_("Why no problem record is needed"))


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


class DraftForm(forms.Form):
    """The head of a sheet; its cells are read by `sla/engine/sheet.py`."""

    title = forms.CharField(label=_("Title"), max_length=120)
    note = _words(_("Why is it being changed?"), required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class PublishForm(forms.Form):
    why = _words(_("Why"))
    since = forms.DateTimeField(
        label=_("In force from"),
        required=False,
        help_text=_("Empty: in a few seconds."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class ApplyForm(forms.Form):
    mode = forms.ChoiceField(label=_("How"), choices=ApplyMode.choices, widget=forms.RadioSelect)
    why = _words(_("Why"), min_length=10)


class PeriodForm(forms.Form):
    """Whole days of the reader's zone; `until` is the last of them."""

    since = forms.DateField(
        label=_("Received from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=pgettext_lazy("end of a period", "to"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and until < since:
            self.add_error("until", _("The period ends before it begins."))
        today = timezone.localdate(clock.now())
        for name, day in (("since", since), ("until", until)):
            if day and not FIRST_DAY <= day <= today:
                self.add_error(name, _("Choose a day between 2000 and today."))
        return given


class DueForm(forms.Form):
    """«When would it be due?»"""

    start = forms.DateTimeField(
        label=_("Start"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    amount = forms.CharField(
        label=_("Target"),
        max_length=40,
        help_text=_("For example 90 s, 15 min, 4 h, 1 wd (a working day of 9 h)."),
    )
    calendar = forms.ChoiceField(label=_("Calendar"))
    pauses = forms.CharField(
        label=_("Pauses"),
        required=False,
        max_length=4000,
        help_text=_("One a line: 2026-11-24 10:00 – 2026-11-24 12:30"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    stop = forms.DateTimeField(
        label=_("Stopped"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, calendars: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["calendar"] = forms.ChoiceField(
            label=_("Calendar"), choices=[(key, key) for key in calendars]
        )

    def clean_amount(self) -> timedelta:
        try:
            return timedelta(seconds=read_amount(self.cleaned_data["amount"]))
        except AmountError as error:
            raise forms.ValidationError(problem_text(Problem(error.code, error.text))) from error

    def clean_pauses(self) -> list[tuple[datetime, datetime]]:
        return [self._pause(line) for line in self.cleaned_data["pauses"].splitlines() if line.strip()]

    def _pause(self, line: str) -> tuple[datetime, datetime]:
        try:
            begin, end = (
                from_current_timezone(datetime.fromisoformat(part))
                for part in re.split(r"\s+[-–—]\s+", line.strip())
            )
        except (ValueError, forms.ValidationError) as error:
            raise forms.ValidationError(
                _("“%(line)s” is not a pause: write 2026-11-24 10:00 – 2026-11-24 12:30."),
                params={"line": line},
            ) from error
        if end <= begin:
            raise forms.ValidationError(_("“%(line)s” ends before it begins."), params={"line": line})
        return begin, end


class ExamplesForm(forms.Form):
    """Examples in the format of `sla_replay`, from a file or pasted."""

    file = forms.FileField(label=_("File"), required=False)
    text = forms.CharField(
        label=_("or paste them"),
        required=False,
        max_length=1_000_000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        file = given.get("file")
        if file and file.size > 1_000_000:
            raise forms.ValidationError(_("The file is larger than a megabyte."))
        given["examples"] = file.read().decode("utf-8", "replace") if file else given.get("text", "")
        if not given["examples"].strip():
            raise forms.ValidationError(_("Choose a file or paste examples."))
        return given
