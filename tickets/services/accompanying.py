"""What comes with a move: the message it carries before it, and the records it leaves after it."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.enums import Actor
from accounts.models import User
from common import live
from knowledge.enums import Confidence
from knowledge.models import Article
from knowledge.services.stubbing import create_stub
from tickets.enums import OWING, EventType, KbState, LinkOutcome, MajorState, MessageKind
from tickets.models import KnowledgeSearch, Ticket, TicketArticle, WorkingGroup
from tickets.models.lifecycle import Move
from tickets.services import informing, messages, recording, settling

# A draft says what it was about; a log of thousands of lines stays on the ticket, and an article would not take it.
STUB_PART = 20_000


def say(*, ticket: Ticket, actor: Actor, values: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Store the command's public message first, so that reply and move count as one (guard G-FR)."""
    text = values.get("message")
    if not text:
        return {}
    kind = MessageKind.CUSTOMER if actor.is_contact else MessageKind.REPLY
    human = actor.is_human
    message = messages.store(
        ticket=ticket, actor=actor, kind=kind if human else MessageKind.AUTOMATIC, text=text, occurred_at=at,
        is_human=human,
    )  # fmt: skip
    if human and not actor.is_contact and ticket.first_response_at is None:
        ticket.first_response_at = at
    recording.record(
        ticket=ticket, type=EventType.MESSAGE, actor=actor, occurred_at=at, message_id=message.pk, kind=message.kind,
        public=True, human=human, channel=message.channel,
    )  # fmt: skip
    if not actor.is_contact:
        informing.send_message(ticket, message)
    return {"message_id": message.pk}


def follow(*, ticket: Ticket, move: Move, actor: Actor, values: dict[str, Any], at: datetime) -> None:
    """The records of moves that leave some: searches, article links, groups, the other ticket of a merge."""
    follower = _FOLLOWERS.get(move.name)
    if follower:
        follower(ticket, actor, values, at)


def _searched(ticket: Ticket, actor: Actor, values: dict[str, Any], at: datetime) -> None:
    if values.get("search_query") and values.get("search_outcome"):
        log_search(ticket=ticket, actor=actor, query=values["search_query"], outcome=values["search_outcome"])


def log_search(*, ticket: Ticket, actor: Actor, query: str, outcome: str) -> KnowledgeSearch:
    """Note that the knowledge base was searched, and with what outcome (guard G-KBSEARCH)."""
    assert actor.user_id is not None
    search = KnowledgeSearch.objects.create(
        ticket=ticket, user_id=actor.user_id, query=query[:300], outcome=outcome
    )
    recording.record(
        ticket=ticket,
        type=EventType.KNOWLEDGE_SEARCHED,
        actor=actor,
        query=search.query,
        outcome=str(outcome),
    )
    return search


def _resolved(ticket: Ticket, actor: Actor, values: dict[str, Any], at: datetime) -> None:
    article, outcome = values.get("article"), values.get("article_outcome") or LinkOutcome.FITTED
    if article is None and values.get("write_stub"):
        article = write_stub(ticket=ticket, actor=actor, resolution=values["message"])
        outcome = LinkOutcome.CORRECTED
    if article:
        link_article(ticket=ticket, actor=actor, article=article, outcome=outcome)
    _close_groups(ticket, values.get("message") or "", at)


def write_stub(*, ticket: Ticket, actor: Actor, resolution: str) -> Article:
    """The draft of an article, filled with what the ticket knows."""
    return create_stub(
        actor=actor, title=ticket.subject, problem=_problem(ticket), resolution=resolution[:STUB_PART],
        language=ticket.language, category_code=ticket.category.code if ticket.category else "",
        ticket_ref=ticket.number,
    )  # fmt: skip


def _problem(ticket: Ticket) -> str:
    first = ticket.messages.order_by("occurred_at", "pk").first()
    return first.text[:STUB_PART] if first else ticket.subject


def link_article(*, ticket: Ticket, actor: Actor, article: Article, outcome: str) -> None:
    """Note that an article was used; linking it again only changes the outcome. It pays what the ticket owes.

    The ticket's own unfinished draft pays nothing: it is what is owed. Nor does one that was wrong.
    """
    assert actor.user_id is not None
    TicketArticle.objects.update_or_create(
        ticket=ticket, article=article, defaults={"user_id": actor.user_id, "outcome": outcome}
    )
    recording.record(
        ticket=ticket, type=EventType.ARTICLE_LINKED, actor=actor, article=article.code, outcome=str(outcome)
    )
    is_draft = article.ticket_ref == ticket.number and article.confidence == Confidence.WIP
    if (
        ticket.kb_since is not None
        and ticket.kb_state in OWING
        and not is_draft
        and outcome != LinkOutcome.WRONG
    ):
        settling.settle(ticket=ticket, actor=actor, kb_state=KbState.PAID, article=article.code)


