"""Triggers that come and go (§2.4): one ticket that stays, a digest now and then, and an end when it has settled."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.enums import Actor
from common.db import lock_one
from monitoring.correlation.rules import FLAP_DIGEST, FLAP_SETTLED, FLAPS
from monitoring.enums import ProblemState, RecoveryPolicy
from monitoring.models import Flap, Problem
from monitoring.services.claiming import Claim
from monitoring.services.noting import note
from monitoring.services.recovering import may_resolve
from monitoring.services.recurring import go_on
from tickets.models import Ticket
from tickets.services.moving import move


def count(*, problem: Problem, claimed: Claim, at: datetime) -> bool:
    """Note another event of a trigger, or its end; True while it flaps. One statement for those that do, none else."""
    if problem.trigger_id is None:
        return False
    if claimed.flap_id is not None:
        Flap.objects.filter(pk=claimed.flap_id).update(count=F("count") + 1, changed_at=at)
        return True
    if claimed.recent + 1 < FLAPS:
        return False
    # The trigger's lock is held: nobody else makes this row.
    made = Flap.objects.create(
        source_id=problem.source_id, trigger_id=problem.trigger_id, since=at, changed_at=at,
        count=claimed.recent + 1, told_count=claimed.recent + 1, digest_at=at + FLAP_DIGEST,
    )  # fmt: skip
    claimed.flap_id = made.pk
    return True


def place(*, actor: Actor, problem: Problem, claimed: Claim, at: datetime) -> bool:
    """Put a flapping problem on the ticket its trigger had last, open again if it must be; False when there is none."""
    flap = Flap.objects.select_related("ticket").get(pk=claimed.flap_id or 0)
    ticket = go_on(actor=actor, ticket=flap.ticket or _last_ticket(problem))
    if ticket is None:
        return False
    if flap.ticket_id is None:
        text = _(
            "The trigger comes and goes: %(count)d times in half an hour. From now on it is summed up here."
        )
        note(actor=actor, ticket_id=ticket.pk, text=text % {"count": flap.count})
    if flap.ticket_id != ticket.pk:
        Flap.objects.filter(pk=flap.pk).update(ticket=ticket)
    problem.ticket = ticket
    problem.flaps = flap.count
    return True


def adopt(*, claimed: Claim, ticket: Ticket) -> None:
    """The flapping trigger had no ticket to go on with: this is its ticket now."""
    Flap.objects.filter(pk=claimed.flap_id or 0, ticket__isnull=True).update(ticket=ticket)


def _last_ticket(problem: Problem) -> Ticket | None:
    others = Problem.objects.filter(
        source=problem.source_id, trigger_id=problem.trigger_id, ticket__isnull=False
    )
    last = others.exclude(event_id=problem.event_id).select_related("ticket").order_by("-event_id").first()
    return last.ticket if last else None


def is_flapping(problems: QuerySet[Problem], at: datetime) -> bool:
    """Whether the trigger of any of these problems flaps now: quiet between two flaps is no recovery."""
    if not Flap.objects.filter(is_live=True).exists():
        return False
    live = Flap.objects.filter(
        is_live=True,
        source=OuterRef("source"),
        trigger_id=OuterRef("trigger_id"),
        changed_at__gt=at - FLAP_SETTLED,
    )
    return problems.filter(Exists(live)).exists()


def tick(at: datetime) -> int:
    """Digests that are due, and the end of what has settled; O(what flaps)."""
    rows = Flap.objects.filter(is_live=True).order_by("pk").values_list("pk", flat=True)
    return sum(_attend(pk, at) for pk in rows)


@transaction.atomic
def _attend(pk: int, at: datetime) -> bool:
    flap = lock_one(Flap.objects.select_related("source", "ticket"), pk)
    actor = Actor.monitoring(flap.source.name)
    if at >= flap.changed_at + FLAP_SETTLED:
        flap.is_live = False
        flap.save(update_fields=["is_live"])
        _settled(flap, actor)
        return True
    if at < flap.digest_at:
        return False
    more = flap.count - flap.told_count
    flap.told_count, flap.digest_at = flap.count, at + FLAP_DIGEST
    flap.save(update_fields=["told_count", "digest_at"])
    if more and flap.ticket_id is not None:
        text = ngettext(
            "Monitoring: it came or went %(count)d more time in half an hour; now it is %(now)s.",
            "Monitoring: it came or went %(count)d more times in half an hour; now it is %(now)s.",
            more,
        )
        now = ProblemState.OPEN.label if _is_open(flap) else ProblemState.RESOLVED.label
        note(actor=actor, ticket_id=flap.ticket_id, text=text % {"count": more, "now": str(now).lower()})
    return True


def _is_open(flap: Flap) -> bool:
    return Problem.objects.open().filter(source=flap.source_id, trigger_id=flap.trigger_id).exists()


def _settled(flap: Flap, actor: Actor) -> None:
    if flap.ticket_id is None:
        return
    ticket = note(
        actor=actor, ticket_id=flap.ticket_id, text=_("The trigger has settled: no change for an hour.")
    )
    rest = Problem.objects.open().filter(ticket=flap.ticket_id)
    policy = flap.source.recovery_policy
    if ticket.is_open and policy != RecoveryPolicy.NOTE and not rest.exists() and may_resolve(ticket, policy):
        move(actor=actor, ticket_id=ticket.pk, transition="self_recovered")
