"""How the demo's broken promises were looked into: most in time, some late, the last ones still in work."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from accounts.enums import Actor
from helpdesk.demo.cast import MOSCOW, Cast
from helpdesk.demo.data_files import read
from sla.enums import ReviewState
from sla.models import Breach, BreachReview, CorrectiveAction, ProblemProposal
from sla.queries.proposals import WITHIN
from sla.services.proposing import TIMES
from tickets.models import Ticket

DICE = 17
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FRESH, SETTLED = 6 * HOUR, 20 * DAY
"""Younger than this nobody has begun; older than this everything has been reviewed."""
LATE = 0.08
WITHOUT_ACTION = 0.35


@dataclass(frozen=True, slots=True)
class Missed:
    """A broken promise that asks for a review: the clock that broke, and when the sweep saw it."""

    ticket: Ticket
    kind: str
    cycle: int
    line: int
    seen: datetime

    @property
    def key(self) -> tuple[int, str, int, int]:
        return (self.ticket.pk, self.kind, self.cycle, self.line)


@dataclass(frozen=True, slots=True)
class Plan:
    """The review of one of them. Without `reviewed_at` it is incomplete, without `verified_at` still in work."""

    missed: Missed
    reviewer: Actor
    state: ReviewState
    started_at: datetime
    reviewed_at: datetime | None
    verified_at: datetime | None
    closed_at: datetime | None
    words: dict[str, Any]
    has_action: bool


Plans = dict[tuple[int, str, int, int], Plan]


@dataclass(slots=True)
class Reviews:
    """Rows of the reviews, unsaved."""

    reviews: list[BreachReview] = field(default_factory=list)
    actions: list[CorrectiveAction] = field(default_factory=list)
    proposals: list[ProblemProposal] = field(default_factory=list)


def plan(missed: Iterable[Missed], cast: Cast, now: datetime) -> Plans:
    """Who looks into what and when. The service with most misses of late has one cause for all of them.

    The newest that somebody could have begun is still in work, whatever the dice say.
    """
    dice = Random(DICE)  # noqa: S311 — dice for a play, not for secrets
    found = sorted(missed, key=lambda one: (one.seen, one.key))
    worst = _worst(found, now)
    newest = max((one.seen for one in found if now - one.seen >= FRESH), default=None)
    plans = [
        _plan(one, cast, dice, now, same=one.ticket.service_id == worst, held=one.seen == newest)
        for one in found
    ]
    return {one.missed.key: one for one in plans if one is not None}


def _worst(missed: list[Missed], now: datetime) -> int | None:
    late = (
        one.ticket.service_id for one in missed if one.ticket.service_id and one.seen > now - WITHIN + 2 * DAY
    )
    common = Counter(late).most_common(1)
    return common[0][0] if common else None


def _plan(one: Missed, cast: Cast, dice: Random, now: datetime, *, same: bool, held: bool) -> Plan | None:
    age, started = now - one.seen, one.seen + dice.uniform(0.5, 3) * HOUR
    late, has_action, words = (
        dice.random() < LATE,
        dice.random() > WITHOUT_ACTION,
        _words(one, dice, same=same),
    )
    verified = one.seen + (dice.uniform(60, 110) if late else dice.uniform(4, 21)) * HOUR
    closed = verified + dice.uniform(2, 20) * HOUR
    if age < FRESH:
        return None
    reviewer = cast.operator("manager" if dice.random() < 0.3 else "lead")
    if verified < now and not ((late or held) and age < SETTLED):
        state = ReviewState.CLOSED if closed < now else ReviewState.VERIFIED
        return Plan(
            one,
            reviewer,
            state,
            started,
            verified,
            verified,
            closed if closed < now else None,
            words,
            has_action,
        )
    state = ReviewState.ACTIONS if late or held or dice.random() < 0.5 else ReviewState.ANALYSIS
    is_planned = state == ReviewState.ACTIONS and not late
    planned = min(started + HOUR, now) if is_planned else None
    return Plan(one, reviewer, state, started, planned, None, None, words, has_action=is_planned)


def _words(one: Missed, dice: Random, *, same: bool) -> dict[str, Any]:
    causes: list[dict[str, Any]] = read("reviews.toml")["cause"]
    fitting = [cause for cause in causes if one.kind in cause["on"]]
    chosen: dict[str, Any] = dice.choice(fitting)
    return next(cause for cause in causes if cause["code"] == "C33") if same else chosen


def write_down(plans: Plans, breaches: Iterable[Breach], now: datetime, cast: Cast) -> Reviews:
    """The rows of all plans, and a proposal wherever a cause has come back often enough."""
    made, again = Reviews(), defaultdict(list)
    for breach in breaches:
        found = plans.get((breach.ticket_id, breach.kind, breach.clock.cycle, breach.clock.line))
        if found is None:
            continue
        review = _review(found, breach)
        made.reviews.append(review)
        if found.has_action and review.state != ReviewState.ANALYSIS:
            made.actions.append(_action(found, review, now, cast))
        if review.cause and breach.ticket.service_id and breach.breached_at > now - WITHIN:
            again[breach.ticket.service_id, review.cause].append(found.started_at)
    for (service_id, cause), started in again.items():
        if len(started) >= TIMES:
            made.proposals.append(
                ProblemProposal(service_id=service_id, cause=cause, proposed_at=max(started) + HOUR)
            )
    return made


def _review(found: Plan, breach: Breach) -> BreachReview:
    review = BreachReview(
        breach=breach, reviewer_id=found.reviewer.user_id or 0, state=found.state, started_at=found.started_at,
        closed_at=found.closed_at, reviewed_at=found.reviewed_at,
    )  # fmt: skip
    if found.state != ReviewState.ANALYSIS:
        review.cause, review.preventable = found.words["code"], found.words["preventable"]
        review.prevented_by, review.next_time = found.words["prevented_by"], found.words["next_time"]
        if not found.has_action and found.reviewed_at:
            review.no_action_reason = "Разовый случай: правило есть, его знают, повторов нет."
    return review


def _action(found: Plan, review: BreachReview, now: datetime, cast: Cast) -> CorrectiveAction:
    """Done and seen to work if the review is verified, else owed."""
    verified = found.verified_at
    due = (verified or found.started_at + 2 * DAY).astimezone(MOSCOW).date()
    owner = cast.operator("editor" if found.words["action"] == "article" else "lead")
    return CorrectiveAction(
        review=review, kind=found.words["action"], what=found.words["what"], owner_id=owner.user_id or 0, due_on=due,
        verify_on=due if verified else due + 5 * DAY, done_at=verified and verified - timedelta(minutes=20),
        effect=found.words["effect"] if verified else "",
    )  # fmt: skip
