"""Categories and the priority matrix of the rules (§4.2, §4.3), in both languages."""

from typing import Any

from django.db import migrations

from tickets.catalogue import MATRIX, category_rows


def seed(apps: Any, schema_editor: Any) -> None:
    category, cell = apps.get_model("tickets", "Category"), apps.get_model("tickets", "PriorityCell")
    category.objects.bulk_create([category(**row) for row in category_rows()])
    cell.objects.bulk_create(
        [
            cell(impact=impact, urgency=urgency, priority=priority)
            for impact, row in enumerate(MATRIX, start=1)
            for urgency, priority in enumerate(row, start=1)
        ]
    )


def remove(apps: Any, schema_editor: Any) -> None:
    apps.get_model("tickets", "Category").objects.all().delete()
    apps.get_model("tickets", "PriorityCell").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("tickets", "0002_numbers_and_append_only_log")]

    operations = [migrations.RunPython(seed, remove)]
