"""The first response without embellishment: who gave it, how, and whether it arrived (domain §2.4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from accounts.enums import ActorKind
from messaging.models import OutboundMessage
from sla.engine.clock import Clock, Entry
from sla.engine.terms import Verdict
from tickets.enums import Channel, EventType, MessageKind
from tickets.models import Message, Ticket, TicketEvent
from tickets.queries import delivery
from tickets.queries.delivery import Delivery

KINDS = {"ack": "receipt", "remind": "reminder", "merged": "merge_notice", "message": "message"}
"""What an automatic message is, by how its key in the outbox begins."""


class Way(StrEnum):
    """How the first response was given, or why there is none."""

    MESSAGE = "message"
    CALL = "call"
    ACCEPTED = "accepted"
    ENDED = "ended"
    WAITING = "waiting"
    VOID = "void"
    NOT_OWED = "not_owed"


@dataclass(frozen=True, slots=True)
class Automatic:
    """A machine's message: it never counts as an answer. `after` is the time since the request came."""

    what: str
    at: datetime
    after: timedelta
    channel: str
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class FirstResponse:
    """`took` is what the clock measured; the message and its delivery are None for what was no message."""

    way: Way
    who: str = ""
    is_human: bool = True
    at: datetime | None = None
    took: timedelta | None = None
    target: timedelta | None = None
    verdict: str | None = None
    message_id: int | None = None
    ticket: str = ""
    channel: str | None = None
    delivery: Delivery | None = None
    automatic: list[Automatic] = field(default_factory=list)

    @property
    def channel_name(self) -> str:
        return str(Channel(self.channel).label) if self.channel else ""

    @property
    def lag(self) -> timedelta | None:
        """From writing the answer to its delivery."""
        handed = self.delivery.at if self.delivery else None
        return max(timedelta(0), handed - self.at) if handed and self.at else None


def first_response(ticket: Ticket, clock: Clock | None) -> FirstResponse:
    """From the replayed clock of the first response; None when nobody owed one. At most four queries."""
    if clock is None:
        return FirstResponse(Way.NOT_OWED)
    sent = delivery.outbox(ticket.number)
    stop = next((entry for entry in reversed(clock.ledger) if entry.what == "stopped"), None)
    given = stop is not None and not clock.is_live and clock.verdict is not Verdict.CANCELLED
    known: dict[str, Any] = _answer(ticket, stop, sent) if given and stop else _none(clock)
    return FirstResponse(
        **known,
        took=clock.used if given else None,
        target=clock.target,
        verdict=str(clock.verdict),
        automatic=_automatic(ticket, sent, stop.at if given and stop else None),
    )


def _none(clock: Clock) -> dict[str, Any]:
    return {"way": Way.WAITING if clock.is_live else Way.VOID}


def _answer(ticket: Ticket, stop: Entry, sent: dict[str, OutboundMessage]) -> dict[str, Any]:
    """The event that stopped the clock knows who; the message it names knows the rest."""
    event = _event(ticket, stop)
    who = event.actor_name if event else ""
    human = event is None or event.actor_kind == ActorKind.OPERATOR
    known = {"who": who, "is_human": human, "at": stop.at, "ticket": ticket.number}
    if stop.facts.get("by") == "accept":
        return {**known, "way": Way.ACCEPTED, "channel": Channel.MONITORING.value}
    if stop.facts.get("by") != "reply":
        return {**known, "way": Way.ENDED}
    message = _message(ticket, stop, event)
    if message is None:
        call = {
            "channel": Channel.PHONE.value,
            "delivery": delivery.of_message(ticket, None, {}, Channel.PHONE),
        }
        return {**known, **call, "way": Way.CALL}
    elsewhere = message.ticket_id != ticket.pk
    sent = delivery.outbox(message.ticket.number) if elsewhere else sent
    return {
        **known,
        "way": Way.MESSAGE,
        "who": message.author_name or who,
        "is_human": message.is_human,
        "message_id": message.pk,
        "ticket": message.ticket.number,
        "channel": message.channel,
        "delivery": delivery.of_message(message.ticket, message.pk, sent, message.channel),
    }


def _event(ticket: Ticket, stop: Entry) -> TicketEvent | None:
    types = (EventType.MESSAGE, EventType.MOVED)
    events = TicketEvent.objects.filter(ticket_id=ticket.pk, occurred_at=stop.at, type__in=types)
    wanted = stop.facts.get("message")
    found = list(events.order_by("pk"))
    named = [event for event in found if wanted and event.payload.get("message_id") == wanted]
    spoken = [event for event in found if event.payload.get("kind") == MessageKind.REPLY]
    moved = [event for event in found if event.payload.get("transition")]
    return next(iter([*named, *(spoken if stop.facts.get("by") == "reply" else moved), *found]), None)


def _message(ticket: Ticket, stop: Entry, event: TicketEvent | None) -> Message | None:
    """None for a call: nobody wrote anything. After a merge the answer stands on the surviving ticket."""
    wanted, survivor = stop.facts.get("message"), event.payload.get("answered_on") if event else None
    messages = Message.objects.select_related("ticket__contact").defer("search", "text", "ticket__search")
    if wanted:
        return messages.filter(pk=wanted).first()
    if survivor:
        return messages.filter(ticket_id=survivor, kind=MessageKind.REPLY, occurred_at=stop.at).first()
    return None


def _automatic(ticket: Ticket, sent: dict[str, OutboundMessage], until: datetime | None) -> list[Automatic]:
    in_portal = delivery.has_portal(ticket)
    return [
        Automatic(
            what=KINDS.get(row.key.partition(":")[0], "message"),
            at=row.created_at,
            after=max(timedelta(0), row.created_at - ticket.received_at),
            channel=row.channel,
            delivery=delivery.of_row(row, in_portal=in_portal),
        )
        for row in delivery.automatic(sent.values(), until)
    ]
