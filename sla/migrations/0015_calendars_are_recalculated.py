import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Versions published so far have been recalculated by their task: null is right for them."""

    dependencies = [
        ("sla", "0013_reviews_know_their_clock"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "calendarversion", "country", models.CharField(blank=True, max_length=2, verbose_name="country")
        ),
        migrations.AddField(
            "calendarversion",
            "subdivision",
            models.CharField(blank=True, max_length=16, verbose_name="region"),
        ),
        migrations.AddField(
            "calendarversion",
            "published_by",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="published by",
            ),
        ),
        migrations.AddField(
            "calendarversion",
            "recalculate_after",
            models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            "calendarversion", "recalculated_up_to", models.BigIntegerField(default=0, editable=False)
        ),
        migrations.AddIndex(
            "calendarversion",
            models.Index(
                condition=models.Q(("recalculate_after__isnull", False)),
                fields=["recalculate_after"],
                name="sla_calendar_recalculate",
            ),
        ),
    ]
