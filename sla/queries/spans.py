"""Amounts of time and instants in the words of the pages."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _


def span(amount: timedelta | None) -> str:
    """An amount of working time in words short enough for a table: 1:30, 4:00:00."""
    if amount is None:
        return "–"
    total = int(amount.total_seconds())
    hours, minutes, seconds = total // 3600, total % 3600 // 60, total % 60
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def lasted(amount: timedelta) -> str:
    """How long something took, in words for a sentence: 40 s, 14 min, 2 h 5 min, 3 d 4 h."""
    total = max(0, round(amount.total_seconds()))
    days, hours, minutes, seconds = total // 86400, total % 86400 // 3600, total % 3600 // 60, total % 60
    parts = [
        (days, _("%(n)d d") % {"n": days}),
        (hours, _("%(n)d h") % {"n": hours}),
        (minutes, _("%(n)d min") % {"n": minutes}),
        (seconds, _("%(n)d s") % {"n": seconds}),
    ]
    first = next((index for index, (number, _text) in enumerate(parts) if number), len(parts) - 1)
    return " ".join(
        text for index, (number, text) in enumerate(parts[first : first + 2]) if number or not index
    )


def moment(at: datetime | None) -> str:
    """An instant in the viewer's zone, with seconds: ninety of them is all there is."""
    if at is None:
        return "–"
    local = timezone.localtime(at)
    return f"{date_format(local, 'SHORT_DATE_FORMAT')} {local:%H:%M:%S}"


def day(at: datetime) -> str:
    return date_format(timezone.localtime(at), "SHORT_DATE_FORMAT")
