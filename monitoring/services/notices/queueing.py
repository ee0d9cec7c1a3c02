"""Putting notices into the outbox, each once, and noting what the client knows now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from accounts.models import Customer
from messaging.services.sending import enqueue_all
from monitoring.enums import HitState, NoticePhase
from monitoring.models import ClientNotice, Incident, IncidentClient, IncidentService
from monitoring.services.incidents import changes
from monitoring.services.telling.recipients import Recipient, recipients
from monitoring.services.telling.writing import BY_ITSELF, write


def queue(
    *, incident: Incident, clients: Sequence[IncidentClient], phase: str, at: datetime, by: str = ""
) -> int:
    """One notice to each recipient of each client; how many, in a number of queries that does not grow with them.

    A client nobody of whom may be written to stays untold. Needs the incident's row lock.
    """
    if not clients:
        return 0
    keys = [row.customer_id for row in clients]
    customers = Customer.objects.in_bulk(keys)
    people, services, numbers = recipients(keys), _services(incident, keys), _numbers(incident, keys, phase)
    told = [row for row in clients if row.customer_id in people]
    pairs = [(row, one) for row in told for one in people[row.customer_id]]
    notices = [
        _notice(
            incident, row, customers[row.customer_id], one, phase, numbers[row.customer_id] + 1,
            services[row.customer_id], at, by,
        )
        for row, one in pairs
    ]  # fmt: skip
    _put(notices, [one for _row, one in pairs])
    for row in told:
        _knows(row, services[row.customer_id], phase, at)
    columns = ["told_at", "told_state", "told_deadline_at", "held"]
    IncidentClient.objects.bulk_update(told, columns, batch_size=500)
    if told:
        changes.note(incident, changes.TOLD, at=at, actor=by, phase=phase, count=len(told))
    return len(notices)


def report_for(incident: Incident, language: str) -> str:
    """The report in a language, or in the one it was written in."""
    first, second = incident.report_ru, incident.report_en
    return (first or second) if language == "ru" else (second or first)


def _notice(
    incident: Incident, row: IncidentClient, customer: Customer, to: Recipient, phase: str, number: int,
    services: list[IncidentService], at: datetime, by: str,
) -> ClientNotice:  # fmt: skip
    written = write(
        incident=incident, customer=customer, contact=to.contact, phase=phase, rows=services,
        report=report_for(incident, to.contact.language),
    )  # fmt: skip
    return ClientNotice(
        incident=incident, customer=customer, contact=to.contact, phase=phase, number=number, state=row.state,
        language=written.language, subject=written.subject, text=written.text, by=by, created_at=at,
    )  # fmt: skip


def _put(notices: list[ClientNotice], people: list[Recipient]) -> None:
    headers = [{} if notice.by else BY_ITSELF for notice in notices]
    drafts = [
        one.draft(key=_key(notice), subject=notice.subject, text=notice.text, headers=marks)
        for notice, one, marks in zip(notices, people, headers, strict=True)
    ]
    messages = enqueue_all(drafts)
    for notice in notices:
        notice.message = messages[_key(notice)]
    ClientNotice.objects.bulk_create(notices, batch_size=500)


def _key(notice: ClientNotice) -> str:
    return f"incident:{notice.incident_id}:{notice.contact_id}:{notice.phase}:{notice.number}"


def _knows(row: IncidentClient, services: list[IncidentService], phase: str, at: datetime) -> None:
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
