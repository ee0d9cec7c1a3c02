"""Calls, one-time links to chats, probes of channels; what an outgoing message needs on every way out."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_channels"),
        ("messaging", "0001_mailboxes_inbound_outbox"),
    ]

    operations = [
        migrations.CreateModel(
            name="Call",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("call_id", models.CharField(max_length=128, verbose_name="call")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ringing", "Ringing"),
                            ("queued", "In the queue"),
                            ("answered", "Talking"),
                            ("ended", "Ended"),
                            ("missed", "Missed"),
                        ],
                        default="ringing",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("caller", models.CharField(blank=True, max_length=64, verbose_name="caller")),
                (
                    "caller_name",
                    models.CharField(blank=True, max_length=100, verbose_name="name shown by the telephone"),
                ),
                ("dialled", models.CharField(blank=True, max_length=64, verbose_name="number called")),
                ("began_at", models.DateTimeField(verbose_name="began")),
                ("queued_at", models.DateTimeField(blank=True, null=True, verbose_name="entered the queue")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                ("recording_url", models.URLField(blank=True, max_length=500, verbose_name="recording")),
                (
                    "ticket_ref",
                    models.CharField(blank=True, default="", max_length=32, verbose_name="ticket"),
                ),
            ],
            options={
                "verbose_name": "call",
                "verbose_name_plural": "calls",
            },
        ),
        migrations.CreateModel(
            name="ChatLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("expires_at", models.DateTimeField(verbose_name="valid until")),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="used")),
            ],
            options={
                "verbose_name": "chat link",
                "verbose_name_plural": "chat links",
            },
        ),
        migrations.CreateModel(
            name="Probe",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mark", models.CharField(max_length=64, unique=True)),
                (
                    "sent_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="sent"
                    ),
                ),
                ("seen_at", models.DateTimeField(blank=True, null=True, verbose_name="arrived")),
                ("error", models.CharField(blank=True, default="", max_length=300, verbose_name="error")),
            ],
            options={
                "verbose_name": "probe",
                "verbose_name_plural": "probes",
            },
        ),
        migrations.AddField(
            model_name="outboundmessage",
            name="external_id",
            field=models.CharField(blank=True, db_default="", default="", max_length=128),
        ),
        migrations.AddField(
            model_name="outboundmessage",
            name="files",
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name="outboundmessage",
            name="fallbacks",
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name="outboundmessage",
            name="sender",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=320, verbose_name="from"
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="contact",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.contact",
                verbose_name="contact",
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="operator",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.operator",
                verbose_name="operator",
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="source",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="calls",
                to="messaging.mailbox",
                verbose_name="telephone",
            ),
        ),
        migrations.AddField(
            model_name="chatlink",
            name="bot",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="messaging.mailbox",
                verbose_name="bot",
            ),
        ),
        migrations.AddField(
            model_name="chatlink",
            name="contact",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.contact",
                verbose_name="contact",
            ),
        ),
        migrations.AddField(
            model_name="probe",
            name="mailbox",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="probes",
                to="messaging.mailbox",
                verbose_name="channel",
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(("state__in", ["ringing", "queued", "answered"])),
                fields=["-began_at"],
                name="call_going_on",
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.UniqueConstraint(fields=("source", "call_id"), name="call_once"),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["ringing", "queued", "answered", "ended", "missed"])),
                name="call_state_known",
            ),
        ),
        migrations.AddIndex(
            model_name="probe",
            index=models.Index(fields=["mailbox", "-sent_at"], name="probe_newest"),
        ),
    ]
