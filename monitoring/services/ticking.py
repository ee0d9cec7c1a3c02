"""What time does to problems and incidents, every two seconds and whenever a bell rings. Only what is due is looked at."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.db import connection, transaction

from accounts.enums import Actor
from common import clock
from common.errors import Missing
from monitoring.correlation.rules import REVIEWED
from monitoring.enums import IncidentState
from monitoring.models import Incident
from monitoring.services import describing, flapping
from monitoring.services.incidents import (
    absorbing,
    checking,
    joining,
    judging,
    locking,
    recovering,
    storms,
    straggling,
)  # fmt: skip
from monitoring.services.notices.planning import plan
from monitoring.services.releasing import release, release_held
from monitoring.services.windows.active import due_problems
from monitoring.services.windows.announcing import announce_due
from monitoring.services.zabbix.queueing import acknowledge_late, rank

logger = logging.getLogger(__name__)
TICK_LOCK = 0x74_69_63_6B
DESK = Actor.monitoring("")


def tick(*, at: datetime | None = None) -> bool:
    """One round; False when another process is at it. Each step stands alone: one that fails stops no other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [TICK_LOCK])
        if not cursor.fetchone()[0]:
            return False
    try:
        _round(at or clock.now())
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [TICK_LOCK])
    return True


def _round(at: datetime) -> None:
    _safely(lambda: _infer(at), "storms")
    for pk in joining.attended().order_by("pk").values_list("pk", flat=True):
        _safely(partial(_attend, pk, at), f"incident {pk}")
    _safely(lambda: flapping.tick(at), "flapping triggers")
    _safely(lambda: announce_due(at), "announcements of works")
    _safely(lambda: release_held(at), "held problems")
    _safely(lambda: release(due_problems(now=at), at), "problems of windows that ended")


def _safely(step: Callable[[], object], what: str) -> None:
    try:
        with describing.desk_language():
            step()
    except Missing:
        pass  # somebody works on it: the next tick
    except Exception:
        logger.exception("the tick could not finish: %s", what)


def _infer(at: datetime) -> None:
    """A storm whose alerts came too fast for each other to be seen, and roots inferred too low."""
    for incident in (
        Incident.objects.live().filter(is_inferred=True, opened_at__gt=at - REVIEWED).order_by("pk")
    ):
        wider = storms.wider(incident, at)
        if wider is not None:
            with transaction.atomic():
                locking.lock_correlation()
                storms.grow_to(wider, locking.lock_incident(incident.pk), at=at)
            return
    found = storms.suspect(at) if storms.fresh_count(at, most=3) >= 3 else None
    if found is not None:
        with transaction.atomic():
            locking.lock_correlation()
            storms.open_for(found, actor=DESK, at=at)


@transaction.atomic
def _attend(pk: int, at: datetime) -> None:
    incident = locking.lock_incident(pk, waits=False)
    joining.retire(incident, at)
    joining.adopt(incident=incident, at=at)
    recovering.step(incident=incident, actor=DESK, at=at)
    if judging.is_due(incident, at):
        judging.judge(incident=incident, at=at)
    absorbing.absorb(incident=incident, actor=DESK)
    if incident.state == IncidentState.OPEN:
        straggling.split_off(incident=incident, actor=DESK, at=at)
        checking.check(incident=incident, at=at)
    plan(incident=incident, now=at)
    acknowledge_late(incident)
    rank(incident)
