"""Publishes the default policy and calendars (domain §4.1); going back removes them unless clocks use them."""

from django.db import migrations

from sla.services.seeding import SINCE_EVER, seed_defaults


def publish(apps, schema_editor):
    seed_defaults(
        calendars=apps.get_model("sla", "CalendarVersion"),
        policies=apps.get_model("sla", "PolicyVersion"),
        targets=apps.get_model("sla", "Target"),
    )


def withdraw(apps, schema_editor):
    if apps.get_model("sla", "Clock").objects.exists():
        return  # publishing again finds them in place; going back to zero drops the tables
    policies = apps.get_model("sla", "PolicyVersion").objects.filter(published_at=SINCE_EVER)
    apps.get_model("sla", "Target").objects.filter(version__in=policies).delete()
    policies.delete()
    apps.get_model("sla", "CalendarVersion").objects.filter(published_at=SINCE_EVER).delete()


class Migration(migrations.Migration):
    dependencies = [("sla", "0001_clocks")]
    operations = [migrations.RunPython(publish, withdraw)]
