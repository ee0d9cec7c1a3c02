"""Noting that a source is alive, without a row lock for every alert of a storm."""

import time
from datetime import timedelta

from django.db import Error
from django.db.models import Q

from common import clock
from monitoring.models import Source

RESOLUTION_SECONDS = 10.0
_noted_at: dict[int, float] = {}


def note_alive(source_id: int) -> None:
    """Set `last_seen_at`, at most every ten seconds per process. Never fails: it is not worth an alert."""
    moment = time.monotonic()
    if moment - _noted_at.get(source_id, float("-inf")) < RESOLUTION_SECONDS:
        return
    _noted_at[source_id] = moment
    now = clock.now()
    stale = Q(last_seen_at__isnull=True) | Q(last_seen_at__lt=now - timedelta(seconds=RESOLUTION_SECONDS / 2))
    try:
        Source.objects.filter(stale, pk=source_id).update(last_seen_at=now)
    except Error:
        _noted_at.pop(source_id, None)
