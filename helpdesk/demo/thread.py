"""A ticket in memory and what is said on it: messages and events as `tickets.services` would have recorded them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from accounts.enums import Actor
from accounts.models import Contact, Contract, Customer
from assets.models import Service
from helpdesk.demo.rows import Rows
from tickets.enums import Channel, EventType, MessageKind, Visibility
from tickets.models import Category, Message, Ticket, TicketEvent


class Horizon(Exception):
    """The next step lies in the future."""


@dataclass(slots=True)
class Opening:
    """What a story begins with."""

    at: datetime
    actor: Actor
    channel: Channel
    subject: str
    body: str
    language: str
    customer: Customer | None = None
    contract: Contract | None = None
    contact: Contact | None = None
    service: Service | None = None
    category: Category | None = None
    impact: int | None = None
    urgency: int | None = None
    priority: int = 3
    answered_at: datetime | None = None
    reply_to: str = ""
    details: dict[str, Any] = field(default_factory=dict)


class Thread:
    """One ticket with its messages and events. `at` is the story's present; nothing happens after `until`."""

    def __init__(self, rows: Rows, until: datetime, opening: Opening) -> None:
        self.rows, self.until, self.at, self.opening = rows, until, opening.at, opening
        number, pk = rows.next_ticket()
        self.ticket = Ticket(
            pk=pk, number=f"{opening.at:%y}-{number:07d}", subject=opening.subject[:300], channel=opening.channel,
            language=opening.language, customer=opening.customer, contact=opening.contact, service=opening.service,
            category=opening.category, impact=opening.impact, urgency=opening.urgency, priority=opening.priority,
            received_at=opening.at, reply_to=opening.reply_to,
        )  # fmt: skip
        rows.tickets.append(self.ticket)
        self._begin()

    def _begin(self) -> None:
        opening, actor = self.opening, self.opening.actor
        kind = MessageKind.CUSTOMER if actor.is_human else MessageKind.NOTE
        self._message(actor, kind, opening.body, human=actor.is_human)
        self._event(EventType.CREATED, actor, **self._snapshot(), **opening.details)
        if opening.channel == Channel.PHONE and opening.answered_at:
            self.at = opening.answered_at
            self.ticket.first_response_at = self.at
            self._event(
                EventType.MESSAGE, actor, kind=str(MessageKind.REPLY), public=True, human=True,
                channel=str(Channel.PHONE),
            )  # fmt: skip

    def _snapshot(self) -> dict[str, Any]:
        return {
            "channel": str(self.opening.channel),
            "received_at": self.opening.at.isoformat(),
            "outbound": False,
            "hidden": False,
            "service_id": self.ticket.service_id,
            **self.rows.terms_of(self.ticket.customer_id),
        }

    def wait(self, **amount: float) -> None:
        """Let time pass; raises `Horizon` when that leads into the future."""
        self.until_at(self.at + timedelta(**amount))

    def until_at(self, moment: datetime) -> None:
        if moment > self.until:
            raise Horizon
        self.at = max(self.at, moment)

    def reply(self, actor: Actor, text: str) -> None:
        """A public answer of a person of the desk."""
        self._say(actor, text)

    def note(self, actor: Actor, text: str) -> None:
        """An internal note."""
        message = self._message(actor, MessageKind.NOTE, text, human=actor.is_human)
        self._said(actor, message, public=False)

    def customer_writes(self, actor: Actor, text: str, *, thanks: bool = False) -> None:
        """The customer's message; the move it causes is a step of its own."""
        message = self._message(actor, MessageKind.CUSTOMER, text, human=True)
        self._said(actor, message, public=True, thanks=thanks)

    def _say(self, actor: Actor, text: str) -> dict[str, Any]:
        kind = MessageKind.CUSTOMER if actor.is_contact else MessageKind.REPLY
        human = actor.is_human
        message = self._message(actor, kind if human else MessageKind.AUTOMATIC, text, human=human)
        if human and not actor.is_contact and self.ticket.first_response_at is None:
            self.ticket.first_response_at = self.at
        self._said(actor, message, public=True)
        return {"message_id": message.pk}

    def _said(self, actor: Actor, message: Message, *, public: bool, **more: Any) -> None:
        self.ticket.version += 1
        self._event(
            EventType.MESSAGE, actor, message_id=message.pk, kind=str(message.kind), public=public,
            human=message.is_human, channel=str(message.channel), **more,
        )  # fmt: skip

    def _message(self, actor: Actor, kind: MessageKind, text: str, *, human: bool) -> Message:
        message = Message(
            pk=self.rows.next_message(), ticket=self.ticket, kind=kind,
            visibility=Visibility.INTERNAL if kind == MessageKind.NOTE else Visibility.PUBLIC,
            channel=self.ticket.channel, author_user_id=actor.user_id if actor.is_operator else None,
            author_contact_id=actor.contact_id, author_name=actor.name, text=text.strip(), is_human=human,
            occurred_at=self.at, recorded_at=self.at,
        )  # fmt: skip
        self.rows.messages.append(message)
        return message

    def _event(self, type_: EventType, actor: Actor, **payload: Any) -> None:
        ticket = self.ticket
        self.rows.events.append(
            TicketEvent(
                ticket=ticket, type=str(type_), occurred_at=self.at, recorded_at=self.at, actor_kind=str(actor.kind),
                actor_name=actor.name, actor_user_id=actor.user_id if actor.is_operator else None,
                actor_contact_id=actor.contact_id,
                payload={
                    "state": str(ticket.state), "line": ticket.line, "priority": int(ticket.priority),
                    "category": ticket.category.code if ticket.category else "", **payload,
                },
            )
        )  # fmt: skip
