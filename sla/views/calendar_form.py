"""The form of a new calendar version. It parses and judges; `publishing_calendars` publishes."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from common import clock
from sla.engine.calendars import Hours
from sla.engine.dates import show_periods
from sla.engine.faults import NAMES, CalendarError
from sla.engine.hours import read_hours
from sla.engine.week import DAYS, Window, parse_hours, show_week, show_windows
from sla.models import CalendarVersion
from sla.models.calendar import in_words
from sla.queries import days_off


class CalendarForm(forms.Form):
    """A new version of a calendar: a row for each day of the week, dates one a line, exceptions in rows."""

    key = forms.CharField(
        label=_("Short name"),
        max_length=32,
        validators=[RegexValidator(r"^[A-Za-z][A-Za-z0-9_-]*\Z", _("Latin letters, digits, - and _ only."))],
        help_text=_("Policies name the calendar by it, for example RUBH."),
    )
    title = forms.CharField(label=_("Title"), max_length=120)
    always = forms.BooleanField(label=_("Open around the clock; holidays do not matter"), required=False)
    tz = forms.CharField(
        label=_("Time zone"), widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"})
    )
    holidays = forms.CharField(
        label=_("Closed dates"),
        required=False,
        max_length=20_000,
        help_text=_("One a line, a date or a period: 2026-11-04 or 2026-12-31/2027-01-08"),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
    )
    exceptions = forms.CharField(required=False, widget=forms.HiddenInput)
    since = forms.DateTimeField(
        label=_("In force from"),
        required=False,
        help_text=_("Empty: in a few seconds. Time before keeps the hours it had."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    country = forms.ChoiceField(label=_("Country"), required=False)
    subdivision = forms.ChoiceField(label=_("Region"), required=False)
    first_year = forms.IntegerField(label=_("From year"), required=False, min_value=2000, max_value=2099)
    last_year = forms.IntegerField(label=_("To year"), required=False, min_value=2000, max_value=2099)

    def __init__(self, *args: Any, known: str = "", rows: list[tuple[str, str]] | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for day, name in zip(DAYS, NAMES, strict=True):
            self.fields[day] = forms.CharField(
                label=_(name), required=False, max_length=120,
                widget=forms.TextInput(attrs={"placeholder": _("closed"), "autocomplete": "off"}),
            )  # fmt: skip
        if known:
            del self.fields["key"]
        country = str(self["country"].value() or "")
        self._choices("country", [*days_off.nearby(), *days_off.countries()])
        self._choices("subdivision", [(code, code) for code in days_off.subdivisions(country)])
        self.known, self._rows = known, rows or []

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "–"), *choices]

    @property
    def week(self) -> list[forms.BoundField]:
        return [self[day] for day in DAYS]

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Exceptions as they were typed: dates, hours."""
        if not self.is_bound:
            return self._rows
        assert isinstance(self.data, QueryDict)
        typed = zip(self.data.getlist("dates"), self.data.getlist("hours"), strict=False)
        return [(dates.strip(), hours.strip()) for dates, hours in typed if dates.strip() or hours.strip()]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        try:
            given["hours"] = read_hours(self._spec(given), {})
        except CalendarError as error:
            self.add_error(self._place(error), in_words(error))
        return given

    def _spec(self, given: dict[str, Any]) -> Any:
        if given.get("always"):
            return "always open"
        return {
            "tz": given.get("tz", ""),
            "week": {day: given.get(day) or "" for day in DAYS},
            "holidays": [line.strip() for line in (given.get("holidays") or "").splitlines() if line.strip()],
            "exceptions": self.rows,
        }

    def _place(self, error: CalendarError) -> str:
        """The field that is wrong; of the week the day."""
        part, _dot, day = error.field.partition(".")
        if part != "week":
            return part
        return day or DAYS[error.facts.get("day", 0)]

    @property
    def faults(self) -> list[str]:
        """Everything that is wrong, each with its place."""
        found = []
        for name, errors in self.errors.items():
            field = self.fields.get(name)
            label = "" if field is None or field.widget.is_hidden else str(field.label)
            texts = map(str, errors)
            found += [text if text.startswith(label) else f"{label}: {text}" for text in texts]
        return found

    def version(self, key: str) -> CalendarVersion:
        """The row that these hours would be; unsaved."""
        given = self.cleaned_data
        hours: Hours = given["hours"]
        return CalendarVersion(
            key=key,
            title=given["title"],
            always=hours.always,
            tz=hours.tz,
            week=show_week(hours.week),
            holidays=[day.isoformat() for day in sorted(hours.holidays)],
            exceptions={dates: show_windows(parse_hours(text)).split() for dates, text in self.rows},
            country=given["country"],
            subdivision=given["subdivision"],
        )


def initial(version: CalendarVersion | None) -> dict[str, Any]:
    """What the form begins with: the hours of the newest version, or an ordinary working week."""
    if version is None:
        week = dict.fromkeys(DAYS[:5], "09:00-18:00")
        return {"tz": settings.TIME_ZONE, **week, **_years(None)}
    hours = version.hours()
    return {
        "title": version.title,
        "always": version.always,
        "tz": version.tz,
        **{day: show_windows(windows) for day, windows in zip(DAYS, hours.week, strict=True)},
        "holidays": "\n".join(show_periods(hours.holidays)),
        "country": version.country,
        "subdivision": version.subdivision,
        "seen": version.pk,
        **_years(max(hours.holidays, default=None)),
    }


def _years(known_until: date | None) -> dict[str, int]:
    """This year and the next, or the years that the calendar does not know yet."""
    this = clock.now().year
    first = this if known_until is None else max(this, known_until.year)
    return {"first_year": first, "last_year": first + 1}


def exception_rows(version: CalendarVersion | None) -> list[tuple[str, str]]:
    """Exceptions as the form shows them: dates and hours, neighbours with the same hours in one row."""
    if version is None or version.always:
        return []
    by_hours: dict[tuple[Window, ...], list[date]] = {}
    for day, windows in sorted(version.hours().exceptions.items()):
        by_hours.setdefault(windows, []).append(day)
    rows = [
        (period, show_windows(windows)) for windows, days in by_hours.items() for period in show_periods(days)
    ]
    return sorted(rows)
