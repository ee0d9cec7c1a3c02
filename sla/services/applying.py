"""«Apply to open tickets»: the promises in force reach tickets that were matched before, by an audited act."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Actor
from accounts.models import Operator
from accounts.queries import operator_actor
from common import clock
from common.db import lock_one
from common.errors import Conflict, Missing, Unprocessable
from sla.engine.events import Event
from sla.engine.fold import Folded, fold
from sla.enums import ApplyMode, RunState
from sla.models import PolicyApplication, PolicyVersion
from sla.permissions import person
from sla.queries import policies
from sla.services import running
from sla.services.drafting import allowed
from sla.services.loading import brought, log, rules
from sla.services.previewing import differs
from sla.services.replaying import Logs
from sla.services.running import UNFINISHED, Stopped
from tickets.enums import OPEN, EventType
from tickets.models import Ticket
from tickets.services import recording

CHUNK = 100
LEAST_WORDS = 10
REASON = "policy"


@transaction.atomic
def ask(*, actor: Actor, version_id: int, mode: str, why: str) -> PolicyApplication:
    """Begin to apply the version in force to every open ticket.

    `mode` is `from_change` (rule R1) or `retro` (rule R2). Raises `NotAllowed`, `Missing`, `Unprocessable` without
    ten characters of reason, `Conflict` for a version that does not hold now or while another run is under way.
    """
    allowed(actor)
    if mode not in ApplyMode.values:
        raise Unprocessable(_("Say how: from now on, or as if it had held from the start."))
    if len(why.strip()) < LEAST_WORDS:
        raise Unprocessable(_("Say why in ten characters or more: it stays on record."))
    version = PolicyVersion.objects.select_for_update().filter(pk=version_id).first()
    if version is None:
        raise Missing
    current = policies.in_force()
    if current is None or current.pk != version.pk:
        raise Conflict(_("Only the version that holds now can be applied to open tickets."))
    if PolicyApplication.objects.filter(state__in=UNFINISHED).exists():
        raise Conflict(_("Promises are being applied already: wait until that has finished."))
    run = PolicyApplication.objects.create(
        version=version,
        by_id=person(actor),
        asked_at=clock.now(),
        mode=mode,
        why=why.strip(),
        total=Ticket.objects.open().count(),
    )
    running.begin(run)
    return run


def walk(*, run_id: int, seconds: float = running.TURN, chunk: int = CHUNK) -> bool:
    """One turn of a run: tickets in the order of their keys. True when more is left to do."""
    run = PolicyApplication.objects.filter(pk=run_id, state__in=UNFINISHED).first()
    return run is not None and running.turn(run, lambda: _step(run_id, chunk), seconds=seconds)


def _step(run_id: int, chunk: int) -> bool:
    """The next tickets. Whoever was killed in between goes on behind the last ticket that was committed."""
    run = PolicyApplication.objects.select_related("by").filter(pk=run_id, state__in=UNFINISHED).first()
    if run is None:
        return False
    following = Ticket.objects.open().filter(pk__gt=run.last_id).order_by("pk")
    keys = list(following.values_list("pk", flat=True)[:chunk])
    for pk in _affected(run, keys):
        if not _apply(run, pk, keys):
            return True
    _advance(run, keys, keys[-1] if keys else run.last_id, changed=0, is_over=len(keys) < chunk)
    return len(keys) == chunk


def _affected(run: PolicyApplication, keys: list[int]) -> list[int]:
    """Tickets of the chunk whose promises would change, found without locking any."""
    _still_holds(run)
    read, policy, now = Logs(keys), rules().policy, clock.now()
    return [pk for pk in keys if _changes(read.fold(pk, policy, now))]


def _still_holds(run: PolicyApplication) -> None:
    if rules().policy.version_at(clock.now()) != run.version_id:
        raise Stopped(_("Another version has come into force: apply that one."))


def _changes(folded: Folded) -> bool:
    """Whether the version in force promises this ticket anything else than the terms it is under."""
    return bool(folded.clocks) and differs(folded.terms, rules().policy.match(folded.facts, clock.now()))


@transaction.atomic
def _apply(run: PolicyApplication, pk: int, keys: list[int]) -> bool:
    """One ticket, decided again under its lock, and the progress in the same transaction.

    False when another walker has come past it. A ticket that was done before changes nothing and gets no event.
    """
    mine = lock_one(PolicyApplication.objects.all(), run.pk)
    if mine.last_id >= pk or mine.state not in UNFINISHED:
        return False
    ticket = lock_one(Ticket.objects.select_related("category"), pk)
    events: list[Event] = log(pk)
    folded = fold(events, rules().policy, as_of=clock.now(), sources=brought)
    changed = ticket.state in OPEN and _changes(folded)
    if changed:
        recording.record(
            ticket=ticket,
            type=EventType.POLICY_APPLIED,
            actor=_actor(run),
            mode=run.mode,
            reason=REASON,
            version=run.version_id,
            application=run.pk,
        )
    _advance(mine, keys, pk, changed=int(changed), is_over=False)
    return True


def _actor(run: PolicyApplication) -> Actor:
    """Whoever ordered the run answers for each of its events."""
    operator = Operator.objects.filter(user_id=run.by_id).first()
    return operator_actor(operator, run.by) if operator else Actor.system()


@transaction.atomic
def _advance(run: PolicyApplication, keys: list[int], last: int, *, changed: int, is_over: bool) -> None:
    """Say how far the run has come; whoever else has come further stays there."""
    mine = lock_one(PolicyApplication.objects.all(), run.pk)
    if mine.last_id > last or mine.state not in UNFINISHED:
        return
    mine.done += sum(mine.last_id < pk <= last for pk in keys)
    mine.last_id, mine.changed = last, mine.changed + changed
    mine.state = RunState.DONE if is_over else RunState.RUNNING
    mine.finished_at = clock.now() if is_over else None
    mine.save(update_fields=["last_id", "done", "changed", "state", "finished_at"])
