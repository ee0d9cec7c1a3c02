"""What an operator does about notices: send now, let go what was held back, publish the report."""

from __future__ import annotations

from collections import defaultdict

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Actor
from accounts.models import Customer
from common import clock
from common.db import lock_one
from common.errors import Conflict, Invalid, NotAllowed
from messaging.services.doorbell import after_commit
from monitoring.enums import HitState, IncidentState, NoticePhase
from monitoring.models import Incident, IncidentClient
from monitoring.permissions import works_on_incidents
from monitoring.services.incidents import changes
from monitoring.services.incidents.locking import lock_incident
from monitoring.services.incidents.opening import TICK
from monitoring.services.notices.policies import may_be_told
from monitoring.services.notices.queueing import queue, report_for
from monitoring.services.telling.recipients import Recipient, recipients
from monitoring.services.telling.writing import Written, write

REPORT_MIN = 40
RELEASED, REPORTED = "released", "reported"
NOBODY = gettext_lazy("Nobody of this client has a mail address, or nobody wants to be told. Call them.")


def preview(
    *, incident: Incident, customer: Customer, phase: str = ""
) -> list[tuple[Written, list[Recipient]]]:
    """What would be sent to the client now: a text for each language, and who gets it. Empty when nobody would."""
    row = incident.clients.get(customer=customer)
    mine = list(
        incident.services.filter(customer=customer).exclude(worst=HitState.OK).select_related("service")
    )
    chosen = phase or next_phase(row)
    by_language: dict[str, list[Recipient]] = defaultdict(list)
    for one in recipients([customer.pk]).get(customer.pk, []):
        by_language[one.contact.language].append(one)
    return [
        (
            write(
                incident=incident, customer=customer, contact=people[0].contact, phase=chosen, rows=mine,
                report=report_for(incident, language),
            ),
            people,
        )
        for language, people in by_language.items()
    ]  # fmt: skip


def next_phase(row: IncidentClient) -> str:
    """What a notice sent by hand would be."""
    if row.told_at is None:
        return NoticePhase.STARTED
    return NoticePhase.RESTORED if row.state == HitState.OK else NoticePhase.CHANGED


def refusal(row: IncidentClient) -> str:
    """Why a client cannot be told by hand now; '' when it can."""
    if row.told_at is None and row.state == HitState.OK:
        return _("This client is well, and was never told otherwise.")
    if row.told_at is not None and row.told_state == row.state:
        return _("This client has been told already.")
    if row.held:
        return _("This client is held back: say first why it may be told.")
    if row.told_at is None and not may_be_told(row.state):
        return _("This desk does not tell clients of this state.")
    return ""


@transaction.atomic
def send_now(*, incident_id: int, customer_id: int, actor: Actor) -> int:
    """Tell a client without waiting; how many notices.

    Raises `Conflict` when it knows all there is to tell, is held back, or nobody of it may be written to.
    """
    incident = _allowed(incident_id, actor)
    row = lock_one(incident.clients.all(), incident.clients.get(customer=customer_id).pk)
    why = refusal(row)
    if why:
        raise Conflict(why)
    sent = queue(
        incident=incident, clients=[row], phase=next_phase(row), at=clock.now(), by=actor.name or "operator"
    )
    if not sent:
        raise Conflict(NOBODY)
    return sent


@transaction.atomic
def send_all(*, incident_id: int, state: str, actor: Actor) -> int:
    """Tell every client in a state that has not been told; how many notices."""
    incident = _allowed(incident_id, actor)
    if not may_be_told(state):
        raise Conflict(_("This desk does not tell clients of this state."))
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
    reason = changes.said_why(reason)
    row = lock_one(incident.clients.all(), incident.clients.get(customer=customer_id).pk)
    row.held, row.released_by = "", actor.name[:200] or "operator"
    row.save(update_fields=["held", "released_by"])
    changes.note(
        incident,
        RELEASED,
        at=clock.now(),
        actor=actor.name,
        customer=row.customer.name,
        reason=reason,
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
    if not works_on_incidents(actor):
        raise NotAllowed
    incident = lock_incident(incident_id)
    if incident.state == IncidentState.MERGED:
        raise Conflict(_("The incident was joined with another."))
    return incident
