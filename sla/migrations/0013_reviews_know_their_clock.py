"""A review's clock names what it is owed for; owners of corrective actions say when they are done."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sla", "0011_load_of_lines")]

    operations = [
        migrations.AddField(
            model_name="clock",
            name="about",
            field=models.CharField(blank=True, default="", max_length=24),
        ),
        migrations.AddField(
            model_name="correctiveaction",
            name="done_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="done"),
        ),
    ]
