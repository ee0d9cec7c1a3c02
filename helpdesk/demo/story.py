"""One ticket's life, played in memory by the product's own table and effects.

What `tickets.services` does row by row under a lock, a story does in memory: the same `commands.clean`, the same
`outcome_of`, the same django_fsm method, the same event payloads. A step that lies after `until` is not played:
the ticket stays as it is then, which is how tonight's open tickets come about.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from accounts.enums import Actor
from helpdesk.demo.thread import Thread
from tickets.enums import TERMINAL, Channel, EventType, KbState, LinkOutcome, State
from tickets.models import Bypass, KnowledgeSearch, TicketArticle
from tickets.models.lifecycle import MOVES
from tickets.services import commands
from tickets.services.effects import outcome_of

WAIVERS_JUDGED_IN = timedelta(hours=12)
SPECIAL = {
    "reclassify": EventType.RECLASSIFIED,
    "form_group": EventType.WORKING_GROUP,
    "set_major": EventType.MAJOR,
    "link_to_major": EventType.LINKED,
}


class Story(Thread):
    """Plays one ticket."""

    def move(self, name: str, actor: Actor, bypass: str = "", **data: Any) -> None:
        """One row of the life-cycle table, with its data. Raises ValueError when the actor may not make it."""
        row, ticket = MOVES[name], self.ticket
        if not row.who(ticket, actor):
            raise ValueError(
                f"{ticket.number}: {actor.name} may not {name} in {ticket.state} on {ticket.line}"
            )
        values = commands.clean(name, data)
        before = {
            "from_state": ticket.state, "line_from": ticket.line, "assignee_from": ticket.assignee_id,
            "priority_from": ticket.priority,
        }  # fmt: skip
        said = self._say(actor, values["message"]) if values.get("message") else {}
        outcome = outcome_of(row, ticket, actor, values, self.at)
        if name == "accept" and ticket.channel == Channel.MONITORING and ticket.first_response_at is None:
            outcome.sets["first_response_at"] = self.at
        getattr(ticket, name)(outcome)
        if ticket.state in TERMINAL:
            ticket.next_due_at, ticket.next_due_kind, ticket.wake_at = None, "", None
        ticket.version += 1
        self._event(
            SPECIAL.get(name, EventType.MOVED), actor, transition=name, id=row.id, human=actor.is_human,
            assignee_id=ticket.assignee_id, **{**before, **outcome.payload, **said},
        )  # fmt: skip
        if bypass:
            self._bypass(actor, name, bypass)
        self._follow(name, actor, values)

    def joined_by(self, actor: Actor, other: Story) -> None:
        """Another ticket has just been merged into this one."""
        self.at = other.at
        self.ticket.priority = min(self.ticket.priority, other.ticket.priority)
        self.ticket.version += 1
        self._event(EventType.MERGED_IN, actor, source_id=other.ticket.pk, source=other.ticket.number)

    def _follow(self, name: str, actor: Actor, values: dict[str, Any]) -> None:
        if name == "hand_to_experts" and values.get("search_query"):
            outcome = str(values["search_outcome"])
            self.rows.searches.append(
                KnowledgeSearch(
                    ticket=self.ticket,
                    user_id=actor.user_id or 0,
                    query=values["search_query"],
                    outcome=outcome,
                )
            )
            self._event(EventType.KNOWLEDGE_SEARCHED, actor, query=values["search_query"], outcome=outcome)
        if name == "resolve":
            if values.get("article"):
                self._link(actor, values["article"])
            self.rows.end_groups(self.ticket, self.at, values.get("message") or "")
            self._approve_waiver()
        if name == "form_group":
            self.rows.open_group(self.ticket, self.at, actor, values)

    def _approve_waiver(self) -> None:
        """Shift leads have agreed with what was waived before yesterday."""
        ticket = self.ticket
        if ticket.kb_state == KbState.WAIVED and self.at < self.until - WAIVERS_JUDGED_IN:
            ticket.kb_since = ticket.kb_owner = None

    def _link(self, actor: Actor, article: Any) -> None:
        if any(link.ticket is self.ticket and link.article_id == article.pk for link in self.rows.links[-5:]):
            return
        link = TicketArticle(ticket=self.ticket, article=article, user_id=actor.user_id or 0)
        self.rows.links.append(link)
        self._event(EventType.ARTICLE_LINKED, actor, article=article.code, outcome=str(LinkOutcome.FITTED))

    def _bypass(self, actor: Actor, name: str, why: str) -> None:
        self.rows.bypasses.append(
            Bypass(
                ticket=self.ticket,
                transition=name,
                guards=["G-SKIP"],
                why=why,
                user_id=actor.user_id or 0,
                at=self.at,
            )
        )
        self._event(EventType.BYPASSED, actor, transition=name, guards=["G-SKIP"], why=why, risk="")

    @property
    def state(self) -> State:
        return State(self.ticket.state)
