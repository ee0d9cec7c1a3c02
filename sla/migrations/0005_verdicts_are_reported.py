"""Verdicts reached so far are reported where they fell; the index of figures follows the new column.

Not atomic: the index is built beside running sweeps, and each step can be repeated.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

REPORT = "UPDATE sla_clock SET reported_at = verdict_at WHERE verdict_at IS NOT NULL AND reported_at IS NULL"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("sla", "0004_runs_risk_proposals_and_reports")]
    operations = [
        migrations.RunSQL(REPORT, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "clock",
            models.CheckConstraint(
                condition=Q(verdict_at__isnull=True, reported_at__isnull=True)
                | Q(verdict_at__isnull=False, reported_at__isnull=False),
                name="sla_clock_verdict_is_reported",
            ),
        ),
        AddIndexConcurrently(
            "clock",
            models.Index(
                fields=["reported_at"], name="sla_clock_reported", condition=Q(reported_at__isnull=False)
            ),
        ),
        RemoveIndexConcurrently("clock", "sla_clock_judged"),
    ]
