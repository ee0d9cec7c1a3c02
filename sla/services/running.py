"""Long work in short turns: one worker at a time, a turn of a minute, and a sweep that finds what a dead worker left.

The lease is only there to save work: two walkers of one run do no harm, for each step says where it began.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from django.core.cache import cache
from django.db import DatabaseError
from django.utils.translation import gettext as _

from accounts.enums import Actor
from common import clock
from common.errors import Conflict
from messaging.services import doorbell
from sla.enums import RunState
from sla.models import PolicyApplication, WhatIf
from sla.services.drafting import allowed

Run = PolicyApplication | WhatIf
QUEUE = "bulk"
TASKS: dict[type[Run], str] = {WhatIf: "sla.what_if", PolicyApplication: "sla.apply_policy"}
TURN = 60.0
"""Seconds after which a walk makes room for other work and rings for its next turn."""

LEASE = 90
UNFINISHED = (RunState.WAITING, RunState.RUNNING)


class Stopped(Exception):
    """The run cannot go on; the text is for whoever asked for it."""


def begin(run: Run) -> None:
    """Ring a worker once the row is committed."""
    doorbell.after_commit(TASKS[type(run)], run.pk, queue=QUEUE)


def turn(run: Run, step: Callable[[], bool], *, seconds: float = TURN) -> bool:
    """Take steps until there is nothing left or the turn is over. True while more is left.

    A step that fails stops the run with its reason, unless the database was only busy: then the sweep tries again.
    """
    lease = f"sla:run:{run._meta.model_name}:{run.pk}"
    if not cache.add(lease, 1, timeout=LEASE):
        return False
    try:
        until = time.monotonic() + seconds
        while step():
            if time.monotonic() >= until:
                return True
            cache.touch(lease, LEASE)
    except Stopped as reason:
        _fail(run, str(reason))
    except DatabaseError:
        raise
    except Exception as error:
        _fail(run, f"{type(error).__name__}: {error}")
        raise
    finally:
        cache.delete(lease)
    return False


def _fail(run: Run, reason: str) -> None:
    type(run).objects.filter(pk=run.pk).update(state=RunState.FAILED, error=reason, finished_at=clock.now())


def ring_again(run_model: type[Run], pk: int) -> None:
    doorbell.ring(TASKS[run_model], pk, queue=QUEUE)


def resume(*, actor: Actor, run: Run) -> None:
    """Let a run that stopped go on from where it was. Raises `Conflict` while it is under way or done."""
    allowed(actor)
    stopped = type(run).objects.filter(pk=run.pk, state=RunState.FAILED)
    if not stopped.update(state=RunState.WAITING, error="", finished_at=None):
        raise Conflict(_("There is nothing to take up again."))
    begin(run)


def unfinished() -> Iterator[tuple[type[Run], int]]:
    """Runs that nobody is walking at the moment. Two queries."""
    for model in TASKS:
        for pk in model.objects.filter(state__in=UNFINISHED).order_by("pk").values_list("pk", flat=True):
            if cache.get(f"sla:run:{model._meta.model_name}:{pk}") is None:
                yield model, pk


def sweep() -> int:
    """Ring for every run that was left behind. Returns their number."""
    left = list(unfinished())
    for model, pk in left:
        ring_again(model, pk)
    return len(left)
