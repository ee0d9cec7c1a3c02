"""What was said on a ticket. Public and internal are told apart here, once, for every reader."""

from typing import Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Left, Now
from django.utils.translation import gettext_lazy as _

from accounts.enums import Actor
from accounts.models import Contact, User
from tickets.enums import Channel, MessageKind, Visibility
from tickets.models.ticket import Ticket


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, actor: Actor | None) -> Self:
        """Contacts read public messages of tickets they may see; internal notes stay with the desk."""
        if actor is None:
            return self.none()
        if not actor.is_contact:
            return self
        return self.filter(visibility=Visibility.PUBLIC, ticket__in=Ticket.objects.visible_to(actor))


class Message(models.Model):
    """A message of the thread. A note is internal by constraint, everything else is public by constraint."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, db_index=False, related_name="messages")
    kind = models.CharField(_("kind"), max_length=10, choices=MessageKind)
    visibility = models.CharField(_("visibility"), max_length=8, choices=Visibility)
    channel = models.CharField(_("channel"), max_length=12, choices=Channel)
    author_user = models.ForeignKey(
        User, on_delete=models.PROTECT, db_index=False, null=True, blank=True, related_name="+"
    )
    author_contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, db_index=False, null=True, blank=True, related_name="+"
    )
    author_name = models.CharField(_("author"), max_length=200, blank=True)
    text = models.TextField(_("text"))
    quoted = models.TextField(_("quoted text"), blank=True, default="")
    is_human = models.BooleanField(default=True)
    external_id = models.CharField(max_length=255, blank=True, default="")
    occurred_at = models.DateTimeField(_("written"))
    recorded_at = models.DateTimeField(_("recorded"), db_default=Now())
    # A text search vector holds at most a megabyte; what lies beyond is kept, but not searched.
    search = models.GeneratedField(
        expression=SearchVector(Left("text", 100_000), config="russian"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["occurred_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=MessageKind.NOTE, visibility=Visibility.INTERNAL)
                | (~Q(kind=MessageKind.NOTE) & Q(visibility=Visibility.PUBLIC)),
                name="message_note_is_internal",
            ),
        ]
        indexes = [
            models.Index(fields=["ticket", "occurred_at"], name="message_thread"),
            models.Index(fields=["external_id"], name="message_external", condition=~Q(external_id="")),
            GinIndex(fields=["search"], name="message_search"),
        ]

    @property
    def is_internal(self) -> bool:
        return self.visibility == Visibility.INTERNAL

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
