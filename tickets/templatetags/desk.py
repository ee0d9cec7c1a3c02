"""Badges, clocks and log lines of tickets, each the same wherever it stands."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from accounts.permissions import leads_shift
from common import clock as time
from common.templatetags.live import live_url
from common.templatetags.ui import icon
from messaging.models import Call
from tickets.enums import PENDING, Channel, Priority, State
from tickets.models import Category, Ticket, TicketEvent
from tickets.views import wording

register = template.Library()
register.filter("tell", wording.tell)
register.filter("tell_more", wording.more)
register.filter("tell_tone", wording.tone)
register.filter("tell_change", wording.change)
register.filter("leads", leads_shift)
register.filter("clock_name", wording.clock_name)
register.filter("rule", wording.rule)
register.filter("verb", wording.verb)

PRIORITY_WORDS = {
    Priority.P1: gettext_lazy("critical"),
    Priority.P2: gettext_lazy("high"),
    Priority.P3: gettext_lazy("medium"),
    Priority.P4: gettext_lazy("low"),
}
SOLUTION_SHARES = (0.25, 0.10)
FIRST_ANSWER = timedelta(seconds=90)


@register.simple_tag(takes_context=True)
def desk_live_url(context: Context) -> str:
    """The stream of an operator's page: all lines, the shift, the operator's own bell, and what the view adds."""
    actor = context.get("actor")
    if actor is None or not actor.is_operator:
        return ""
    extra = context.get("live_channels") or []
    return live_url("line:1", "line:2", "line:3", "shift", f"operator:{actor.user_id}", *extra)


# A badge depends on little more than the language; a queue shows fifty of each, so they are made once.
@register.simple_tag
def state_badge(ticket: Ticket) -> SafeString:
    return _state_badge(ticket.state, get_language())


@cache
def _state_badge(state: str, language: str | None) -> SafeString:
    return format_html('<span class="badge state state--{}">{}</span>', state, State(state).label)


@register.simple_tag
def priority_badge(value: int) -> SafeString:
    return _priority_badge(value, get_language())


@cache
def _priority_badge(value: int, language: str | None) -> SafeString:
    words = PRIORITY_WORDS.get(Priority(value), "")
    return format_html(
        '<span class="badge prio prio--{}" title="{}">P{}<span class="sr"> {}</span></span>',
        value,
        words,
        value,
        words,
    )


@register.simple_tag
def category_badge(category: Category | None) -> SafeString:
    if category is None:
        return SafeString("")
    return format_html(
        '<span class="badge cat cat--{}" title="{}">{}</span>', category.kind, category.name, category.code
    )


@register.simple_tag
def channel_icon(channel: str) -> SafeString:
    return _channel_icon(channel, get_language())


@cache
def _channel_icon(channel: str, language: str | None) -> SafeString:
    label = str(Channel(channel).label) if channel in Channel.values else channel
    return format_html('<span title="{}">{}</span>', label, icon(channel, label))


@register.simple_tag
def call_clock(call: Call) -> SafeString:
    """The 90 seconds of a caller who waits; they began when the call entered the queue."""
    due = (call.queued_at or call.began_at) + FIRST_ANSWER
    amber, red = wording.WARN_AT["FR"]
    return chip(due=due, kind="FR", amber=amber, red=red, now=time.now())


@register.simple_tag
def deadline(ticket: Ticket, size: str = "") -> SafeString:
    """The running clock of a ticket with its type and the time left; a word when none runs."""
    extra = f" clock--{size}" if size else ""
    if ticket.next_due_at is None:
        paused = ticket.state in PENDING
        word = _("paused") if paused else _("no clock")
        mark = icon("pause") if paused else ""
        return format_html('<span class="clock clock--none{}">{}{}</span>', extra, mark, word)
    amber, red = warn_at(ticket)
    return chip(
        due=ticket.next_due_at, kind=ticket.next_due_kind, amber=amber, red=red, now=time.now(), extra=extra
    )


def warn_at(ticket: Ticket) -> tuple[int, int]:
    """Seconds left at which the clock turns amber, then red."""
    if ticket.next_due_kind in wording.WARN_AT or ticket.next_due_at is None:
        return wording.WARN_AT.get(ticket.next_due_kind, (0, 0))
    whole = (ticket.next_due_at - ticket.received_at).total_seconds()
    amber, red = SOLUTION_SHARES
    return int(whole * amber), int(whole * red)


def chip(*, due: datetime, kind: str, amber: int, red: int, now: datetime, extra: str = "") -> SafeString:
    """The countdown; `static/js/countdown.js` keeps it moving, without script it shows the first value."""
    left = (due - now).total_seconds()
    level = "over" if left <= 0 else "red" if left <= red else "amber" if left <= amber else "calm"
    short, long = wording.CLOCKS.get(kind, (kind, kind))
    local = date_format(timezone.localtime(due), "SHORT_DATETIME_FORMAT")
    title = _("%(what)s: until %(when)s") % {
        "what": long,
        "when": f"{local}{timezone.localtime(due):%z}"[:-2],
    }
    return format_html(
        '<span class="clock clock--{}{}" data-level="{}" data-due="{}" data-amber="{}" data-red="{}" title="{}">'
        '<span class="clock__kind">{}</span> <time class="clock__left" datetime="{}">{}</time></span>',
        level, extra, level, int(due.timestamp() * 1000), amber, red, title, short, due.isoformat(), spell(left),
    )  # fmt: skip


def spell(seconds: float) -> str:
    """Time left as the browser writes it: 1:30, 2:05:00; with a plus once the deadline has passed."""
    past = seconds <= 0
    total = int(abs(seconds))
    hours, rest = divmod(total, 3600)
    minutes, secs = divmod(rest, 60)
    sign = "+" if past else ""
    if hours >= 48:
        day, hour = pgettext("days, short", "d"), pgettext("hours, short", "h")
        return f"{sign}{hours // 24}{day} {hours % 24}{hour}"
    return f"{sign}{hours}:{minutes:02}:{secs:02}" if hours else f"{sign}{minutes}:{secs:02}"


@register.simple_tag
def first_answer_due(ticket: Ticket) -> int:
    """When the 90 seconds end, in milliseconds since 1970."""
    return int((ticket.received_at + FIRST_ANSWER).timestamp() * 1000)


@register.simple_tag
def first_answer(ticket: Ticket) -> SafeString:
    """The first-answer clock of a ticket that has had no answer."""
    amber, red = wording.WARN_AT["FR"]
    return chip(due=ticket.received_at + FIRST_ANSWER, kind="FR", amber=amber, red=red, now=time.now())


@register.simple_tag
def moment(at: datetime) -> str:
    """A time of today as hours and minutes with seconds, an older one with its date."""
    local = timezone.localtime(at)
    if local.date() == timezone.localtime(time.now()).date():
        return f"{local:%H:%M:%S}"
    return f"{date_format(local, 'SHORT_DATE_FORMAT')} {local:%H:%M}"


@register.simple_tag
def local_time(zone: str) -> str:
    """The time where the customer is."""
    try:
        return f"{time.now().astimezone(ZoneInfo(zone)):%H:%M}"
    except (ZoneInfoNotFoundError, ValueError):
        return "–"


@register.simple_tag
def actor_name(event: TicketEvent) -> str:
    """Who did it; the system and time itself have no name."""
    return event.actor_name or str(event.get_actor_kind_display())


@register.filter
def get(mapping: Any, key: Any) -> Any:
    return mapping.get(key) if hasattr(mapping, "get") else None
