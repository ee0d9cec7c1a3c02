"""The life cycle of a ticket on one screen: every transition, who may make it, and what guards it.

Ids are those of the rules (T01 creates, T20 opens a follow-up: both are `services/creating.py`). `who` is the actor
predicate, carried by django_fsm as `permission`; guards need the command's data and are carried out by
`services/guards/`. Method bodies set fields only. `manage.py lifecycle` prints this table.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import GET_STATE, FSMField, transition

from tickets.enums import OPEN, Guard, MajorState, State
from tickets.models.predicates import Who, anyone, assignee, line_member, own, roles

S, G = State, Guard
BACK_TO_WORK = (S.IN_PROGRESS, S.QUEUED)
WORKING = (S.TRIAGE, S.IN_PROGRESS)


@dataclass(frozen=True, slots=True)
class Move:
    """One row: from `sources` (on `lines`, if named) to one of `targets`; no targets leave the state as it is."""

    id: str
    name: str
    sources: tuple[State, ...]
    targets: tuple[State, ...]
    who: Who
    guards: tuple[Guard, ...] = ()
    lines: tuple[int, ...] = (1, 2, 3)


@dataclass(slots=True)
class Outcome:
    """What a carried-out move does to the row: the state it ends in and the fields it sets."""

    target: State | None = None
    sets: dict[str, Any] = field(default_factory=dict)
    payload: dict[str, Any] = field(default_factory=dict)


# fmt: off
LIFECYCLE: tuple[Move, ...] = (
    Move("T02", "accept", (S.NEW,), (S.TRIAGE,), roles("1", "SL"), (G.UNASSIGNED,)),
    Move("T03", "classify", (S.TRIAGE,), BACK_TO_WORK, roles("1", "SL"), (G.CLASS, G.FR)),
    Move("T04", "take", (S.QUEUED,), (S.IN_PROGRESS,), line_member | roles("SL"), (G.UNASSIGNED,)),
    Move("T05", "hand_up", (S.IN_PROGRESS,), (S.QUEUED,), roles("1", "SL"), (G.CLASS, G.FR, G.UP), lines=(1,)),
    Move("T06", "hand_to_experts", (S.IN_PROGRESS,), (S.QUEUED,), roles("2", "SL"), (G.UP, G.KBSEARCH), lines=(2,)),
    Move("T07", "skip_to_experts", (S.IN_PROGRESS,), (S.QUEUED,), roles("1", "SL"), (G.FR, G.UP, G.SKIP), lines=(1,)),
    Move("T08", "hand_back", (S.IN_PROGRESS,), (S.QUEUED,), roles("2", "3", "SL"), (G.DOWN, G.NOT_P1), lines=(2, 3)),
    Move("T09", "reassign", (S.IN_PROGRESS,), BACK_TO_WORK, assignee | roles("SL", "S"), (G.REASON,)),
    Move("T10", "ask_customer", WORKING, (S.PENDING_CUSTOMER,), roles("1", "2", "3"), (G.FR, G.QUESTION, G.NOT_P1)),
    Move("T11", "customer_answered", (S.PENDING_CUSTOMER,), BACK_TO_WORK, own | roles("S"), (G.HUMAN,)),
    Move("T12", "ask_vendor", (S.IN_PROGRESS,), (S.PENDING_VENDOR,), roles("2", "3", "SL"), (G.FR, G.VENDOR)),
    Move("T13", "vendor_answered", (S.PENDING_VENDOR,), BACK_TO_WORK, roles("2", "3", "S")),
    Move("T14", "schedule", (S.IN_PROGRESS,), (S.PENDING_WINDOW,), roles("2", "3"), (G.FR, G.WINDOW, G.AUTHORISED, G.CHANGE)),
    Move("T14a", "window_opened", (S.PENDING_WINDOW,), BACK_TO_WORK, roles("2", "3", "S")),
    Move("T15", "resolve", WORKING, (S.RESOLVED,), roles("1", "2", "3"), (G.RESOLVE, G.KB)),
    Move("T15a", "self_recovered", OPEN, (S.RESOLVED,), roles("M")),
    Move("T16", "confirm", (S.RESOLVED,), (S.CLOSED,), own),
    Move("T16a", "solved_by_customer", OPEN, (S.RESOLVED,), own),
    Move("T17", "auto_close", (S.RESOLVED,), (S.CLOSED,), roles("S"), (G.SILENT,)),
    Move("T18", "reopen", (S.RESOLVED,), BACK_TO_WORK, own | roles("1", "SL"), (G.HUMAN, G.REASON)),
    Move("T18a", "recurred", (S.RESOLVED,), (S.NEW, S.IN_PROGRESS, S.QUEUED), roles("M"), (G.REASON,)),
    Move("T19", "reopen_closed", (S.CLOSED,), BACK_TO_WORK, own | roles("1", "SL"), (G.REOPEN, G.REASON)),
    Move("T21", "auto_resolve", (S.PENDING_CUSTOMER,), (S.RESOLVED,), roles("S"), (G.REMINDED,)),
    Move("T22", "merge", OPEN, (S.MERGED,), roles("1", "2", "3", "SL"), (G.MERGE,)),
    Move("T23", "link_to_major", OPEN, (), roles("1", "SL", "MI"), (G.OPEN_PARENT,)),
    Move("T24", "unmerge", (S.MERGED,), OPEN, roles("SL"), (G.UNMERGE,)),
    Move("T25", "cancel", OPEN, (S.CANCELLED,), own | roles("1", "SL"), (G.REASON, G.BEFORE_WORK)),
    Move("T25a", "absorb", (S.NEW,), (S.CANCELLED,), roles("M")),
    Move("T26", "mark_spam", (S.NEW, S.TRIAGE), (S.SPAM,), roles("1", "S", "SL"), (G.STRANGER,)),
    Move("T27", "not_spam", (S.SPAM,), (S.NEW,), roles("1", "SL")),
    Move("T28", "restore", (S.CANCELLED,), (S.IN_PROGRESS,), roles("SL"), (G.UNMERGE, G.REASON)),
    Move("T29", "reclassify", OPEN, (), roles("1", "2", "3", "SL", "M"), (G.REASON, G.LOWERING)),
    Move("T30", "form_group", OPEN, (), roles("2", "3", "SL", "MI")),
    Move("T31", "set_major", OPEN, (), anyone, (G.MAJOR,)),
)
# fmt: on
MOVES: dict[str, Move] = {move.name: move for move in LIFECYCLE}


class Lifecycle(models.Model):
    """Carries the protected state and one django_fsm method per row of the table."""

    state = FSMField(_("state"), max_length=20, choices=State, default=State.NEW, protected=True)
    line = models.PositiveSmallIntegerField(_("line"), default=1)
    major_state = models.CharField(max_length=10, choices=MajorState, default=MajorState.NONE)

    class Meta:
        abstract = True


def _method(move: Move) -> Callable[..., None]:
    def body(ticket: Lifecycle, outcome: Outcome) -> None:
        for name, value in outcome.sets.items():
            setattr(ticket, name, value)

    body.__name__, body.__qualname__ = move.name, f"Lifecycle.{move.name}"
    states = list(move.targets)
    target = GET_STATE(lambda _ticket, outcome: outcome.target, states=states) if len(states) > 1 else None
    decorate = transition(
        field="state",
        source=list(move.sources),
        target=target or (states[0] if states else None),
        conditions=[lambda ticket: cast("Any", ticket).line in move.lines],
        permission=cast("Any", move.who),
        custom={"id": move.id, "guards": move.guards},
    )
    method: Callable[..., None] = decorate(body)
    return method


for _move in LIFECYCLE:
    setattr(Lifecycle, _move.name, _method(_move))
