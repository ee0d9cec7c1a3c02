"""What is wrong with the customer's own services, for the banner above every page."""

from dataclasses import dataclass
from zlib import crc32

from accounts.enums import Actor
from common import clock
from monitoring.queries.incidents import hits_shown_to
from monitoring.services.telling.writing import Item, items_of


@dataclass(frozen=True, slots=True)
class Outage:
    """`mark` changes with what is shown, so that a page that has it is left alone."""

    items: list[Item]
    mark: str


def outage_of(actor: Actor) -> Outage:
    """Two queries. Empty when all is well, or when the customer has not been told."""
    items = items_of(hits_shown_to(actor.customer_id, clock.now())) if actor.customer_id else []
    shown = "\n".join(f"{item.label}\t{item.code}\t{item.until}" for item in items)
    return Outage(items, f"{crc32(shown.encode()):x}")
