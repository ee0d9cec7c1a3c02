"""The dead man's switch: a source that fell silent may sit in the very room that burns (§1.7)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.enums import Actor
from common import clock
from common.db import lock_one
from monitoring.enums import RecoveryPolicy, Severity
from monitoring.models import Source
from monitoring.services import describing
from monitoring.services.classifying import classify
from monitoring.services.noting import note
from monitoring.services.recovering import may_resolve
from tickets.enums import Channel
from tickets.models import Ticket
from tickets.services.creating import create_ticket
from tickets.services.moving import move

API_FAILURES = 3


def beat(source_id: int) -> None:
    """A heartbeat of the source arrived."""
    Source.objects.filter(pk=source_id).update(heartbeat_at=clock.now())


def watch(at: datetime | None = None) -> int:
    """Open the ticket of each source that has just fallen silent, end that of each that speaks again; how many."""
    now = at or clock.now()
    watched = Source.objects.filter(is_active=True).filter(
        Q(silence_minutes__gt=0) | Q(api_failures__gte=API_FAILURES) | Q(blind_ticket__isnull=False)
    )
    return sum(_judge(pk, now) for pk in watched.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _judge(pk: int, now: datetime) -> bool:
    source = lock_one(Source.objects.all(), pk)
    why = _why_blind(source, now)
    with describing.desk_language():
        if why and source.blind_ticket_id is None:
            source.blind_ticket = _open(source, why, now)
        elif not why and source.blind_ticket_id is not None:
            _end(source)
            source.blind_ticket = None
        else:
            return False
    source.save(update_fields=["blind_ticket"])
    return True


def last_heard(source: Source) -> datetime:
    """The last delivery or heartbeat; a new source has the time since it was made."""
    return max(filter(None, (source.last_seen_at, source.heartbeat_at, source.created_at)))


def _why_blind(source: Source, now: datetime) -> str:
    if source.api_failures >= API_FAILURES:
        return "api"
    limit = timedelta(minutes=source.silence_minutes)
    return "silence" if limit and now - last_heard(source) > limit else ""


def _open(source: Source, why: str, now: datetime) -> Ticket:
    chosen = classify(Severity.DISASTER)
    names = {"source": source.name, "error": source.api_error, "since": f"{last_heard(source):%H:%M:%S} UTC"}
    told = (
        _("The API of %(source)s has not answered three times in a row: %(error)s")
        if why == "api"
        else _("Nothing has come from %(source)s since %(since)s, not even a heartbeat.")
    )
    text = told % names + "\n" + _(
        "Until it speaks again, outages there are not seen. Look whether the server, its network or its room is down."
    )  # fmt: skip
    return create_ticket(
        actor=Actor.monitoring(source.name), subject=_("Monitoring is blind: %(source)s") % names, body=text,
        channel=Channel.MONITORING, category=chosen.category, impact=chosen.impact, urgency=chosen.urgency,
        priority=chosen.priority, received_at=now, details={"source_id": source.pk, "blind": why},
    )  # fmt: skip


def _end(source: Source) -> None:
    assert source.blind_ticket_id is not None
    actor = Actor.monitoring(source.name)
    ticket = note(
        actor=actor,
        ticket_id=source.blind_ticket_id,
        text=_("%(source)s speaks again.") % {"source": source.name},
    )
    if ticket.is_open and may_resolve(ticket, RecoveryPolicy.UNTOUCHED):
        move(actor=actor, ticket_id=ticket.pk, transition="self_recovered")
