"""What a resolution leaves to be written, as the fields of the ticket. Nothing here writes."""

from datetime import datetime
from typing import Any

from tickets.enums import OWING, KbState
from tickets.models import Ticket


def owing(ticket: Ticket, kb: str, owner_id: int | None, now: datetime) -> dict[str, Any]:
    """Since when and by whom an article is owed, or its waiver waits; a debt that runs already keeps its beginning."""
    if kb == KbState.PAID:
        return {"kb_state": kb, "kb_since": None, "kb_owner_id": None}
    runs = kb in OWING and ticket.kb_state in OWING and ticket.kb_since
    return {"kb_state": kb, "kb_since": ticket.kb_since if runs else now, "kb_owner_id": owner_id}
