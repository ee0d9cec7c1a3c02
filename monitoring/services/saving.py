"""Writing problems. New ones go by one prepared text of SQL: in a storm every alert is a new one."""

from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Field

from monitoring.models import Problem


def save(problem: Problem) -> None:
    """Insert or update the row. A new problem that another worker has just inserted raises `IntegrityError`."""
    if problem.pk:
        problem.save()
        return
    sql, fields = _insert()
    values = [field.get_db_prep_save(getattr(problem, field.attname), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        (problem.pk,) = cursor.fetchone()


@cache
def _insert() -> tuple[str, list[Field[Any, Any]]]:
    fields = [field for field in Problem._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    table = Problem._meta.db_table
    return f'INSERT INTO "{table}" ({columns}) VALUES ({marks}) RETURNING id', fields  # noqa: S608  (our own names)
