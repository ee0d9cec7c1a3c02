"""Opening hours: which there are, and publishing a new version with its effect in view."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from zoneinfo import available_timezones

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import calendar_editor_required
from common import clock
from common.errors import Conflict, Unprocessable
from common.htmx import DeskRequest
from sla.engine.dates import show_periods
from sla.engine.faults import CalendarError
from sla.engine.hours import read_exceptions, read_holidays, shortened
from sla.engine.week import DAYS, parse_hours, show_windows
from sla.models import CalendarVersion
from sla.queries import calendars, days_off
from sla.services import forecasting
from sla.services.publishing_calendars import publish_calendar
from sla.views.calendar_form import CalendarForm, exception_rows, initial

T = TypeVar("T")
MOST_YEARS = 10
EMPTY_ROWS = 2


@require_GET
@calendar_editor_required
def index(request: DeskRequest) -> HttpResponse:
    return render(request, "sla/calendars.html", {"calendars": calendars.shown()})


@require_http_methods(["GET", "HEAD", "POST"])
@calendar_editor_required
def edit(request: DeskRequest, calendar_key: str = "") -> HttpResponse:
    """The form of the next version; publishing it goes back to the list. Without a key: a new calendar."""
    newest = _newest(calendar_key)
    if request.method != "POST":
        form = CalendarForm(initial=initial(newest), rows=exception_rows(newest), known=calendar_key)
        return _page(request, form, newest)
    form = CalendarForm(request.POST, known=calendar_key)
    key = calendar_key or str(request.POST.get("key", "")).strip()
    if not form.is_valid() or not _published(request, form, key):
        return _page(request, form, newest, status=422)
    messages.success(request, _("“%(key)s” is published: deadlines follow within seconds.") % {"key": key})
    return redirect("sla:calendars")


def _newest(key: str) -> CalendarVersion | None:
    newest = calendars.newest(key) if key else None
    if key and newest is None:
        raise Http404
    return newest


def _published(request: DeskRequest, form: CalendarForm, key: str) -> bool:
    """Publish; a refusal becomes an error of the form, so that nothing typed is lost."""
    try:
        given = form.cleaned_data
        publish_calendar(
            actor=request.actor, version=form.version(key), since=given["since"], seen=given["seen"]
        )
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
    except Unprocessable as refusal:
        form.add_error("since", refusal.detail)
    except Conflict as refusal:
        form.add_error(None, refusal.detail)
    return form.is_valid()


def _page(
    request: DeskRequest, form: CalendarForm, newest: CalendarVersion | None, *, status: int = 200
) -> HttpResponse:
    context = {**_frame(form), "newest": newest, "zones": sorted(available_timezones())}
    return render(request, "sla/calendar.html", context, status=status)


def _frame(form: CalendarForm) -> dict[str, Any]:
    return {"form": form, "rows": [*form.rows, *[("", "")] * EMPTY_ROWS]}


@require_POST
@calendar_editor_required
def preview(request: DeskRequest) -> HttpResponse:
    """What the hours in the form would mean, as far as they can be understood."""
    key = str(request.POST.get("calendar", ""))
    form = CalendarForm(request.POST, known=key)
    hours = form.cleaned_data.get("hours") if form.is_valid() or form.cleaned_data else None
    if hours is None:
        return render(request, "sla/_calendar_preview.html", {"form": form})
    calendar = forecasting.with_hours(key, hours, form.cleaned_data.get("since"))
    context = {
        "form": form,
        "days": forecasting.days(calendar=calendar, hours=hours, now=clock.now()),
        "forecast": forecasting.forecast(calendar=calendar) if key else None,
        "always": hours.always,
    }
    return render(request, "sla/_calendar_preview.html", context)


@require_POST
@calendar_editor_required
def holidays(request: DeskRequest) -> HttpResponse:
    """The closed dates of the chosen country and years, and what its decrees move, laid beside what was typed."""
    form = CalendarForm(request.POST, known=str(request.POST.get("calendar", "")))
    form.is_valid()
    found = days_off.DaysOff()
    if "fill" in request.POST:
        found = days_off.days_off(
            request.POST.get("country", ""), request.POST.get("subdivision", ""), _years(form)
        )
        filled = request.POST.copy()
        filled["holidays"] = _with_days(form, found)
        rows = _with_exceptions(form, found)
        filled.setlist("dates", [dates for dates, _hours in rows])
        filled.setlist("hours", [hours for _dates, hours in rows])
        form = CalendarForm(filled, known=form.known)
    context = {**_frame(form), "found": found, "filled": "fill" in request.POST}
    # The preview looks again: what was filled in fires no event of its own.
    headers = {"HX-Trigger-After-Settle": "hours-filled"}
    return HttpResponse(render_to_string("sla/_calendar_dates.html", context, request), headers=headers)


@require_GET
@calendar_editor_required
def exception(request: DeskRequest) -> HttpResponse:
    """An empty row more."""
    return render(request, "sla/_calendar_exception.html")


def _years(form: CalendarForm) -> range:
    this = clock.now().year
    first = form.cleaned_data.get("first_year") or this
    last = form.cleaned_data.get("last_year") or first
    return range(first, min(max(first, last), first + MOST_YEARS - 1) + 1)


def _with_days(form: CalendarForm, found: days_off.DaysOff) -> str:
    """What was typed stays, what the library knows comes in beside it; lines that make no sense stay to be mended."""
    known, odd = set(found.names), []
    for line in filter(None, map(str.strip, form["holidays"].value().splitlines())):
        days = _understood(read_holidays, [line])
        known |= days or set()
        odd += [] if days else [line]
    return "\n".join([*odd, *show_periods(known)])


def _with_exceptions(form: CalendarForm, found: days_off.DaysOff) -> list[tuple[str, str]]:
    """Worked weekends and shortened days that are not among the exceptions yet."""
    rows, week = form.rows, [_understood(parse_hours, form[day].value() or "") or () for day in DAYS]
    known = {day for row in rows for day in _understood(read_exceptions, [row]) or ()}
    usual = next((windows for windows in week if windows), ())
    for day in sorted({*found.working, *found.short} - known):
        windows = usual if day in found.working else week[day.weekday()]
        if windows:
            shown = show_windows(shortened(windows) if day in found.short else windows)
            rows.append((day.isoformat(), shown))
    return rows


def _understood(read: Callable[[Any], T], value: Any) -> T | None:
    """What can be read of a part of the form; its faults are told when it is published."""
    try:
        return read(value)
    except CalendarError:
        return None
