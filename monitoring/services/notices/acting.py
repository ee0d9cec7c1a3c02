"""What an operator does about notices: send now, let go what was held back, publish the report."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Actor, Role
from accounts.models import Contact, Customer
from common import clock
from common.db import lock_one
from common.errors import Conflict, Invalid, NotAllowed
from messaging.services.doorbell import after_commit
from monitoring.enums import HitState, IncidentState, NoticePhase
from monitoring.models import Incident, IncidentClient
from monitoring.services.incidents import changes
from monitoring.services.incidents.locking import lock_incident
from monitoring.services.incidents.opening import TICK
from monitoring.services.notices.queueing import queue, report_for
from monitoring.services.telling.recipients import Recipient, recipients
from monitoring.services.telling.writing import Written, write

OPERATORS = (Role.LINE1, Role.LINE2, Role.LINE3, Role.SHIFT_LEAD, Role.MAJOR)
WHY_MIN, REPORT_MIN = 10, 40
RELEASED, REPORTED = "released", "reported"


def preview(
    *, incident: Incident, customer: Customer, phase: str = ""
) -> tuple[Written | None, list[Recipient]]:
    """What would be sent to the client now and to whom; nothing when there is nobody to write to."""
    row = incident.clients.get(customer=customer)
    people = recipients([customer.pk]).get(customer.pk, [])
    if not people:
        return None, []
    mine = list(
        incident.services.filter(customer=customer).exclude(worst=HitState.OK).select_related("service")
    )
    chosen = phase or next_phase(row)
    contact: Contact = people[0].contact
    text = report_for(incident, contact.language)
    return write(
        incident=incident, customer=customer, contact=contact, phase=chosen, rows=mine, report=text
    ), people


def next_phase(row: IncidentClient) -> str:
    """What a notice sent by hand would be."""
    if row.told_at is None:
        return NoticePhase.STARTED
    return NoticePhase.RESTORED if row.state == HitState.OK else NoticePhase.CHANGED


@transaction.atomic
def send_now(*, incident_id: int, customer_id: int, actor: Actor) -> int:
    """Tell a client without waiting; how many notices. Raises `Conflict` when it knows all there is to tell."""
    incident = _allowed(incident_id, actor)
    row = lock_one(incident.clients.all(), incident.clients.get(customer=customer_id).pk)
    if row.told_at is None and row.state == HitState.OK:
        raise Conflict(_("This client is well, and was never told otherwise."))
    if row.told_at is not None and row.told_state == row.state:
        raise Conflict(_("This client has been told already."))
    return queue(
        incident=incident, clients=[row], phase=next_phase(row), at=clock.now(), by=actor.name or "operator"
    )


@transaction.atomic
def send_all(*, incident_id: int, state: str, actor: Actor) -> int:
    """Tell every client in a state that has not been told; how many notices."""
    incident = _allowed(incident_id, actor)
    rows = list(incident.clients.filter(state=state, told_at__isnull=True, held="").order_by("pk"))
    return queue(
        incident=incident,
        clients=rows,
        phase=NoticePhase.STARTED,
        at=clock.now(),
        by=actor.name or "operator",
    )


@transaction.atomic
def release(*, incident_id: int, customer_id: int, actor: Actor, reason: str) -> IncidentClient:
    """Let a client be told although its equipment answers; the registry's word counts, and why is on the timeline."""
    incident = _allowed(incident_id, actor)
    if len(reason.strip()) < WHY_MIN:
        raise Invalid(_("Say why in 10 characters or more."), field="reason")
    row = lock_one(incident.clients.all(), incident.clients.get(customer=customer_id).pk)
    row.held, row.released_by = "", actor.name[:200] or "operator"
    row.save(update_fields=["held", "released_by"])
    changes.note(
        incident,
        RELEASED,
        at=clock.now(),
        actor=actor.name,
        customer=row.customer.name,
        reason=reason.strip(),
    )
    after_commit(TICK, queue="interactive")
    return row


@transaction.atomic
def publish_report(*, incident_id: int, text_ru: str, text_en: str, actor: Actor) -> Incident:
    """What happened and what was done: sent to every client that was told of the outage, once."""
    incident = _allowed(incident_id, actor)
    if incident.state not in (IncidentState.RECOVERED, IncidentState.RESOLVED):
        raise Conflict(_("The outage is not over yet."))
    if incident.report_ru or incident.report_en:
        raise Conflict(_("The report has been published already."))
    if len((text_ru + text_en).strip()) < REPORT_MIN:
        raise Invalid(_("Say what happened and what was done, in 40 characters or more."), field="text_ru")
    incident.report_ru, incident.report_en = text_ru.strip(), text_en.strip()
    incident.report_pending = True
    incident.save()
    changes.note(incident, REPORTED, at=clock.now(), actor=actor.name)
    after_commit(TICK, queue="interactive")
    return incident


def _allowed(incident_id: int, actor: Actor) -> Incident:
    if not actor.has(*OPERATORS):
        raise NotAllowed
    incident = lock_incident(incident_id)
    if incident.state == IncidentState.MERGED:
        raise Conflict(_("The incident was joined with another."))
    return incident
