"""What a guard looks at."""

from dataclasses import dataclass
from typing import Any

from accounts.enums import Actor
from tickets.models import Ticket
from tickets.models.lifecycle import Move


@dataclass(frozen=True, slots=True)
class Case:
    """A move about to be made: on what, by whom, with which values."""

    ticket: Ticket
    actor: Actor
    move: Move
    data: dict[str, Any]
