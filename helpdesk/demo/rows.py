"""What the stories leave behind, collected to be written in a few statements."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from accounts.enums import Actor
from monitoring.models import Problem
from tickets.models import (
    Bypass,
    KnowledgeSearch,
    Message,
    Ticket,
    TicketArticle,
    TicketEvent,
    WorkingGroup,
)
from tickets.services import contracting


@dataclass(slots=True)
class Rows:
    """Unsaved rows in the order they came about. Keys are given out here, so that rows may name each other."""

    tickets: list[Ticket] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    events: list[TicketEvent] = field(default_factory=list)
    links: list[TicketArticle] = field(default_factory=list)
    searches: list[KnowledgeSearch] = field(default_factory=list)
    bypasses: list[Bypass] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    groups: list[tuple[WorkingGroup, datetime, set[int]]] = field(default_factory=list)
    _tickets: count[int] = field(default_factory=lambda: count(1))
    _terms: dict[int | None, dict[str, Any]] = field(default_factory=dict)
    _messages: count[int] = field(default_factory=lambda: count(1))

    def terms_of(self, customer_id: int | None) -> dict[str, Any]:
        """The contract's terms; the database is asked once per customer."""
        if customer_id not in self._terms:
            self._terms[customer_id] = contracting.terms_of(customer_id)
        return self._terms[customer_id]

    def next_ticket(self) -> tuple[int, int]:
        """Number and key of the next ticket: the database is empty, so both count from one."""
        number = next(self._tickets)
        return number, number

    def next_message(self) -> int:
        return next(self._messages)

    def open_group(self, ticket: Ticket, at: datetime, actor: Actor, values: dict[str, Any]) -> None:
        group = WorkingGroup(
            ticket=ticket, purpose=values["purpose"], room_url=values.get("room_url") or "",
            opened_by_id=actor.user_id or 0,
        )  # fmt: skip
        members = {actor.user_id or 0, *(user.pk for user in values.get("members") or [])}
        self.groups.append((group, at, members))

    def end_groups(self, ticket: Ticket, at: datetime, summary: str) -> None:
        for group, _at, _members in self.groups:
            if group.ticket is ticket and group.closed_at is None:
                group.closed_at, group.summary = at, summary
