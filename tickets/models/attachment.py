"""A file that came with a message."""

import secrets
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import Actor
from tickets.models.message import Message


def storage_key(_instance: Any, _name: str) -> str:
    """Where the bytes lie. The name given by the sender is data, never a path."""
    key = secrets.token_hex(16)
    return f"attachments/{key[:2]}/{key}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, actor: Actor | None) -> Self:
        """A file is exactly as visible as the message it came with."""
        return self.filter(message__in=Message.objects.visible_to(actor))


class Attachment(models.Model):
    """Bytes, the sender's file name, and the type that the bytes themselves show."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField(_("file name"), max_length=255)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=storage_key, max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self) -> str:
        return self.name
