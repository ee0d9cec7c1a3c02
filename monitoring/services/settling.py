"""What a message that has just been folded in means for tickets and incidents."""

from dataclasses import dataclass
from datetime import datetime

from accounts.enums import Actor
from monitoring.adapters.alert import Alert
from monitoring.adapters.kinds import read_again
from monitoring.enums import AlertKind, Outcome, WindowMode
from monitoring.models import Delivery, Flap, MaintenanceWindow, Problem
from monitoring.services import describing, flapping, recovering, saving
from monitoring.services.authenticating import SourceRules
from monitoring.services.claiming import Claim
from monitoring.services.holding import hold_for
from monitoring.services.incidents.correlating import correlate
from monitoring.services.marking import is_ours
from monitoring.services.noting import note
from monitoring.services.opening import open_ticket
from monitoring.services.raising import raise_priority
from monitoring.services.recurring import carry_on
from monitoring.services.windows.active import collect, suppressing

ANNOUNCING = (AlertKind.PROBLEM, AlertKind.CANCELED)


@dataclass(frozen=True, slots=True)
class Change:
    """A folded, unsaved problem and what it was before this message.

    `alert` is None when no message but time brought it here: its wait or a maintenance window is over. `received_at`
    is when the clocks of a ticket begin.
    """

    source: SourceRules
    alert: Alert | None
    problem: Problem
    predecessor: Problem | None
    claimed: Claim
    at: datetime
    received_at: datetime
    was_open: bool = True
    grew: bool = False

    @property
    def actor(self) -> Actor:
        return Actor.monitoring(self.source.name)

    @property
    def kind(self) -> AlertKind | None:
        return self.alert.kind if self.alert else None

    @property
    def is_echo(self) -> bool:
        """An update that tells us what we told Zabbix ourselves."""
        return self.alert is not None and self.kind == AlertKind.UPDATE and is_ours(self.alert.comment)

    @property
    def needs_place(self) -> bool:
        """Announced, still open, serious enough, and with neither ticket nor incident, whatever order brought it."""
        problem = self.problem
        return (
            problem.ticket_id is None
            and (problem.incident_id is None or problem.excluded_at is not None)
            and problem.announced
            and problem.is_open
            and problem.worst_severity >= self.source.min_severity
        )


def settle(change: Change) -> Outcome:
    """Save the problem and bring its ticket in line. Must run in the transaction that holds the alert's locks."""
    if change.needs_place:
        return _place(change)
    problem = change.problem
    if change.kind == AlertKind.PROBLEM and not change.was_open:
        problem.flaps += 1
    saving.save(problem)
    return _without_ticket(change) if problem.ticket_id is None else _tell_ticket(change)


def _place(change: Change) -> Outcome:
    """In this order: works, a trigger that flaps unless an incident explains it, an old ticket that goes on, an incident
    (there already, of its own cause, or of a storm), a wait, a ticket of its own.

    What flaps is counted wherever it ends up.
    """
    problem, claimed = change.problem, change.claimed
    flaps = change.kind == AlertKind.PROBLEM and flapping.count(
        problem=problem, claimed=claimed, at=change.at
    )
    window = suppressing(problem=problem, at=change.at) if claimed.works else None
    if window is not None:
        return _in_window(change, window)
    explained_by = (
        claimed.incident if claimed.incident and claimed.incident.takes(problem.started_at) else None
    )
    before = change.predecessor
    if explained_by is None and flaps and flapping.place(
        actor=change.actor, problem=problem, claimed=claimed, at=change.at
    ):  # fmt: skip
        return _with_ticket(change, Outcome.FLAPPING)
    if before is not None and carry_on(actor=change.actor, problem=problem, predecessor=before):
        return _with_ticket(change, Outcome.JOINED)
    explained = correlate(
        actor=change.actor, problem=problem, claimed=claimed, at=change.at, received_at=change.received_at
    )
    if explained is not None:
        return explained
    wait = hold_for(source=change.source, problem=problem, at=change.at)
    if wait.total_seconds() > 0:
        problem.held_until = change.at + wait
        return _kept(change, Outcome.HELD)
    problem.ticket = open_ticket(
        actor=change.actor,
        problem=problem,
        service_ids=change.claimed.service_ids,
        earlier=before.ticket if before else None,
        received_at=change.received_at,
    )
    if flaps:
        flapping.adopt(claimed=claimed, ticket=problem.ticket)
    return _with_ticket(change, Outcome.OPENED)


