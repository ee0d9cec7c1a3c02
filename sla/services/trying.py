"""What-if: a policy over the tickets of a past period, beside what really was promised. Changes no ticket."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count, Max, Min, QuerySet
from django.utils.translation import gettext as _

from accounts.enums import Actor
from common import clock
from common.errors import Missing, Unprocessable
from sla.engine import tally
from sla.engine.policy import RowPolicy
from sla.enums import RunState
from sla.models import PolicyVersion, WhatIf
from sla.permissions import person
from sla.queries.policies import as_version, entries_of, fingerprint
from sla.services import running
from sla.services.drafting import SINCE, allowed
from sla.services.loading import rules
from sla.services.replaying import Logs
from sla.services.running import UNFINISHED, Stopped
from tickets.enums import CategoryKind
from tickets.models import Ticket

CHUNK = 200


@transaction.atomic
def ask(*, actor: Actor, version_id: int, since: datetime, until: datetime) -> WhatIf:
    """Begin a run over the tickets received from `since` up to but not including `until`.

    Raises `NotAllowed`, `Missing`, `Unprocessable` for a period without tickets.
    """
    allowed(actor)
    if not PolicyVersion.objects.filter(pk=version_id).exists():
        raise Missing
    bounds = _received(since, until).aggregate(total=Count("pk"), first=Min("pk"), last=Max("pk"))
    if not bounds["total"]:
        raise Unprocessable(_("No ticket was received in this period."))
    run = WhatIf.objects.create(
        version_id=version_id,
        by_id=person(actor),
        asked_at=clock.now(),
        since=since,
        until=until,
        last_id=bounds["first"] - 1,
        total=bounds["total"],
        result={**tally.empty(), "last": bounds["last"], "fingerprint": fingerprint(entries_of(version_id))},
    )
    running.begin(run)
    return run


def walk(*, run_id: int, seconds: float = running.TURN, chunk: int = CHUNK) -> bool:
    """One turn of a run. True when more is left to do."""
    run = WhatIf.objects.filter(pk=run_id, state__in=UNFINISHED).first()
    return run is not None and running.turn(run, lambda: _step(run_id, chunk), seconds=seconds)


def _step(run_id: int, chunk: int) -> bool:
    """Fold the next tickets and add them up. A step that another walker has taken meanwhile is thrown away."""
    run = WhatIf.objects.filter(pk=run_id, state__in=UNFINISHED).first()
    if run is None:
        return False
    rules()  # seeds an empty desk, which the reading below could not
    with read_only():
        entries = entries_of(run.version_id)
        if fingerprint(entries) != run.result["fingerprint"]:
            raise Stopped(_("The draft was changed while the run was under way: start it again."))
        policy = RowPolicy([as_version(run.version_id, SINCE, entries, rules().calendars)])
        tickets = list(_next(run, chunk))
        result = _added(run, tickets, policy)
    is_over = len(tickets) < chunk
    WhatIf.objects.filter(pk=run.pk, last_id=run.last_id, state__in=UNFINISHED).update(
        state=RunState.DONE if is_over else RunState.RUNNING,
        finished_at=clock.now() if is_over else None,
        last_id=tickets[-1].pk if tickets else run.last_id,
        done=run.done + len(tickets),
        result=result,
    )
    return not is_over


@contextmanager
def read_only() -> Iterator[None]:
    """A transaction in which the database itself refuses to write."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        yield


def _received(since: datetime, until: datetime) -> QuerySet[Ticket]:
    return Ticket.objects.filter(received_at__gte=since, received_at__lt=until)


def _next(run: WhatIf, chunk: int) -> QuerySet[Ticket]:
    rows = _received(run.since, run.until).filter(pk__gt=run.last_id, pk__lte=run.result["last"])
    named = rows.select_related("category").only(
        "pk", "number", "is_outbound", "priority", "category__code", "category__kind"
    )
    return named.order_by("pk")[:chunk]


def _added(run: WhatIf, tickets: list[Ticket], policy: RowPolicy) -> tally.Json:
    result: tally.Json = copy.deepcopy(run.result)
    counted = [ticket for ticket in tickets if _counts(ticket)]
    log, real = Logs(ticket.pk for ticket in counted), rules().policy
    for ticket in counted:
        before = log.fold(ticket.pk, real, run.asked_at).clocks
        after = log.fold(ticket.pk, policy, run.asked_at).clocks
        category = ticket.category.code if ticket.category else ""
        tally.add(result, ticket.number, category, ticket.priority, before, after)
    return result


def _counts(ticket: Ticket) -> bool:
    """Tickets that we opened ourselves and those of our own house promise nothing to a customer (§3)."""
    category = ticket.category
    return not ticket.is_outbound and not (category and category.kind == CategoryKind.INTERNAL)
