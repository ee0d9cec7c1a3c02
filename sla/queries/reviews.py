"""What the page of one breach shows: its review, when that is due, and where the time went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from common.errors import Missing
from sla.enums import ReviewState
from sla.models import Breach
from sla.queries.rulebook import rulebook
from tickets.enums import EventType, MajorState, Priority, State
from tickets.models import TicketEvent

URGENT = timedelta(hours=24)
WORKING = timedelta(hours=18)
OFFICE = "RUBH"
MOVING = (EventType.CREATED, EventType.MOVED, EventType.RECLASSIFIED)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The ticket stood in one state on one line from `since` for `lasted`."""

    since: datetime
    lasted: timedelta
    state: str
    line: int

    @property
    def label(self) -> str:
        return str(State(self.state).label)


def breach(breach_id: int) -> Breach:
    """One breach with all that its page needs. Raises Missing."""
    rows = Breach.objects.select_related("ticket", "assignee", "clock", "review__reviewer", "excuse__by")
    found = rows.filter(pk=breach_id).first()
    if found is None:
        raise Missing
    return found


def state_of(breach: Breach) -> str:
    review = getattr(breach, "review", None)
    return str(review.state) if review else ReviewState.OPEN.value


def due_at(breach: Breach) -> datetime:
    """A day around the clock for a critical ticket or a major incident, else two office days of Moscow."""
    urgent = breach.priority == Priority.P1 or breach.ticket.major_state == MajorState.DECLARED
    book = rulebook()
    if urgent or book is None or OFFICE not in book.calendars:
        return breach.detected_at + URGENT
    return book.calendars[OFFICE].add(breach.detected_at, WORKING)


def timeline(breach: Breach) -> list[Stretch]:
    """Where the ticket stood, and for how long, from its first event up to the breach."""
    events: QuerySet[TicketEvent] = TicketEvent.objects.filter(
        ticket_id=breach.ticket_id, type__in=MOVING, occurred_at__lt=breach.breached_at
    )
    places = [
        (event.occurred_at, str(event.payload["state"]), int(event.payload["line"]))
        for event in events.order_by("occurred_at", "pk").only("occurred_at", "payload")
    ]
    changes = [
        place for index, place in enumerate(places) if index == 0 or place[1:] != places[index - 1][1:]
    ]
    if not changes:
        return []
    ends = [*(at for at, *_ in changes[1:]), breach.breached_at]
    return [Stretch(at, end - at, state, line) for (at, state, line), end in zip(changes, ends, strict=True)]
