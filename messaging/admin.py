"""Administrators name mailboxes, look at what came and went, and set right what got stuck."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common.admin import LookOnly
from messaging.models import Call, InboundMessage, Mailbox, OutboundMessage
from messaging.services.receiving import replay
from messaging.services.sending import revive


@admin.register(Mailbox)
class MailboxAdmin(admin.ModelAdmin[Mailbox]):
    list_display = ["address", "name", "channel", "language", "is_default", "is_active"]
    list_filter = ["channel", "is_active"]
    search_fields = ["address", "name"]

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """What was received keeps pointing at its mailbox: switch it off instead."""
        return False


class _Retried(LookOnly):
    """What can be sent on its way once more."""

    def _tell(self, request: HttpRequest, count: int) -> None:
        text = ngettext(
            "%(count)d message is on its way again.", "%(count)d messages are on their way again.", count
        )
        self.message_user(request, text % {"count": count}, messages.SUCCESS if count else messages.WARNING)


@admin.register(InboundMessage)
class InboundMessageAdmin(_Retried):
    list_display = ["received_at", "mailbox", "sender", "subject", "state", "reason", "routed_to"]
    list_filter = ["state", "mailbox"]
    search_fields = ["sender", "subject", "message_id", "routed_to"]
    list_select_related = ["mailbox"]
    # The raw message may hold what an administrator has no business to read.
    exclude = ["raw"]
    actions = ["route_again"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboundMessage]:
        return InboundMessage.objects.without_raw().order_by("-received_at")

    @admin.action(description=_("Route again (parked and ignored messages)"), permissions=["view"])
    def route_again(self, request: HttpRequest, chosen: QuerySet[InboundMessage]) -> None:
        self._tell(request, sum(replay(message_id=pk) for pk in chosen.values_list("pk", flat=True)))


@admin.register(OutboundMessage)
class OutboundMessageAdmin(_Retried):
    list_display = ["created_at", "to", "subject", "ticket_ref", "state", "attempts", "last_error", "sent_at"]
    list_filter = ["state", "channel", "is_automatic"]
    search_fields = ["to", "ticket_ref", "message_id"]
    fields = [
        "to",
        "subject",
        "ticket_ref",
        "message_id",
        "state",
        "attempts",
        "next_attempt_at",
        "last_error",
        "created_at",
        "sent_at",
    ]
    ordering = ["-created_at"]
    actions = ["send_again"]

    @admin.action(description=_("Send again (undelivered messages)"), permissions=["view"])
    def send_again(self, request: HttpRequest, chosen: QuerySet[OutboundMessage]) -> None:
        self._tell(request, sum(revive(message_id=pk) for pk in chosen.values_list("pk", flat=True)))


@admin.register(Call)
class CallAdmin(LookOnly):
    list_display = [
        "began_at",
        "source",
        "caller",
        "contact",
        "operator",
        "state",
        "queued_at",
        "answered_at",
        "ended_at",
    ]
    list_filter = ["state", "source"]
    search_fields = ["caller", "call_id", "ticket_ref"]
    list_select_related = ["source", "contact", "operator__user"]
