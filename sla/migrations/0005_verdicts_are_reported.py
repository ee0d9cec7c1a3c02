"""Verdicts reached so far are reported where they fell; the index of figures follows the new column.

Not atomic: rows are filled a portion at a time and indexes are built beside a running desk; every step may be
repeated after it was broken off. Processes of the version before write verdicts without the new column: stop them
before the constraint comes (docs/install.md, Upgrade).
"""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

PORTION = 20_000
FILL = """
UPDATE sla_clock SET reported_at = verdict_at
WHERE id > %s AND id <= %s AND verdict_at IS NOT NULL AND reported_at IS NULL
"""
CONSTRAIN = """
ALTER TABLE sla_clock DROP CONSTRAINT IF EXISTS sla_clock_verdict_is_reported;
ALTER TABLE sla_clock ADD CONSTRAINT sla_clock_verdict_is_reported
CHECK ((reported_at IS NULL) = (verdict_at IS NULL)) NOT VALID;
"""
VALIDATE = (
    "SET statement_timeout = 0; ALTER TABLE sla_clock VALIDATE CONSTRAINT sla_clock_verdict_is_reported"
)
RELEASE = "ALTER TABLE sla_clock DROP CONSTRAINT IF EXISTS sla_clock_verdict_is_reported"
# Half an index of a run that was broken off would stand in the way.
CLEAR = "DROP INDEX CONCURRENTLY IF EXISTS sla_clock_reported"


def fill(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(min(id), 0), coalesce(max(id), 0) FROM sla_clock")
        first, last = cursor.fetchone()
        for start in range(first - 1, last, PORTION):
            cursor.execute(FILL, [start, start + PORTION])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("sla", "0004_runs_risk_proposals_and_reports")]
    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(CONSTRAIN, RELEASE),
                migrations.RunSQL(VALIDATE, migrations.RunSQL.noop),
            ],
            state_operations=[
                migrations.AddConstraint(
                    "clock",
                    models.CheckConstraint(
                        condition=Q(verdict_at__isnull=True, reported_at__isnull=True)
                        | Q(verdict_at__isnull=False, reported_at__isnull=False),
                        name="sla_clock_verdict_is_reported",
                    ),
                )
            ],
        ),
        migrations.RunSQL(CLEAR, migrations.RunSQL.noop),
        AddIndexConcurrently(
            "clock",
            models.Index(
                fields=["reported_at"], name="sla_clock_reported", condition=Q(reported_at__isnull=False)
            ),
        ),
        RemoveIndexConcurrently("clock", "sla_clock_judged"),
    ]
