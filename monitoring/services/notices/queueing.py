"""Putting notices into the outbox, each once, and noting what the client knows now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from accounts.models import Customer
from messaging.services.sending import enqueue
from monitoring.enums import HitState, NoticePhase
from monitoring.models import ClientNotice, Incident, IncidentClient, IncidentService
from monitoring.services.incidents import changes
from monitoring.services.telling.recipients import recipients
from monitoring.services.telling.writing import Written, write
from tickets.services.informing import AUTOMATIC


def queue(
    *, incident: Incident, clients: Sequence[IncidentClient], phase: str, at: datetime, by: str = ""
) -> int:
    """One notice to each recipient of each client; how many. Needs the incident's row lock.

    A client nobody of whom may be written to counts as told: nothing would change by trying again.
    """
    if not clients:
        return 0
    keys = [row.customer_id for row in clients]
    customers = Customer.objects.in_bulk(keys)
    people, services, numbers = recipients(keys), _services(incident, keys), _numbers(incident, keys, phase)
    queued = 0
    for row in clients:
        mine = services[row.customer_id]
        for recipient in people.get(row.customer_id, []):
            written = write(
                incident=incident, customer=customers[row.customer_id], contact=recipient.contact, phase=phase,
                rows=mine, report=report_for(incident, recipient.contact.language),
            )  # fmt: skip
            number = numbers[row.customer_id] + 1
            _put(incident, row, recipient.contact.pk, recipient.address, phase, number, written, at, by)
            queued += 1
        _told(row, mine, phase, at)
    columns = ["told_at", "told_state", "told_deadline_at", "held"]
    IncidentClient.objects.bulk_update(clients, columns, batch_size=500)
    changes.note(incident, changes.TOLD, at=at, actor=by, phase=phase, count=len(clients))
    return queued


def report_for(incident: Incident, language: str) -> str:
    """The report in a language, or in the one it was written in."""
    first, second = incident.report_ru, incident.report_en
    return (first or second) if language == "ru" else (second or first)


def _put(
    incident: Incident, row: IncidentClient, contact: int, address: str, phase: str, number: int, written: Written,
    at: datetime, by: str,
) -> None:  # fmt: skip
    message = enqueue(
        key=f"incident:{incident.pk}:{contact}:{phase}:{number}",
        to=address,
        subject=written.subject,
        text=written.text,
        headers={} if by else AUTOMATIC,
    )
    ClientNotice.objects.create(
        incident=incident, customer_id=row.customer_id, contact_id=contact, phase=phase, number=number,
        state=row.state, language=written.language, subject=written.subject, text=written.text, message=message,
        by=by, created_at=at,
    )  # fmt: skip


def _told(row: IncidentClient, services: list[IncidentService], phase: str, at: datetime) -> None:
    if phase == NoticePhase.REPORT:
        return
    row.told_at = row.told_at or at
    row.told_state, row.told_deadline_at = row.state, deadline(services)
    row.held = ""


def deadline(services: list[IncidentService]) -> datetime | None:
    """When the first battery of theirs is flat."""
    return min((one.deadline_at for one in services if one.deadline_at is not None), default=None)


def _services(incident: Incident, customers: list[int]) -> dict[int, list[IncidentService]]:
    found: dict[int, list[IncidentService]] = defaultdict(list)
    rows = incident.services.filter(customer__in=customers).exclude(worst=HitState.OK)
    for row in rows.select_related("service").order_by("pk"):
        found[row.customer_id].append(row)
    return found


def _numbers(incident: Incident, customers: list[int], phase: str) -> dict[int, int]:
    """How many of the phase each client has had."""
    had: dict[int, int] = defaultdict(int)
    rows = ClientNotice.objects.filter(incident=incident, customer__in=customers, phase=phase)
    for customer, number in rows.values_list("customer_id", "number"):
        had[customer] = max(had[customer], number)
    return had
