"""What a message that has just been folded in means for the ticket."""

from dataclasses import dataclass
from datetime import datetime

from accounts.enums import Actor
from monitoring.adapters import zabbix
from monitoring.adapters.alert import Alert
from monitoring.adapters.body import read_element
from monitoring.enums import AlertKind, Outcome
from monitoring.models import Delivery, Problem
from monitoring.services import describing, recovering, saving
from monitoring.services.authenticating import SourceRules
from monitoring.services.noting import note
from monitoring.services.opening import open_or_join
from monitoring.services.raising import raise_priority

ANNOUNCING = (AlertKind.PROBLEM, AlertKind.CANCELED)


@dataclass(frozen=True, slots=True)
class Change:
    """A folded, unsaved problem and what it was before this message."""

    source: SourceRules
    alert: Alert
    problem: Problem
    predecessor: Problem | None
    service_ids: set[int]
    at: datetime
    is_new: bool
    was_open: bool
    grew: bool

    @property
    def actor(self) -> Actor:
        return Actor.monitoring(self.source.name)

    @property
    def needs_ticket(self) -> bool:
        """Announced, still open, serious enough, and without a ticket: whatever order brought it there."""
        problem = self.problem
        return (
            problem.ticket_id is None
            and problem.announced
            and problem.is_open
            and problem.worst_severity >= self.source.min_severity
        )


def settle(change: Change) -> Outcome:
    """Save the problem and bring its ticket in line. Must run in the transaction that holds the alert's locks."""
    if change.needs_ticket:
        return _give_ticket(change)
    problem = change.problem
    if change.alert.kind == AlertKind.PROBLEM and not change.was_open:
        problem.flaps += 1
    saving.save(problem, is_new=change.is_new)
    return _without_ticket(change) if problem.ticket_id is None else _tell_ticket(change)


def _give_ticket(change: Change) -> Outcome:
    problem = change.problem
    outcome = open_or_join(
        actor=change.actor,
        problem=problem,
        predecessor=change.predecessor,
        service_ids=change.service_ids,
        at=change.at,
    )
    saving.save(problem, is_new=change.is_new)
    if outcome == Outcome.JOINED:
        raise_priority(actor=change.actor, problem=problem)
    if not change.is_new:
        _recall_updates(change)
    if change.alert.kind == AlertKind.CANCELED:
        _note(change, describing.canceled_note(change.alert))
    return outcome


def _without_ticket(change: Change) -> Outcome:
    kind = change.alert.kind
    if kind == AlertKind.RECOVERY:
        return Outcome.RECOVERED if change.problem.announced else Outcome.TOMBSTONE
    if kind in ANNOUNCING:
        return Outcome.IGNORED if change.problem.is_open else Outcome.LATE
    return Outcome.STORED


def _tell_ticket(change: Change) -> Outcome:
    kind = change.alert.kind
    if change.grew:
        raise_priority(actor=change.actor, problem=change.problem)
    if kind == AlertKind.RECOVERY:
        recovering.settle(actor=change.actor, problem=change.problem, policy=change.source.recovery_policy)
        return Outcome.RECOVERED
    if kind == AlertKind.CANCELED:
        _note(change, describing.canceled_note(change.alert))
    elif kind == AlertKind.UPDATE:
        _note(change, describing.update_note(change.alert))
    return Outcome.NOTED


def _recall_updates(change: Change) -> None:
    """Updates that came before the problem (it began in a maintenance) are written on the ticket it has now."""
    earlier = Delivery.objects.filter(
        source_id=change.source.id,
        event_id=change.alert.event_id,
        kind=AlertKind.UPDATE,
        outcome=Outcome.STORED,
    ).order_by("pk")
    for delivery in earlier:
        update = zabbix.read(read_element(bytes(delivery.raw)).body)
        _note(change, describing.update_note(update))


def _note(change: Change, text: str) -> None:
    assert change.problem.ticket_id is not None
    note(actor=change.actor, ticket_id=change.problem.ticket_id, text=text)