def _in_window(change: Change, window: MaintenanceWindow) -> Outcome:
    """Expected: kept, and looked at again when the works are over; or written on the one ticket of the works."""
    problem = change.problem
    problem.held_until = None
    if window.mode == WindowMode.COLLECT:
        problem.ticket = collect(window=window, problem=problem, actor=change.actor, at=change.at)
    problem.suppressed_until = window.ends_at
    return _kept(change, Outcome.SUPPRESSED)


def _kept(change: Change, outcome: Outcome) -> Outcome:
    saving.save(change.problem)
    return outcome


def _with_ticket(change: Change, outcome: Outcome) -> Outcome:
    was_known = bool(change.problem.pk)
    change.problem.held_until = None
    saving.save(change.problem)
    if outcome == Outcome.JOINED:
        raise_priority(actor=change.actor, problem=change.problem)
    if was_known:
        _recall_updates(change)
    if change.alert is not None and change.kind == AlertKind.CANCELED:
        _note(change, describing.canceled_note(change.alert))
    return outcome


def _without_ticket(change: Change) -> Outcome:
    problem, kind = change.problem, change.kind
    if change.is_echo:
        return Outcome.ECHO
    if kind == AlertKind.RECOVERY:
        return Outcome.RECOVERED if problem.announced else Outcome.TOMBSTONE
    if kind in ANNOUNCING:
        return Outcome.IGNORED if problem.is_open else Outcome.LATE
    if problem.incident is not None and change.alert is not None and change.alert.comment:
        # What a person writes on one of many alarms belongs to what the desk works on.
        note(
            actor=change.actor, ticket_id=problem.incident.ticket_id,
            text=describing.update_note_of_member(problem, change.alert),
        )  # fmt: skip
        return Outcome.NOTED
    return Outcome.STORED


def _tell_ticket(change: Change) -> Outcome:
    if change.grew:
        raise_priority(actor=change.actor, problem=change.problem)
    if change.claimed.flap_id is not None and change.kind == AlertKind.RECOVERY:
        # Quiet between two flaps: the digest tells of it, and the ticket stays.
        Flap.objects.filter(pk=change.claimed.flap_id).update(changed_at=change.at)
        return Outcome.FLAPPING
    if change.kind == AlertKind.RECOVERY:
        recovering.settle(actor=change.actor, problem=change.problem, policy=change.source.recovery_policy)
        return Outcome.RECOVERED
    if change.alert is not None and change.kind == AlertKind.CANCELED:
        _note(change, describing.canceled_note(change.alert))
    elif change.is_echo:
        return Outcome.ECHO
    elif change.alert is not None and change.kind == AlertKind.UPDATE:
        _note(change, describing.update_note(change.alert))
    return Outcome.NOTED


def _recall_updates(change: Change) -> None:
    """Updates that came before the problem (it began in a maintenance) are written on the ticket it has now."""
    earlier = Delivery.objects.filter(
        source_id=change.source.id,
        event_id=change.problem.event_id,
        kind=AlertKind.UPDATE,
        outcome=Outcome.STORED,
    ).order_by("pk")
    for delivery in earlier:
        _note(change, describing.update_note(read_again(change.source.kind, bytes(delivery.raw))))


def _note(change: Change, text: str) -> None:
    assert change.problem.ticket_id is not None
    note(actor=change.actor, ticket_id=change.problem.ticket_id, text=text)
