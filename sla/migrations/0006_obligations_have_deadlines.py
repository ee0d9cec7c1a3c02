"""A policy in force before reviews, articles and bypasses had deadlines gets a successor that has them.

Published versions never change: what was promised before stays as it was. A new database has them from the start.
"""

from dataclasses import asdict

from django.db import migrations
from django.utils import timezone

from sla.engine.defaults import obligations


def add(apps, schema_editor):
    versions, targets = apps.get_model("sla", "PolicyVersion"), apps.get_model("sla", "Target")
    latest = versions.objects.filter(published_at__isnull=False).order_by("-published_at").first()
    if latest is None or targets.objects.filter(version=latest, kind="BR").exists():
        return
    successor = versions.objects.create(title=latest.title, published_at=timezone.now())
    rows = list(targets.objects.filter(version=latest))
    for row in rows:
        row.pk, row.version = None, successor
    targets.objects.bulk_create(rows)
    targets.objects.bulk_create(targets(version=successor, **asdict(row)) for row in obligations())


class Migration(migrations.Migration):
    dependencies = [("sla", "0005_verdicts_are_reported")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
