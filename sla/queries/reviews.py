"""What the page of one breach shows: its facts, its review, when that is due, and what happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from common import clock as time
from common.errors import Missing
from sla.engine.terms import Kind, Verdict
from sla.engine.thresholds import LATE, deadline_code
from sla.enums import ReviewState
from sla.models import Breach, Clock, ClockFiring, MonthClosing
from sla.queries import months, stretches
from tickets.enums import EventType
from tickets.models import TicketEvent

TOLD = (
    EventType.CREATED, EventType.MOVED, EventType.MESSAGE, EventType.RECLASSIFIED, EventType.MERGED_IN,
    EventType.UNMERGED, EventType.ESCALATED, EventType.ALERT, EventType.MAJOR, EventType.LINKED,
    EventType.WORKING_GROUP, EventType.BYPASSED, EventType.REMINDED,
)  # fmt: skip
LONGEST = 200
HEADLINE = (Kind.FR, Kind.RES)
"""A ticket is kept when these are (domain §3, K1)."""


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning that fired before the breach, or the deadline itself."""

    code: int
    is_seconds: bool
    is_deadline: bool
    due_at: datetime
    detected_at: datetime
    overtaken: bool

    @property
    def is_late(self) -> bool:
        return self.detected_at - self.due_at > LATE

    @property
    def delay(self) -> timedelta:
        return self.detected_at - self.due_at


@dataclass(frozen=True, slots=True)
class Effect:
    """What an excuse does: `left` further misses of the ticket still count, `closed` is the closing of its month."""

    is_headline: bool
    left: int
    closed: MonthClosing | None


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    standing: str  # done, now, ahead


def breach(breach_id: int) -> Breach:
    """One breach with all that its page needs, with `review_due` and `is_late`. Raises Missing."""
    rows = Breach.objects.with_deadline(time.now()).select_related(
        "ticket__customer",
        "ticket__service",
        "assignee",
        "clock",
        "contract",
        "review__reviewer",
        "excuse__by",
    )
    found = rows.filter(pk=breach_id).first()
    if found is None:
        raise Missing
    return found


def state_of(breach: Breach) -> str:
    review = getattr(breach, "review", None)
    return str(review.state) if review else ReviewState.OPEN.value


def due_at(breach: Breach) -> datetime | None:
    """When the clock of the review is over; None for one that counts no longer or was never promised."""
    owed = Clock.objects.filter(ticket_id=breach.ticket_id, kind=Kind.BR, about=breach.clock.subject)
    return owed.exclude(verdict=Verdict.CANCELLED).values_list("due_at", flat=True).first()


def steps(state: str) -> list[Step]:
    """The five states in their order, as far as the review has come."""
    order = list(ReviewState)
    at = order.index(ReviewState(state))
    return [
        Step(str(one.label), "done" if index < at or state == ReviewState.CLOSED else "now" if index == at else "ahead")
        for index, one in enumerate(order)
    ]  # fmt: skip


def timeline(breach: Breach) -> list[stretches.Stretch]:
    """Where the ticket stood, and for how long, from its first event up to the breach."""
    return stretches.stretches(breach.ticket_id, breach.breached_at)


def warnings(breach: Breach) -> list[Warned]:
    """What the clock fired, in order; `overtaken` ones were found together with a later one and not announced."""
    kind = Kind(breach.kind)
    firings = ClockFiring.objects.filter(clock_id=breach.clock_id).order_by("due_at", "threshold")
    return [
        Warned(
            firing.threshold, kind is Kind.FR, firing.threshold == deadline_code(kind), firing.due_at,
            firing.detected_at, firing.overtaken,
        )
        for firing in firings
    ]  # fmt: skip


def story(breach: Breach, until: datetime) -> list[TicketEvent]:
    """What people, the customer and the clocks did up to `until`, oldest first; of a very long one the end."""
    told = TicketEvent.objects.filter(ticket_id=breach.ticket_id, type__in=TOLD, occurred_at__lte=until)
    return list(told.order_by("-occurred_at", "-pk")[:LONGEST])[::-1]


def shift_name(code: str) -> str:
    """`2026-11-25D` in words."""
    day, letter = code[:-1], code[-1:]
    if not code:
        return "–"
    shown = date_format(date.fromisoformat(day), "SHORT_DATE_FORMAT")
    return (
        _("%(day)s, day shift") % {"day": shown}
        if letter == "D"
        else _("%(day)s, night shift") % {"day": shown}
    )


def on_shift(breach: Breach) -> list[User]:
    """Who was on when the promise broke."""
    return list(User.objects.filter(pk__in=breach.on_shift).order_by("first_name", "username"))


def effect(breach: Breach) -> Effect:
    """What an excuse of this breach changes, or has changed."""
    missed = Breach.objects.standing().filter(
        ticket_id=breach.ticket_id, kind__in=HEADLINE, excuse__isnull=True
    )
    reported = breach.clock.reported_at or breach.breached_at
    closing = MonthClosing.objects.filter(month=months.of(reported)).first()
    return Effect(breach.kind in HEADLINE, missed.exclude(pk=breach.pk).count(), closing)
