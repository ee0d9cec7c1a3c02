"""Telling Zabbix what is due, a hundred events a call, again and again for a while, and then visibly not."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from common import clock
from monitoring.enums import WriteBackState
from monitoring.models import Incident, Problem, WriteBack
from monitoring.services.zabbix.calling import Api, ApiError
from monitoring.services.zabbix.queueing import Action, events_behind

logger = logging.getLogger(__name__)
BATCH = 100
# While one worker calls, no other takes the row up; a worker that died is replaced after this.
LEASE = timedelta(minutes=2)
BACKOFF_SECONDS = (10, 30, 90, 270, 810)


def deliver_due(*, limit: int = 50) -> int:
    """Work off what is due; how many rows were settled."""
    apis: dict[str, Api | ApiError] = {}
    return sum(_deliver(row, apis) for row in _taken(limit))


def _taken(limit: int) -> Iterator[WriteBack]:
    for _number in range(limit):
        with transaction.atomic():
            now = clock.now()
            due = WriteBack.objects.filter(state=WriteBackState.QUEUED, due_at__lte=now).order_by(
                "due_at", "pk"
            )
            row = due.select_for_update(of=("self",), skip_locked=True).select_related("source").first()
            if row is None:
                return
            row.due_at = now + LEASE
            row.save(update_fields=["due_at"])
        yield row


def _deliver(row: WriteBack, apis: dict[str, Api | ApiError]) -> bool:
    try:
        _send(row, _api(row.source.slug, apis))
    except ApiError as error:
        _failed(row, error)
        return False
    except Exception as error:
        # An answer nobody expected: the rows after this one must not wait for it.
        logger.exception("write-back %s", row.pk)
        _failed(row, ApiError(type(error).__name__))
        return False
    WriteBack.objects.filter(pk=row.pk).update(state=WriteBackState.DONE, error="")
    return True


def _api(slug: str, apis: dict[str, Api | ApiError]) -> Api:
    """One connection a round; a server that did not answer is not waited for again in the same round."""
    if slug not in apis:
        try:
            apis[slug] = Api(slug)
        except ApiError as error:
            apis[slug] = error
    found = apis[slug]
    if isinstance(found, ApiError):
        raise found
    return found


def _send(row: WriteBack, api: Api) -> None:
    """Batch by batch; what has been done is remembered, so that a repeated row goes on where it stopped."""
    while True:
        events = list(_events(row).order_by("event_id").values_list("event_id", flat=True)[:BATCH])
        if not events:
            return
        _acknowledge(row, api, events)
        row.after_event_id = events[-1]
        WriteBack.objects.filter(pk=row.pk).update(after_event_id=row.after_event_id)
        if row.cause_event_id is not None:
            Problem.objects.filter(source=row.source_id, event_id__in=events).update(
                cause_event_id=row.cause_event_id
            )


def _events(row: WriteBack) -> QuerySet[Problem]:
    mine = events_behind(row.ticket_id).filter(source=row.source_id, event_id__gt=row.after_event_id)
    if row.cause_event_id is None:
        return mine
    members = Incident.objects.filter(ticket=row.ticket_id).values("pk")
    return mine.filter(incident__in=members, cause_event_id__isnull=True).exclude(event_id=row.cause_event_id)


def _acknowledge(row: WriteBack, api: Api, events: list[int]) -> None:
    action = Action(row.action)
    if Action.CLOSE in action and not _may_close(api, events):
        action &= ~Action.CLOSE
    parameters: dict[str, Any] = {"eventids": [str(event) for event in events], "action": int(action)}
    if row.text:
        parameters["message"] = row.text
    if row.cause_event_id is not None:
        parameters["cause_eventid"] = str(row.cause_event_id)
    api.call("event.acknowledge", parameters)


def _may_close(api: Api, events: list[int]) -> bool:
    """Every trigger behind the events allows it; otherwise only the message is written."""
    triggers = set(
        Problem.objects.filter(event_id__in=events, trigger_id__isnull=False).values_list(
            "trigger_id", flat=True
        )
    )
    known = api.call(
        "trigger.get", {"triggerids": [str(one) for one in triggers], "output": ["manual_close"]}
    )
    return bool(triggers) and len(known) == len(triggers) and all(one["manual_close"] == "1" for one in known)


def _failed(row: WriteBack, error: ApiError) -> None:
    """Refused for good or tried often enough: the ticket shows it. Otherwise again, later and later."""
    tried = row.attempts + 1
    is_over = error.is_final or tried > len(BACKOFF_SECONDS)
    due: datetime = clock.now() + timedelta(seconds=BACKOFF_SECONDS[min(tried, len(BACKOFF_SECONDS)) - 1])
    state = WriteBackState.FAILED if is_over else WriteBackState.QUEUED
    WriteBack.objects.filter(pk=row.pk).update(
        attempts=tried, state=state, due_at=due, error=str(error)[:300]
    )
    if is_over:
        logger.warning("write-back to %s given up: %s", row.source.slug, error)


def retry(*, ticket_id: int) -> int:
    """A person asks for another round of what failed for a ticket; how many rows."""
    failed = WriteBack.objects.filter(ticket=ticket_id, state=WriteBackState.FAILED)
    return failed.update(state=WriteBackState.QUEUED, attempts=0, due_at=clock.now(), error="")
