"""Times and countdowns in the customer's zone and words."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from common import clock
from common.richtext import render_plain
from portal.queries.outage import Outage, outage_of
from portal.queries.promises import Promise
from tickets.templatetags.desk import spell

register = template.Library()
register.filter("plain", render_plain)
# Seconds left at which a countdown turns amber, then red: an answer comes in 90 seconds, the rest in minutes or hours.
WARN_AT = {"answer": (30, 10), "reply": (120, 30)}
CALM = (900, 300)


@register.inclusion_tag("portal/_outage.html", takes_context=True)
def outage_banner(context: dict[str, Any]) -> dict[str, Outage | None]:
    """What is wrong with the reader's own services; asked for again now and then. Nothing for whoever is no contact."""
    actor = context.get("actor")
    return {"outage": outage_of(actor) if actor is not None and actor.is_contact else None}


@register.simple_tag
def moment(at: datetime | None) -> SafeString:
    """Today's times as 02:14, others with their date; the whole of it with the zone on hover."""
    if at is None:
        return SafeString("")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', at.isoformat(), _whole(at), _short(timezone.localtime(at))
    )


def _short(local: datetime) -> str:
    today = timezone.localtime(clock.now())
    if local.date() == today.date():
        return date_format(local, "H:i")
    return date_format(local, "j E, H:i" if local.year == today.year else "j E Y, H:i")


def _whole(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{date_format(local, 'SHORT_DATE_FORMAT')} {local:%H:%M:%S} ({offset(local)})"


def offset(local: datetime) -> str:
    """``UTC+3``, ``UTC+5:30``."""
    minutes = int((local.utcoffset() or timedelta()).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}"


@register.simple_tag
def zone() -> str:
    """The reader's zone with its offset now, for the foot of a page."""
    local = timezone.localtime(clock.now())
    place = timezone.get_current_timezone_name().replace("_", " ")
    return f"{place}, {offset(local)}"


@register.simple_tag
def countdown(promise: Promise, size: str = "") -> SafeString:
    """Time left to a promise; `static/js/countdown.js` keeps it moving."""
    if promise.due_at is None:
        return SafeString("")
    amber, red = WARN_AT.get(promise.what, CALM)
    left = (promise.due_at - clock.now()).total_seconds()
    level = "over" if left <= 0 else "red" if left <= red else "amber" if left <= amber else "calm"
    return format_html(
        '<span class="clock clock--{}{}" data-level="{}" data-due="{}" data-amber="{}" data-red="{}">'
        '<span class="sr">{}</span> <time class="clock__left" datetime="{}" aria-hidden="true">{}</time></span>',
        level, f" clock--{size}" if size else "", level, promise.due_ms, amber, red,
        _("until %(time)s") % {"time": _short(timezone.localtime(promise.due_at))}, promise.due_at.isoformat(),
        spell(left),
    )  # fmt: skip
