"""A change is made to the version its author has seen, or not at all."""

from django.utils.translation import gettext as _

from common.errors import Conflict
from tickets.models import Ticket


def check_version(ticket: Ticket, expected: int | None) -> None:
    """Raises `Conflict` when the locked ticket is no longer at the expected version; None expects nothing."""
    if expected is not None and ticket.version != expected:
        raise Conflict(
            _("The ticket has changed since you opened it. Look at it again."), version=ticket.version
        )
