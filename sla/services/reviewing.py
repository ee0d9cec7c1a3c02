"""The review of a broken promise: open → analysis → actions → verified → closed (domain §2.8).

A review is complete, and its clock stops, when it says all that is asked: why, how next time, and an action or why
none. That an action has worked is seen later: it is verified then, whatever the clock.

Locks are taken in one order everywhere: ticket, then breach. The sweep and a retraction hold the ticket already when
they touch a breach; `plan` and `verify` need both here, because they stop a clock of the ticket.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Actor
from accounts.models import Operator
from accounts.permissions import leads_shift
from common import clock
from common.db import lock_one
from common.errors import Conflict, Invalid, NotAllowed
from sla.enums import ClockKind, ReviewState
from sla.models import Breach, BreachExcuse, BreachReview, Clock, CorrectiveAction
from sla.permissions import can_excuse, can_review, person
from sla.services import proposing
from tickets.enums import EventType
from tickets.models import Ticket
from tickets.services import recording


@transaction.atomic
def begin(*, actor: Actor, breach_id: int) -> BreachReview:
    """Take a breach up. The reviewer is not the one who had the ticket; the first to take it has it."""
    breach = lock_one(Breach.objects.all(), breach_id)
    if not can_review(actor, breach):
        raise NotAllowed(_("Somebody who did not have the ticket then reviews this breach."))
    _not_retracted(breach)
    if BreachReview.objects.filter(breach=breach).exists():
        raise Conflict(_("This breach is being reviewed already."))
    return BreachReview.objects.create(breach=breach, reviewer_id=person(actor), started_at=clock.now())


@transaction.atomic
def analyse(
    *, actor: Actor, breach_id: int, cause: str, preventable: bool, prevented_by: str, next_time: str
) -> BreachReview:
    """Say why it broke and how it will hold next time; may be corrected until the actions are verified.

    The third breach of a service for the same cause proposes a problem record.
    """
    review = _mine(actor, breach_id, ReviewState.ANALYSIS, ReviewState.ACTIONS)
    review.cause, review.preventable = cause, preventable
    review.prevented_by, review.next_time = prevented_by, next_time
    review.state = ReviewState.ACTIONS
    review.save()
    proposing.propose(review)
    return review


@transaction.atomic
def plan(
    *, actor: Actor, breach_id: int, kind: str, what: str, owner: Operator, due_on: date, verify_on: date
) -> CorrectiveAction:
    """Add a corrective action with its owner, its date and the date its effect is looked at.

    The first one makes the review complete.
    """
    ticket = _ticket_of(breach_id)
    review = _mine(actor, breach_id, ReviewState.ACTIONS)
    if due_on < timezone.localdate(clock.now()):
        raise Invalid(_("This day is over: choose one to come."), field="due_on")
    if verify_on < due_on:
        raise Invalid(_("The effect shows after the action is done: choose a later date."), field="verify_on")
    action = CorrectiveAction.objects.create(
        review=review, kind=kind, what=what, owner_id=owner.user_id, due_on=due_on, verify_on=verify_on
    )
    _complete(actor, ticket, review)
    return action


@transaction.atomic
def judge(*, actor: Actor, breach_id: int, action_id: int, effect: str) -> CorrectiveAction:
    """Write down what an action has brought; what has an effect has been done."""
    review = _mine(actor, breach_id, ReviewState.ACTIONS)
    action = lock_one(review.actions.all(), action_id)
    action.effect, action.done_at = effect, action.done_at or clock.now()
    action.save(update_fields=["effect", "done_at"])
    return action


@transaction.atomic
def verify(*, actor: Actor, breach_id: int, no_action_reason: str = "") -> BreachReview:
    """Every action has shown its effect; or there is none, for a reason, which makes the review complete."""
    ticket = _ticket_of(breach_id)
    review = _mine(actor, breach_id, ReviewState.ACTIONS)
    effects = list(review.actions.values_list("effect", flat=True))
    if not effects and not no_action_reason:
        raise Invalid(_("Plan an action, or say why none is needed."), field="no_action_reason")
    if not all(effects):
        raise Invalid(_("Write the effect of every action first."))
    _complete(actor, ticket, review)
    review.no_action_reason = "" if effects else no_action_reason
    review.state = ReviewState.VERIFIED
    review.save()
    return review


@transaction.atomic
def close(*, actor: Actor, breach_id: int) -> BreachReview:
    """A second pair of eyes ends it: a leader other than the reviewer and the assignee of then."""
    review = _locked(breach_id, ReviewState.VERIFIED)
    if actor.user_id == review.reviewer_id or not can_review(actor, review.breach):
        raise NotAllowed(_("Another leader closes the review."))
    review.state, review.closed_at = ReviewState.CLOSED, clock.now()
    review.save()
    return review


@transaction.atomic
def excuse(*, actor: Actor, breach_id: int, ground: str, note: str) -> BreachExcuse:
    """Take the breach out of what counts under the contract. What really happened stays counted as it was."""
    if not can_excuse(actor):
        raise NotAllowed(_("The service-level manager decides on excuses."))
    breach = lock_one(Breach.objects.all(), breach_id)
    _not_retracted(breach)
    if BreachExcuse.objects.filter(breach=breach).exists():
        raise Conflict(_("This breach is excused already."))
    return BreachExcuse.objects.create(
        breach=breach, ground=ground, note=note, by_id=person(actor), at=clock.now()
    )


def _ticket_of(breach_id: int) -> Ticket:
    """Lock the breach's ticket; to be called before anything locks the breach."""
    ticket_id = Breach.objects.filter(pk=breach_id).values_list("ticket_id", flat=True).first()
    return lock_one(Ticket.objects.select_related("category"), ticket_id or 0)


def _complete(actor: Actor, ticket: Ticket, review: BreachReview) -> None:
    """Once: recorded on the ticket, so that the clock of the review stops and a replay knows why."""
    if review.reviewed_at is not None:
        return
    broken = review.breach.clock
    owed = Clock.objects.filter(ticket=ticket, kind=ClockKind.BR, about=broken.subject).first()
    # The sweep goes by the database's clock; on a machine that is slow the end must not come before the start.
    at = max(clock.now(), owed.started_at) if owed else clock.now()
    review.reviewed_at = at
    review.save(update_fields=["reviewed_at"])
    recording.record(
        ticket=ticket, type=EventType.REVIEWED, actor=actor, occurred_at=at, clock=broken.kind, cycle=broken.cycle,
        clock_line=broken.line, cause=review.cause,
    )  # fmt: skip


def _not_retracted(breach: Breach) -> None:
    if breach.retracted_at:
        raise Conflict(_("A late event proved that this promise was kept: there is nothing to review."))


def _locked(breach_id: int, *states: ReviewState) -> BreachReview:
    _not_retracted(lock_one(Breach.objects.all(), breach_id))
    review = (
        BreachReview.objects.select_related("breach__clock", "breach__ticket")
        .filter(breach_id=breach_id)
        .first()
    )
    if review is None or review.state not in states:
        raise Conflict(_("The review is at another step now: look at it again."))
    return review


def _mine(actor: Actor, breach_id: int, *states: ReviewState) -> BreachReview:
    review = _locked(breach_id, *states)
    if not leads_shift(actor) or actor.user_id != review.reviewer_id:
        raise NotAllowed(_("Only its reviewer writes this review."))
    return review
