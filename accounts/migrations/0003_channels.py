"""How a contact wants to be reached, how a customer knows us, which telephone is an operator's."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_outage_notices"),
    ]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="channels",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[("mail", "E-mail"), ("phone", "Telephone"), ("telegram", "Telegram")],
                    max_length=10,
                ),
                blank=True,
                db_default=[],
                default=list,
                help_text="The first one that can be reached is used, the next when it fails.",
                size=None,
                verbose_name="preferred channels",
            ),
        ),
        migrations.AddField(
            model_name="contact",
            name="quiet_from",
            field=models.TimeField(blank=True, null=True, verbose_name="quiet from"),
        ),
        migrations.AddField(
            model_name="contact",
            name="quiet_until",
            field=models.TimeField(blank=True, null=True, verbose_name="quiet until"),
        ),
        migrations.AddField(
            model_name="customer",
            name="sender_address",
            field=models.EmailField(
                blank=True,
                db_default="",
                default="",
                help_text="An address of ours that this customer knows us by; empty: the address of the desk.",
                max_length=254,
                verbose_name="mail is sent from",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="signature",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                help_text="Ends every mail to this customer.",
                verbose_name="signature",
            ),
        ),
        migrations.AddField(
            model_name="operator",
            name="extension",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="The telephone that rings for this operator, as the PBX names it.",
                max_length=32,
                verbose_name="extension",
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("quiet_from__isnull", True), ("quiet_until__isnull", True)),
                    models.Q(("quiet_from__isnull", False), ("quiet_until__isnull", False)),
                    _connector="OR",
                ),
                name="contact_quiet_hours_have_both_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="operator",
            constraint=models.UniqueConstraint(
                condition=models.Q(("extension", ""), _negated=True),
                fields=("extension",),
                name="operator_extension_once",
            ),
        ),
    ]
