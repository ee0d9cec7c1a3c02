"""A run: asked for by a click, carried out by a worker, written on the ticket."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.enums import Actor
from assets.models import Endpoint
from common import clock
from common.errors import Conflict, Missing, NotAllowed
from messaging.services.doorbell import after_commit
from monitoring.enums import RunState
from monitoring.models import DiagnosticRun
from monitoring.services import describing
from monitoring.services.diagnosing import names, reaching, registration, web, wording
from monitoring.services.diagnosing.guarding import Forbidden, addresses_of
from monitoring.services.diagnosing.results import BAD, Result
from tickets.models import Ticket
from tickets.services.noting import add_note

logger = logging.getLogger(__name__)
TASK = "monitoring.run_diagnoses"
# A worker that died in the middle is replaced after this; a name that kills workers is given up.
LEASE, TRIES = timedelta(minutes=3), 2
PER_TICKET = 5


def endpoints_of(ticket: Ticket) -> QuerySet[Endpoint]:
    """Names of the ticket's service, or of all services of its customer; nobody else's."""
    found = Endpoint.objects.filter(service__customer=ticket.customer_id, service__is_active=True)
    own = found.filter(service=ticket.service_id)
    return (own if ticket.service_id and own.exists() else found).select_related("service").order_by("name")


@transaction.atomic
def ask(*, ticket: Ticket, endpoint_id: int | None, actor: Actor) -> list[DiagnosticRun]:
    """Queue a look at one name of the ticket's customer, or at the first few; those under way are not queued twice.

    Raises `NotAllowed` for contacts, `Missing` for a foreign name, `Conflict` when there is none.
    """
    if not actor.is_operator:
        raise NotAllowed
    found = endpoints_of(ticket)
    if endpoint_id is not None:
        found = found.filter(pk=endpoint_id)
        if not found.exists():
            raise Missing
    chosen = list(found[:PER_TICKET])
    if not chosen:
        raise Conflict(_("No name of this customer is in the registry."))
    under_way = set(
        DiagnosticRun.objects.filter(ticket=ticket)
        .exclude(state=RunState.DONE)
        .values_list("endpoint_id", flat=True)
    )
    made = [
        DiagnosticRun.objects.create(ticket=ticket, endpoint=one, by=actor.name[:200], due_at=clock.now())
        for one in chosen if one.pk not in under_way
    ]  # fmt: skip
    after_commit(TASK, queue="bulk")
    return made


def run_due(*, limit: int = 10) -> int:
    """Carry out what waits; how many."""
    done = 0
    while done < limit and (run := _take()) is not None:
        _carry_out(run)
        done += 1
    return done


def _take() -> DiagnosticRun | None:
    with transaction.atomic():
        now = clock.now()
        due = (
            DiagnosticRun.objects.exclude(state=RunState.DONE)
            .filter(due_at__lte=now)
            .order_by("due_at", "pk")
        )
        run = (
            due.select_for_update(of=("self",), skip_locked=True).select_related("endpoint", "ticket").first()
        )
        if run is None:
            return None
        run.state, run.due_at, run.attempts = RunState.RUNNING, now + LEASE, run.attempts + 1
        run.save(update_fields=["state", "due_at", "attempts"])
    return run


def _carry_out(run: DiagnosticRun) -> None:
    results = examine(run.endpoint) if run.attempts <= TRIES else [Result("dns", BAD, "gave_up", {})]
    with transaction.atomic(), describing.desk_language():
        fresh = DiagnosticRun.objects.select_for_update().get(pk=run.pk)
        if fresh.state == RunState.DONE:
            return
        fresh.results = [result.as_json() for result in results]
        fresh.state, fresh.finished_at = RunState.DONE, clock.now()
        fresh.save(update_fields=["results", "state", "finished_at"])
        add_note(
            actor=Actor.system(), ticket_id=run.ticket_id, text=wording.note_of(run.endpoint, run.by, results)
        )


def examine(endpoint: Endpoint) -> list[Result]:
    """Every check of one name; a check that fails is a result."""
    results = [names.look_up(endpoint.name), registration.check(endpoint.name)]
    try:
        addresses = addresses_of(endpoint.name, endpoint.port)
    except Forbidden as error:
        return [*results, Result("http", BAD, "forbidden", {"addresses": str(error)})]
    except OSError as error:
        return [*results, Result("http", BAD, "http_failed", {"error": str(error)[:200]})]
    if not addresses:
        return results
    address = addresses[0]
    if not web.is_plain(endpoint.port):
        results.append(web.certificate(endpoint.name, address, endpoint.port))
    results.append(web.fetch(endpoint.name, address, endpoint.port, endpoint.path))
    results.append(reaching.reach(address))
    return results
