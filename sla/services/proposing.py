"""The same cause again and again for one service becomes a problem record, if somebody who leads agrees (§2.8)."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.enums import Actor
from assets.models import Service
from common import clock
from common.db import lock_one
from common.errors import Conflict, Invalid, NotAllowed
from sla.enums import Cause, ProposalState
from sla.models import BreachReview, ProblemProposal
from sla.permissions import can_decide, person
from sla.queries import proposals
from tickets.enums import TERMINAL, Channel
from tickets.models import Ticket
from tickets.services import categories
from tickets.services.creating import create_ticket

INTERNAL = "XX.INT"
TIMES = 3


def propose(review: BreachReview) -> ProblemProposal | None:
    """Propose a problem record once the review's cause has three breaches in thirty days for its service.

    Runs in the caller's transaction. At most one proposal per service and cause is open; after a decision it takes
    a new breach, and while the problem record is being worked on nothing is proposed.
    """
    service_id = review.breach.ticket.service_id
    if service_id is None:
        return None
    # Two analyses at once would each count without the other's; FOR NO KEY UPDATE leaves new tickets alone.
    Service.objects.select_for_update(no_key=True).get(pk=service_id)
    times = proposals.breaches(service_id, review.cause).count()
    if times < TIMES or _is_decided(service_id, review.cause):
        return None
    proposal, _is_new = ProblemProposal.objects.get_or_create(
        service_id=service_id, cause=review.cause, state=ProposalState.OPEN,
        defaults={"proposed_at": clock.now()},
    )  # fmt: skip
    return proposal


def _is_decided(service_id: int, cause: str) -> bool:
    decided = ProblemProposal.objects.filter(service_id=service_id, cause=cause, decided_at__isnull=False)
    last = decided.select_related("ticket").order_by("-decided_at").first()
    if last is None or last.decided_at is None:
        return False
    if last.ticket is not None and last.ticket.state not in TERMINAL:
        return True
    return not proposals.breaches(service_id, cause).filter(detected_at__gt=last.decided_at).exists()


@transaction.atomic
def accept(*, actor: Actor, proposal_id: int) -> ProblemProposal:
    """Open the problem record: an internal ticket that names the service, the cause and the breaches."""
    proposal = _open(actor, proposal_id)
    proposal.ticket = _problem_record(actor, proposal)
    return _decide(actor, proposal, ProposalState.ACCEPTED)


@transaction.atomic
def dismiss(*, actor: Actor, proposal_id: int, note: str) -> ProblemProposal:
    """No problem record, for a reason. The same cause is proposed again only after a new breach."""
    proposal = _open(actor, proposal_id)
    if not note.strip():
        raise Invalid(_("Say why no problem record is needed."), field="note")
    proposal.note = note.strip()
    return _decide(actor, proposal, ProposalState.DISMISSED)


def _open(actor: Actor, proposal_id: int) -> ProblemProposal:
    if not can_decide(actor):
        raise NotAllowed(_("Those who lead a shift decide about problem records."))
    proposal = lock_one(ProblemProposal.objects.select_related("service"), proposal_id)
    if proposal.state != ProposalState.OPEN:
        raise Conflict(_("Somebody has decided about this proposal already."))
    return proposal


def _decide(actor: Actor, proposal: ProblemProposal, state: ProposalState) -> ProblemProposal:
    proposal.state, proposal.decided_by_id, proposal.decided_at = state, person(actor), clock.now()
    proposal.save()
    return proposal


def _problem_record(actor: Actor, proposal: ProblemProposal) -> Ticket:
    """Without a customer and as a note: it speaks of our own faults. Nobody waits for a first response to it."""
    with translation.override(settings.LANGUAGE_CODE):
        cause, service = Cause(proposal.cause).label, str(proposal.service)
        lines = [
            f"- {breach.ticket.number} · {breach.clock.get_kind_display()} · {breach.breached_at:%Y-%m-%d %H:%M} UTC · "
            f"{settings.BASE_URL}{reverse('sla:breach', args=[breach.pk])}"
            for breach in proposals.breaches(proposal.service_id, proposal.cause)
        ]
        opening = _("These promises were broken for the same cause within thirty days:")
        return create_ticket(
            actor=Actor.system(),
            subject=_("Problem: %(cause)s – %(service)s") % {"cause": cause, "service": service},
            body="\n".join([opening, "", *lines, "", _("Accepted by %(name)s.") % {"name": actor.name}]),
            channel=Channel.AGENT,
            category=INTERNAL if categories.active(INTERNAL) else None,
            language=settings.LANGUAGE_CODE[:2],
            is_outbound=True,
            acknowledge=False,
            details={"proposal_id": proposal.pk},
        )
