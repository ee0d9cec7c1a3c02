"""The one place that asks what time it is, so that tests can move it."""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """The application's time, aware, UTC. Deadlines are judged by `common.db.database_now` instead."""
    return timezone.now()
