"""A block index over the time of receipt: tickets arrive in its order, so that it stays tiny."""

from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("tickets", "0003_catalogue")]

    operations = [
        AddIndexConcurrently(
            model_name="ticket",
            index=BrinIndex(autosummarize=True, fields=["received_at"], name="ticket_received"),
        ),
    ]
