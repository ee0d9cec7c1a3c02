"""The one way to change a ticket's state: lock, check, move, record, then tell after the commit."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Actor
from common import clock
from common.errors import Conflict, Invalid, NotAllowed
from tickets.enums import NOT_BYPASSABLE, PENDING, TERMINAL, Channel, EventType, Guard, State
from tickets.models import Bypass, Ticket, TicketEvent
from tickets.models.lifecycle import LIFECYCLE, MOVES, Move, Outcome
from tickets.services import accompanying, commands, informing, recording
from tickets.services.comparing import check_version
from tickets.services.effects import outcome_of
from tickets.services.guards import refusals
from tickets.services.guards.case import Case
from tickets.services.locking import lock_family
from tickets.services.prioritising import priority_of

WHY_MIN = 10


@dataclass(frozen=True, slots=True)
class BypassRequest:
    """The wish to act against a guard: why, and what it risks. Kept with the ticket for ever."""

    why: str
    risk: str = ""


@transaction.atomic
def move(
    *,
    actor: Actor,
    ticket_id: int,
    transition: str,
    expected_version: int | None = None,
    bypass: BypassRequest | None = None,
    at: datetime | None = None,
    **data: Any,
) -> Ticket:
    """Carry out one move of `models/lifecycle.py` and return the ticket as it now is.

    `data` are the values of `services/commands.py` for that move. `at` is when it was true (default: now).
    Raises `Missing` (out of scope), `Conflict` (wrong state, wrong version, somebody faster), `NotAllowed`,
    `Invalid` (a value), `GuardRefused` (the first guard that says no).
    """
    row = MOVES.get(transition)
    if row is None:
        raise Invalid(_("There is no move “%(name)s”.") % {"name": transition}, field="transition")
    if isinstance(data.get("target"), Ticket):
        data["target"] = data["target"].number  # read again under the lock: it may have ended since
    ticket = _locked(actor, ticket_id, transition, data.get("target"))
    check_version(ticket, expected_version)
    _check_allowed(ticket, row, actor)
    values = commands.clean(transition, data)
    _derive(values)
    broken = _check_guards(ticket, row, actor, values, bypass)
    return _carry_out(ticket, row, actor, values, _in_order(ticket, at or clock.now()), bypass, broken)


def _in_order(ticket: Ticket, at: datetime) -> datetime:
    """Not before the move that brought the ticket here, whatever a slow clock or a mail that came late may say.

    States follow one another in time as they did under the lock; otherwise a replay would end in another one.
    """
    moves = TicketEvent.objects.filter(ticket_id=ticket.pk, type__in=(EventType.MOVED, EventType.CREATED))
    latest = moves.order_by("-pk").values_list("occurred_at", flat=True).first()
    return max(at, latest) if latest else at


def _locked(actor: Actor, ticket_id: int, transition: str, target: Any) -> Ticket:
    """The ticket, and with it the other one of a merge that is made or undone: all in one order."""
    visible = Ticket.objects.visible_to(actor)
    number = str(target or "").replace("\x00", "")
    wanted = (
        {"number": number} if number else {"merged_tickets": ticket_id} if transition == "unmerge" else None
    )
    others = visible.filter(**wanted).values_list("pk", flat=True) if wanted else ()
    return lock_family(visible.select_related("category"), ticket_id, *others)


def _derive(values: dict[str, Any]) -> None:
    """The priority that impact and urgency make, for guards that compare it."""
    if values.get("category") and values.get("impact"):
        values["priority"] = priority_of(
            kind=values["category"].kind, impact=values["impact"], urgency=values["urgency"]
        )


def _check_allowed(ticket: Ticket, row: Move, actor: Actor) -> None:
    if State(ticket.state) not in row.sources or ticket.line not in row.lines:
        raise Conflict(
            _("The ticket is in state “%(state)s” on line %(line)d: this step is not possible now.")
            % {"state": ticket.get_state_display(), "line": ticket.line},
            state=ticket.state,
        )
    if not row.who(ticket, actor):
        raise NotAllowed(_("This step is not for you: %(who)s.") % {"who": row.who.spoken()})


def _check_guards(
    ticket: Ticket, row: Move, actor: Actor, values: dict[str, Any], bypass: BypassRequest | None
) -> list[str]:
    """The names of the guards set aside by a bypass; raises the first refusal that stands."""
    refused = refusals(Case(ticket, actor, row, values))
    if not refused:
        return []
    if bypass is None or not actor.is_operator:
        raise refused[0]
    if len(bypass.why.strip()) < WHY_MIN:
        raise Invalid(_("Say why the rule is set aside, in 10 characters or more."), field="bypass")
    for refusal in refused:
        if not is_bypassable(row, refusal.guard):
            raise refusal
    return [str(refusal.guard) for refusal in refused]


def is_bypassable(row: Move, guard: str) -> bool:
    """A recorded reason opens most guards; nobody waits for, or takes leave of, a customer who was never answered."""
    unanswered = guard == Guard.FR and any(target in (*PENDING, State.RESOLVED) for target in row.targets)
    return guard not in NOT_BYPASSABLE and not unanswered


def _carry_out(
    ticket: Ticket,
    row: Move,
    actor: Actor,
    values: dict[str, Any],
    at: datetime,
    bypass: BypassRequest | None,
    broken: list[str],
) -> Ticket:
    before = {
        "from_state": ticket.state,
        "line_from": ticket.line,
        "assignee_from": ticket.assignee_id,
        "priority_from": ticket.priority,
    }
    said = accompanying.say(ticket=ticket, actor=actor, values=values, at=at)
    outcome = outcome_of(row, ticket, actor, values, at)
    _apply(ticket, row, actor, outcome, at)
    recording.record(
        ticket=ticket, type=_event_type(row), actor=actor, occurred_at=at, transition=row.name, id=row.id,
        human=actor.is_human, assignee_id=ticket.assignee_id, **{**before, **outcome.payload, **said},
    )  # fmt: skip
    if broken and bypass:
        _record_bypass(ticket, row, actor, bypass, broken, at)
    accompanying.follow(ticket=ticket, move=row, actor=actor, values=values, at=at)
    informing.tell_moved(ticket, transition=row.name, priority_from=int(before["priority_from"] or 0))
    return ticket


def _event_type(row: Move) -> EventType:
    special = {"reclassify": EventType.RECLASSIFIED, "form_group": EventType.WORKING_GROUP,
               "set_major": EventType.MAJOR, "link_to_major": EventType.LINKED}  # fmt: skip
    return special.get(row.name, EventType.MOVED)


def _apply(ticket: Ticket, row: Move, actor: Actor, outcome: Outcome, at: datetime) -> None:
    """Let django_fsm carry it out, then save the row in one UPDATE."""
    if row.name == "accept" and ticket.channel == Channel.MONITORING and ticket.first_response_at is None:
        outcome.sets["first_response_at"] = at  # §2.4: on an alert the human accept is the first response
    getattr(ticket, row.name)(outcome)
    if ticket.state in TERMINAL:
        ticket.next_due_at, ticket.next_due_kind, ticket.wake_at = None, "", None
    ticket.version += 1
    ticket.save()


def _record_bypass(
    ticket: Ticket, row: Move, actor: Actor, bypass: BypassRequest, broken: list[str], at: datetime
) -> None:
    assert actor.user_id is not None
    kept = Bypass.objects.create(
        ticket=ticket, transition=row.name, guards=broken, why=bypass.why, risk=bypass.risk,
        user_id=actor.user_id, at=at,
    )  # fmt: skip
    recording.record(
        ticket=ticket, type=EventType.BYPASSED, actor=actor, occurred_at=at, transition=row.name, guards=broken,
        why=bypass.why, risk=bypass.risk, bypass_id=kept.pk,
    )  # fmt: skip


def available(ticket: Ticket, actor: Actor) -> list[Move]:
    """The moves that state, line and role allow now, in the order of the table; guards speak when it is tried."""
    state = State(ticket.state)
    return [
        row
        for row in LIFECYCLE
        if state in row.sources and ticket.line in row.lines and row.who(ticket, actor)
    ]
