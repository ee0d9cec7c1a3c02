"""Who owes an article since when; rows resolved before this keep what they owe.

Not atomic: indexes are built beside the running desk, and the backfill, which may be repeated, goes by small steps.
"""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

BATCH = 2_000
# Waivers older than this stand as they were given: nobody judges them any more.
OWED = """
    UPDATE tickets_ticket SET kb_since = resolved_at, kb_owner_id = assignee_id
    WHERE id > %s AND id <= %s AND kb_since IS NULL AND resolved_at IS NOT NULL
      AND (kb_state IN ('owed', 'stub') OR kb_state = 'waived' AND resolved_at > now() - interval '30 days')
"""


def fill(apps, editor):
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM tickets_ticket")
        last = cursor.fetchone()[0]
        for start in range(0, last, BATCH):
            cursor.execute(OWED, [start, start + BATCH])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("tickets", "0006_bypasses_are_judged")]

    operations = [
        migrations.AddField("ticket", "kb_since", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "ticket",
            "kb_owner",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        AddIndexConcurrently(
            "ticket",
            models.Index(
                condition=models.Q(("kb_since__isnull", False), ("kb_state__in", ("owed", "stub"))),
                fields=["kb_since", "id"],
                name="ticket_kb_owed",
            ),
        ),
        AddIndexConcurrently(
            "ticket",
            models.Index(
                condition=models.Q(("kb_since__isnull", False), ("kb_state", "waived")),
                fields=["kb_since", "id"],
                name="ticket_kb_waived",
            ),
        ),
        AddIndexConcurrently(
            "bypass",
            models.Index(condition=models.Q(("verdict", "")), fields=["at", "id"], name="bypass_open"),
        ),
    ]
