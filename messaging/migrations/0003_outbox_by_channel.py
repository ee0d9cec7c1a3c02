"""Each way out has its own queue: a slow chat service must not hold back the mail."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Indexes of a table that grows are built beside its writers.
    atomic = False
    dependencies = [("messaging", "0002_channels")]
    operations = [
        AddIndexConcurrently(
            model_name="outboundmessage",
            index=models.Index(
                condition=models.Q(("state__in", ["queued", "failed"])),
                fields=["channel", "next_attempt_at", "id"],
                name="outbound_due_by_channel",
            ),
        ),
        AddIndexConcurrently(
            model_name="outboundmessage",
            index=models.Index(
                condition=models.Q(("state", "sending")),
                fields=["channel", "leased_until"],
                name="outbound_leases_by_channel",
            ),
        ),
        AddIndexConcurrently(
            model_name="outboundmessage",
            index=models.Index(
                condition=models.Q(("external_id", ""), _negated=True),
                fields=["to", "external_id"],
                name="outbound_by_external_id",
            ),
        ),
        AddIndexConcurrently(
            model_name="outboundmessage",
            index=models.Index(
                condition=models.Q(("channel", "telegram")), fields=["to", "-id"], name="outbound_of_chat"
            ),
        ),
        RemoveIndexConcurrently("outboundmessage", "outbound_due"),
        RemoveIndexConcurrently("outboundmessage", "outbound_leases"),
    ]