def _close_groups(ticket: Ticket, summary: str, at: datetime) -> None:
    ticket.working_groups.filter(closed_at__isnull=True).update(closed_at=at, summary=summary)


def _merged(ticket: Ticket, actor: Actor, values: dict[str, Any], at: datetime) -> None:
    """The survivor takes the higher priority and is told; the customer hears the new number."""
    target = (
        Ticket.objects.select_for_update(of=("self",)).select_related("category").get(pk=values["target"].pk)
    )
    before = target.priority
    target.priority = min(target.priority, ticket.priority)
    target.version += 1
    target.save(update_fields=["priority", "version", "updated_at"])
    recording.record(
        ticket=target,
        type=EventType.MERGED_IN,
        actor=actor,
        occurred_at=at,
        source_id=ticket.pk,
        source=ticket.number,
        priority_from=before,
        source_priority=ticket.priority,
    )
    informing.tell_merged(ticket, target)


def _unmerged(ticket: Ticket, actor: Actor, values: dict[str, Any], at: datetime) -> None:
    merge = ticket.events.filter(payload__transition="unmerge").order_by("-pk").first()
    survivors = Ticket.objects.select_for_update(of=("self",)).select_related("category")
    survivor = survivors.filter(pk=merge.payload.get("survivor_id")).first() if merge else None
    if survivor:
        survivor.priority = _priority_without(survivor, ticket.pk)
        survivor.version += 1
        survivor.save(update_fields=["priority", "version", "updated_at"])
        recording.record(
            ticket=survivor, type=EventType.UNMERGED, actor=actor, occurred_at=at, source_id=ticket.pk,
            source=ticket.number,
        )  # fmt: skip


def _priority_without(survivor: Ticket, source_id: int) -> int:
    """What the survivor would have by now if the merge had never been, unless somebody has classified it since."""
    undone = set(survivor.events.filter(type=EventType.UNMERGED).values_list("payload__source_id", flat=True))
    merges = list(survivor.events.filter(type=EventType.MERGED_IN).order_by("pk"))
    mine = next((event for event in reversed(merges) if event.payload["source_id"] == source_id), None)
    if mine is None or "priority_from" not in mine.payload:
        return survivor.priority
    since = survivor.events.filter(pk__gt=mine.pk)
    if since.filter(Q(type=EventType.RECLASSIFIED) | Q(payload__transition="classify")).exists():
        return survivor.priority
    later = [event.payload for event in merges if event.pk > mine.pk]
    still = [one["source_priority"] for one in later if one["source_id"] not in undone]
    return min(int(priority) for priority in (mine.payload["priority_from"], *still))


def _grouped(ticket: Ticket, actor: Actor, values: dict[str, Any], at: datetime) -> None:
    assert actor.user_id is not None
    group = WorkingGroup.objects.create(
        ticket=ticket,
        purpose=values["purpose"],
        room_url=values.get("room_url") or "",
        opened_by_id=actor.user_id,
    )
    members = {actor.user_id, *(user.pk for user in values.get("members") or [])}
    group.members.set(User.objects.filter(pk__in=members))
    for user_id in sorted(members - {actor.user_id}):
        live.publish(f"operator:{user_id}", "group-invited", id=ticket.pk, number=ticket.number)


def _major(ticket: Ticket, actor: Actor, values: dict[str, Any], at: datetime) -> None:
    if (
        values["major_state"] == MajorState.DECLARED
        and not ticket.working_groups.filter(closed_at=None).exists()
    ):
        _grouped(ticket, actor, {"purpose": _("Major incident %(number)s") % {"number": ticket.number}}, at)
    live.publish("shift", "major", id=ticket.pk, number=ticket.number, state=str(values["major_state"]))


def _handed_down(ticket: Ticket, actor: Actor, values: dict[str, Any], at: datetime) -> None:
    """Twice back and forth: the shift lead must name the owner (T08)."""
    if ticket.pingpong >= 2:
        live.publish("shift", "pingpong", id=ticket.pk, number=ticket.number)


def _taken(ticket: Ticket, actor: Actor, values: dict[str, Any], at: datetime) -> None:
    """Who was given a ticket by the shift lead hears of it at once."""
    if ticket.assignee_id and ticket.assignee_id != actor.user_id:
        live.publish(f"operator:{ticket.assignee_id}", "assigned", id=ticket.pk, number=ticket.number)


_FOLLOWERS = {
    "accept": _taken,
    "take": _taken,
    "hand_to_experts": _searched,
    "resolve": _resolved,
    "merge": _merged,
    "unmerge": _unmerged,
    "form_group": _grouped,
    "set_major": _major,
    "hand_back": _handed_down,
}
