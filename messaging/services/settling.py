"""Taking a stored message up for routing, and saying what became of it. Used by whoever routes."""

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_noop

from messaging.enums import InboundState
from messaging.models import InboundMessage
from messaging.services.parsing import ParsedMail

MAX_ATTEMPTS = 6
# The next attempt is planned before this one begins, so a worker that dies over a message leaves it to be retried.
DELAYS = [timedelta(seconds=seconds) for seconds in (30, 60, 300, 900, 3600)]
GAVE_UP = gettext_noop("its worker did not survive it")


def due_ids(*, limit: int) -> list[int]:
    """Stored messages whose turn it is, oldest first."""
    return list(
        InboundMessage.objects.due().order_by("next_attempt_at", "pk").values_list("pk", flat=True)[:limit]
    )


def take_up(*, message_id: int) -> bool:
    """Count an attempt and plan the next one. False when somebody else has the message or its time has not come.

    Past `MAX_ATTEMPTS` the message is parked: one that kills its worker every time cannot do so for ever.
    """
    attempts = InboundMessage.objects.due().filter(pk=message_id).values_list("attempts", flat=True).first()
    if attempts is None:
        return False
    mine = InboundMessage.objects.due().filter(pk=message_id, attempts=attempts)
    if attempts >= MAX_ATTEMPTS:
        mine.filter(reason="").update(reason=GAVE_UP)
        mine.update(state=InboundState.PARKED)
        return False
    delay = DELAYS[min(attempts, len(DELAYS) - 1)]
    return bool(mine.update(attempts=attempts + 1, next_attempt_at=Now() + delay))


def waiting(*, message_id: int) -> InboundMessage | None:
    """The message with its bytes, not locked: reading it may take a while."""
    return InboundMessage.objects.filter(pk=message_id).select_related("mailbox").first()


def locked(*, message_id: int) -> InboundMessage | None:
    """The message under a row lock if it still waits to be routed. Call it inside the routing transaction."""
    stored = InboundMessage.objects.filter(pk=message_id, state=InboundState.STORED)
    return stored.without_raw().select_related("mailbox").select_for_update(of=("self",)).first()


def settle(
    message: InboundMessage,
    *,
    state: InboundState,
    reason: str = "",
    routed_to: str = "",
    mail: ParsedMail | None = None,
    told: tuple[str, str] = ("", ""),
) -> None:
    """Write down what became of the message, with what was read from it; `told` is sender and subject of no mail."""
    message.state, message.reason, message.routed_to = state, reason[:500], routed_to
    if any(told):
        message.sender, message.subject = told[0][:320], told[1][:500]
    if mail is not None:
        message.sender, message.subject, message.headers = mail.from_address, mail.subject[:500], mail.headers
    fields = ["state", "reason", "routed_to", "sender", "subject", "headers"]
    message.save(update_fields=fields)
    if state == InboundState.ROUTED:
        InboundMessage.objects.filter(pk=message.pk).update(routed_at=Now())


def discard(message: InboundMessage) -> None:
    """Forget a probe of our own. Nothing that somebody else sent is ever deleted."""
    message.delete()


@transaction.atomic
def failed(*, message_id: int, error: str, for_good: bool = False) -> None:
    """Remember why an attempt failed; `for_good` parks the message for a person at once."""
    stored = InboundMessage.objects.filter(pk=message_id, state=InboundState.STORED)
    if for_good:
        stored.update(state=InboundState.PARKED, reason=error[:500])
    else:
        stored.update(reason=error[:500])
