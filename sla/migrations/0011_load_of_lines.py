"""What a place in a line's queue costs: the mean work per ticket of each line."""

from django.db import migrations, models


class Migration(migrations.Migration):
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
    ]
