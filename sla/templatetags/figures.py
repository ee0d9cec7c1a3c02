"""How figures are written: shares with one decimal, durations that a person compares at a glance."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from sla.queries.shares import Share

register = template.Library()
NONE = "–"


def _one(value: float) -> str:
    """One decimal, rounded: Django's own formatting cuts the rest off."""
    return number_format(round(value, 1), 1)


@register.filter
def percent(value: float | Share | None) -> str:
    """``97.4 %``; a dash when there is nothing to divide by."""
    value = value.percent if isinstance(value, Share) else value
    return NONE if value is None else f"{_one(value)} %"


@register.filter
def interval(share: Share) -> str:
    """``93.5–96.2 %``: where the true share lies with 95 % confidence."""
    bounds = share.interval
    return NONE if bounds is None else f"{_one(bounds[0])}–{_one(bounds[1])} %"


@register.filter
def times(value: float | None) -> str:
    """``0.8×``: a pace beside the one that was planned."""
    return NONE if value is None else f"{_one(value)}×"


@register.filter
def seconds(value: float | None) -> str:
    """``27 s``, ``3 min 20 s``, ``2 h 5 min``."""
    if value is None:
        return NONE
    total = round(value)
    if total < 100:
        return _("%(s)d s") % {"s": total}
    if total < 3600:
        return _("%(m)d min %(s)02d s") % {"m": total // 60, "s": total % 60}
    return _("%(h)d h %(m)02d min") % {"h": total // 3600, "m": total % 3600 // 60}
