"""Which facts about a ticket Zabbix is told: a row each, in the transaction that made them true (§1.6)."""

from __future__ import annotations

from enum import IntFlag

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.enums import ActorKind
from common import clock
from messaging.services.doorbell import after_commit
from monitoring.enums import WriteBackState
from monitoring.models import Incident, Problem, Source, WriteBack
from monitoring.services import describing
from monitoring.services.marking import mark
from tickets.enums import Channel, EventType, MessageKind
from tickets.models import Message, Ticket, TicketEvent

TASK = "monitoring.write_back"
TAKING = {"accept", "take"}


class Action(IntFlag):
    """Bits of ``event.acknowledge``."""

    CLOSE = 1
    ACKNOWLEDGE = 2
    MESSAGE = 4
    TO_CAUSE = 128
    TO_SYMPTOM = 256


def on_ticket_event(ticket: Ticket, event: TicketEvent) -> None:
    """Called within the transaction of the event; costs nothing unless an API is configured and alerts are behind it."""
    if not settings.ZABBIX_API or ticket.channel != Channel.MONITORING:
        return
    if event.actor_kind != ActorKind.OPERATOR:
        return
    with describing.desk_language():
        if event.type == EventType.MOVED and event.payload.get("transition") in TAKING:
            _queue(ticket, event, Action.ACKNOWLEDGE | Action.MESSAGE, _taken(ticket, event))
        elif event.type == EventType.MOVED and event.payload.get("transition") == "resolve":
            _queue(ticket, event, Action.MESSAGE, _resolved(ticket, event), may_close=True)
        elif event.type == EventType.MESSAGE and event.payload.get("kind") == MessageKind.NOTE:
            _queue_note(ticket, event)


def _taken(ticket: Ticket, event: TicketEvent) -> str:
    who = event.payload.get("for") or event.actor_name
    return _("Ticket %(number)s taken by %(who)s, %(link)s") % {
        "number": ticket.number, "who": who, "link": f"{settings.BASE_URL}/desk/tickets/{ticket.number}/",
    }  # fmt: skip


def _resolved(ticket: Ticket, event: TicketEvent) -> str:
    return _("Ticket %(number)s resolved by %(who)s") % {"number": ticket.number, "who": event.actor_name}


def _queue_note(ticket: Ticket, event: TicketEvent) -> None:
    note = Message.objects.filter(pk=event.payload.get("message_id"), is_human=True).first()
    if note is not None:
        _queue(
            ticket, event, Action.MESSAGE, f"{note.author_name}: {note.text}"[:1900], only_if="writes_notes"
        )


def _queue(
    ticket: Ticket,
    event: TicketEvent,
    action: Action,
    text: str,
    *,
    may_close: bool = False,
    only_if: str = "",
) -> None:
    now = clock.now()
    for source in Source.objects.filter(pk__in=sources_of(ticket), slug__in=settings.ZABBIX_API):
        if only_if and not getattr(source, only_if):
            continue
        wanted = action | Action.CLOSE if may_close and source.closes_events else action
        WriteBack.objects.get_or_create(
            key=f"{event.pk}:{source.pk}",
            defaults={
                "source": source, "ticket": ticket, "action": int(wanted), "text": mark(text, ticket.number),
                "due_at": now,
            },
        )  # fmt: skip
        after_commit(TASK, queue="bulk")


def sources_of(ticket: Ticket) -> set[int]:
    """Sources of the open problems behind a ticket, an incident's members included."""
    return set(events_behind(ticket.pk).values_list("source_id", flat=True).distinct())


def events_behind(ticket_id: int) -> QuerySet[Problem]:
    """Open problems on the ticket itself or in the incident that it stands for."""
    incident = Incident.objects.filter(ticket=ticket_id).values("pk")
    behind = Q(ticket=ticket_id) | Q(incident__in=incident, excluded_at__isnull=True)
    return Problem.objects.open().filter(behind)


def acknowledge_late(incident: Incident) -> None:
    """Acknowledge members that joined after the ticket was taken. Called by the tick; one query while none has."""
    if not settings.ZABBIX_API:
        return
    late = events_behind(incident.ticket_id).filter(
        source=OuterRef("source"), event_id__gt=OuterRef("after_event_id")
    )
    again = WriteBack.objects.filter(
        Exists(late), ticket=incident.ticket_id, action=Action.ACKNOWLEDGE | Action.MESSAGE,
        state=WriteBackState.DONE,
    ).update(state=WriteBackState.QUEUED, attempts=0, due_at=clock.now())  # fmt: skip
    if again:
        after_commit(TASK, queue="bulk")


def rank(incident: Incident) -> None:
    """Have members ranked as symptoms of the cause's own event, where the server can (6.4 and later).

    Called by the tick; one row waits at a time, and only while there are members not ranked yet.
    """
    if not settings.ZABBIX_API or incident.equipment_id is None:
        return
    cause = (
        Problem.objects.open()
        .filter(incident=incident, equipment=incident.equipment_id, source__slug__in=settings.ZABBIX_API)
        .select_related("source").order_by("event_id").first()
    )  # fmt: skip
    if cause is None or not can_rank(cause.source):
        return
    waiting = unranked(incident.pk, cause)
    if not waiting.exists() or WriteBack.objects.filter(key=f"rank:{incident.pk}", state="queued").exists():
        return
    WriteBack.objects.update_or_create(
        key=f"rank:{incident.pk}",
        defaults={
            "source": cause.source, "ticket": incident.ticket, "action": int(Action.TO_SYMPTOM), "text": "",
            "cause_event_id": cause.event_id, "state": "queued", "attempts": 0, "after_event_id": 0,
            "due_at": clock.now(), "error": "",
        },
    )  # fmt: skip
    after_commit(TASK, queue="bulk")


def unranked(incident_id: int, cause: Problem) -> QuerySet[Problem]:
    members = Problem.objects.open().filter(
        incident=incident_id, source=cause.source_id, excluded_at__isnull=True
    )
    return members.filter(cause_event_id__isnull=True).exclude(event_id=cause.event_id)


def can_rank(source: Source) -> bool:
    major, _dot, rest = source.api_version.partition(".")
    minor = rest.partition(".")[0]
    return major.isdigit() and minor.isdigit() and (int(major), int(minor)) >= (6, 4)
