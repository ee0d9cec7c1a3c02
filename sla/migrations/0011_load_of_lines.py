"""What a place in a line's queue costs; and indexes by which a month's figures are read without its history."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    # Indexes of a table that grows are built beside its writers.
    atomic = False
    dependencies = [("sla", "0006_obligations_have_deadlines")]
    operations = [
        migrations.CreateModel(
            name="LineLoad",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.PositiveSmallIntegerField(unique=True, verbose_name="line")),
                ("seconds", models.FloatField(verbose_name="seconds of work per ticket")),
                ("size", models.PositiveIntegerField(verbose_name="tickets behind it")),
                ("trained_at", models.DateTimeField(verbose_name="trained")),
            ],
            options={
                "verbose_name": "load of a line",
                "verbose_name_plural": "loads of lines",
                "ordering": ["line"],
            },
        ),
        AddIndexConcurrently(
            "clock",
            models.Index(
                condition=Q(("reported_at__isnull", False)),
                fields=["kind", "reported_at"],
                name="sla_clock_judged",
            ),
        ),
        AddIndexConcurrently(
            "clock",
            models.Index(
                condition=Q(("kind__in", ("FR", "RES")), ("verdict", "missed")),
                fields=["ticket"],
                name="sla_clock_missed",
            ),
        ),
        RemoveIndexConcurrently("clock", "sla_clock_reported"),
    ]
