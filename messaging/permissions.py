"""Who may look at the channels and set right what got stuck."""

from accounts.enums import Actor
from accounts.permissions import is_operator


def can_mend(actor: Actor | None) -> bool:
    """Every operator: a message that waits for the day shift's administrator has missed its promise long ago."""
    return is_operator(actor)
