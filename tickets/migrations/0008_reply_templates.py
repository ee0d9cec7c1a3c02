"""The reply templates of §6 of the rules, and by which way a ticket is answered."""

from typing import Any

from django.db import migrations, models

from tickets.catalogue import template_rows


def seed(apps: Any, schema_editor: Any) -> None:
    template = apps.get_model("tickets", "ReplyTemplate")
    template.objects.bulk_create([template(**row) for row in template_rows()])


def remove(apps: Any, schema_editor: Any) -> None:
    apps.get_model("tickets", "ReplyTemplate").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0007_knowledge_debts"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReplyTemplate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=8, unique=True, verbose_name="code")),
                ("title_en", models.CharField(max_length=120, verbose_name="title in English")),
                ("title_ru", models.CharField(max_length=120, verbose_name="title in Russian")),
                ("text_en", models.TextField(verbose_name="text in English")),
                ("text_ru", models.TextField(verbose_name="text in Russian")),
                ("is_automatic", models.BooleanField(default=False, verbose_name="sent by the desk itself")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "verbose_name": "reply template",
                "verbose_name_plural": "reply templates",
                "ordering": ["code"],
            },
        ),
        migrations.AddField(
            model_name="ticket",
            name="reply_channel",
            field=models.CharField(
                choices=[("mail", "Mail"), ("telegram", "Telegram"), ("phone", "Telephone")],
                db_default="mail",
                default="mail",
                max_length=12,
                verbose_name="answers go by",
            ),
        ),
        migrations.RunPython(seed, remove),
    ]
