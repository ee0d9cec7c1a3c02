"""Row locks in one order, and the database's own time."""

from datetime import datetime
from typing import TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

from common.errors import Missing

M = TypeVar("M", bound=Model)


def lock(queryset: QuerySet[M], *pks: int) -> list[M]:
    """Lock the rows by ascending primary key, so that two callers can never wait for each other.

    Must run inside a transaction. Rows that do not exist (or are out of the queryset's scope) raise `Missing`.
    """
    rows = list(queryset.select_for_update(of=("self",)).filter(pk__in=set(pks)).order_by("pk"))
    if len(rows) != len(set(pks)):
        raise Missing
    return rows


def lock_one(queryset: QuerySet[M], pk: int) -> M:
    """Lock one row, re-read under the lock. Raises `Missing` when it is out of scope."""
    return lock(queryset, pk)[0]


def database_now() -> datetime:
    """The database's wall clock: the only time that several machines agree on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        value: datetime = cursor.fetchone()[0]
    return value


def take_turns(name: str) -> None:
    """Wait until no other transaction is at the same thing: for what has no row yet that could be locked.

    Must run inside a transaction, and before the look that the decision depends on.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])
