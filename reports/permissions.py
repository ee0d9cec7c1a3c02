"""Who reads reports: those who steer the desk."""

from accounts.enums import Actor
from accounts.permissions import leads_shift


def can_read_reports(actor: Actor | None) -> bool:
    """Shift leads, service-level managers and administrators."""
    return leads_shift(actor)
