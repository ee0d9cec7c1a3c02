"""Mail of ours that came back: the receiving side took it, and then could not deliver it after all (RFC 3464)."""

import logging
import re

from django.db import transaction
from django.utils.translation import gettext_noop

from messaging.enums import OutboundState
from messaging.models import OutboundMessage
from messaging.services.falling_back import go_on_elsewhere

logger = logging.getLogger(__name__)

# In a delivery report the fields stand at the beginning of a line; only «failed» is final, «delayed» is not.
FAILED = re.compile(r"^Action:[ \t]*failed\b", re.IGNORECASE | re.MULTILINE)
DIAGNOSTIC = re.compile(
    r"^Diagnostic-Code:[ \t]*(?:[\w-]+;)?[ \t]*(.+(?:\r?\n[ \t]+.+)*)", re.IGNORECASE | re.MULTILINE
)
OURS = re.compile(r"<[A-Za-z0-9-]{1,32}\.[a-z2-7]{20}\.[0-9a-f]{16}@[^<>\s]{1,190}>")
MAX_IDS = 20
UNSAID = gettext_noop("returned without a reason")


@transaction.atomic
def note_returned(*, report: str, ticket_ref: str) -> int:
    """Mark the messages of a ticket, or of none, that a delivery report says did not arrive; returns how many.

    The whole Message-ID has to fit: only who has received our mail knows it. What was delayed only is left alone.
    A marked message is one that was not delivered: a person may send it again, like any other of those.
    """
    if not FAILED.search(report):
        return 0
    found = list(dict.fromkeys(OURS.findall(report)))[:MAX_IDS]
    sent = OutboundMessage.objects.filter(
        message_id__in=found, ticket_ref=ticket_ref, state=OutboundState.SENT
    )
    returned = list(sent.select_for_update())
    marked = sent.update(state=OutboundState.DEAD, sent_at=None, last_error=_reason(report))
    go_on_elsewhere(returned)
    if marked:
        logger.error("%d messages on ticket %s came back: %s", marked, ticket_ref or "-", _reason(report))
    return marked


def _reason(report: str) -> str:
    said = DIAGNOSTIC.search(report)
    return " ".join(said[1].split())[:500] if said else UNSAID
