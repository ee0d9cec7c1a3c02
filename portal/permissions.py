"""What a contact may do with a request in sight, so that pages offer nothing that would be refused."""

from dataclasses import dataclass

from accounts.enums import Actor
from tickets.enums import State
from tickets.models import Ticket
from tickets.permissions import can_write_as_customer
from tickets.services.moving import available

# Mirrors the guard G-BEFORE-WORK: from here on somebody is at work.
BEFORE_WORK = (State.NEW, State.TRIAGE, State.QUEUED)


@dataclass(frozen=True, slots=True)
class Choices:
    """The buttons of a request's page."""

    confirm: bool
    reopen: bool
    solve: bool
    cancel: bool
    write: bool


def choices_for(actor: Actor, ticket: Ticket) -> Choices:
    """The steps that state and ownership allow this contact now."""
    names = {move.name for move in available(ticket, actor)}
    return Choices(
        confirm="confirm" in names,
        reopen="reopen" in names,
        solve="solved_by_customer" in names,
        cancel="cancel" in names and ticket.state in BEFORE_WORK,
        write=can_write_as_customer(actor, ticket),
    )
