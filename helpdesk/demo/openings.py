"""How stories open: who writes what, through which door, and what monitoring sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from accounts.enums import Actor, ActorKind
from assets.models import Service
from helpdesk.demo.cast import Cast, Client
from helpdesk.demo.data_files import read
from helpdesk.demo.rows import Rows
from helpdesk.demo.scenes import Player
from helpdesk.demo.story import Story
from helpdesk.demo.thread import Opening
from monitoring.models import Problem, Source
from monitoring.services import classifying, describing
from tickets.enums import Channel

CHANNELS = {Channel.PORTAL: 36, Channel.MAIL: 34, Channel.PHONE: 14, Channel.CHAT: 16}
FIRST_EVENT, FIRST_TRIGGER = 900_000, 700_000
"""Far from the numbers that the samples of a real Zabbix carry."""


@dataclass(slots=True)
class Desk:
    """What every story needs."""

    rows: Rows
    cast: Cast
    source: Source
    now: datetime
    rng: Random
    triggers: dict[tuple[str, str], int] = field(default_factory=dict)
    events: int = FIRST_EVENT


def somebody(desk: Desk) -> Client:
    clients = list(desk.cast.clients.values())
    return desk.rng.choices(clients, [client.share for client in clients])[0]


def request(desk: Desk, at: datetime) -> Player:
    """A request that fits the customer's language and services."""
    rng, client = desk.rng, somebody(desk)
    fitting = [brief for brief in read(f"requests.{client.language}.toml")["request"] if _fits(brief, client)]
    brief = rng.choices(fitting, [brief["weight"] for brief in fitting])[0]
    service = _service(brief, client, rng)
    contact, actor = client.authorised() if brief.get("authorised") else rng.choice(client.contacts)
    channel = rng.choices(list(CHANNELS), list(CHANNELS.values()))[0]
    words = {
        "service": str(service or client.services[0]), "domain": client.domain,
        "host": service.monitored_host if service and service.monitored_host else client.services[0].name,
    }  # fmt: skip
    opening = Opening(
        at=at, actor=actor, channel=channel, subject=brief["subject"].format(**words),
        body=brief["body"].format(**words), language=client.language, customer=client.customer,
        contract=client.contract, contact=contact, service=service,
        category=desk.cast.categories[brief["cat"]] if channel == Channel.PORTAL else None,
    )  # fmt: skip
    if channel == Channel.PHONE:
        opening.actor = desk.cast.somebody(1, at, rng)
        opening.answered_at = min(at + timedelta(seconds=rng.uniform(4, 45)), desk.now)
    brief = {**brief, "done": brief["done"].format(**words)}
    return Player(Story(desk.rows, desk.now, opening), desk.cast, rng, brief)


def _fits(brief: dict[str, Any], client: Client) -> bool:
    kinds = {service.kind for service in client.services}
    who = not brief.get("authorised") or any(contact.is_authorised for contact, _actor in client.contacts)
    return who and ("services" not in brief or bool(kinds.intersection(brief["services"])))


def _service(brief: dict[str, Any], client: Client, rng: Random) -> Service | None:
    if "services" not in brief:
        return None
    return rng.choice([service for service in client.services if service.kind in brief["services"]])


def alert(desk: Desk, at: datetime) -> Player:
    """A problem that monitoring saw on a host of some customer."""
    rng = desk.rng
    briefs = read("alerts.toml")["alert"]
    brief = rng.choices(briefs, [brief["weight"] for brief in briefs])[0]
    client = somebody(desk)
    service = rng.choice([service for service in client.services if service.monitored_host])
    return alert_on(desk, at, brief, client, service)


def alert_on(desk: Desk, at: datetime, brief: dict[str, Any], client: Client, service: Service) -> Player:
    """The ticket that monitoring opens for this problem."""
    problem = _problem(desk, at, brief, service)
    chosen = classifying.classify(brief["severity"])
    with describing.desk_language():
        subject, body = describing.subject_of(problem), describing.body_of(problem)
    opening = Opening(
        at=at, actor=Actor.monitoring(desk.source.name), channel=Channel.MONITORING, subject=subject, body=body,
        language=client.language, customer=client.customer, contract=client.contract, service=service,
        category=desk.cast.categories[chosen.category], impact=chosen.impact, urgency=chosen.urgency,
        priority=chosen.priority, details={"source_id": desk.source.pk, "event_id": problem.event_id},
    )  # fmt: skip
    words = {"host": service.monitored_host}
    texts = {key: text.format(**words) for key, text in brief.items() if key.startswith(("notice", "done_"))}
    story = Story(desk.rows, desk.now, opening)
    filled = {**brief, **texts, "cat": chosen.category, "impact": chosen.impact, "urgency": chosen.urgency}
    player = Player(story, desk.cast, desk.rng, filled)
    problem.ticket = story.ticket
    desk.rows.problems.append(problem)
    player.problem = problem
    return player


def _problem(desk: Desk, at: datetime, brief: dict[str, Any], service: Service) -> Problem:
    desk.events += 1
    host, key = service.monitored_host, (service.monitored_host, brief["name"])
    trigger = desk.triggers.setdefault(key, FIRST_TRIGGER + len(desk.triggers))
    return Problem(
        source=desk.source, event_id=desk.events, trigger_id=trigger, state="open", announced=True,
        stamp="0", name=brief["name"], opdata=brief["opdata"], severity=brief["severity"],
        worst_severity=brief["severity"], host=host, host_name=service.label, host_groups="Customers",
        tags=[["scope", brief["scope"]]], base_url=desk.source.base_url, started_at=at, first_seen_at=at,
        updated_at=at,
    )  # fmt: skip


def spam(desk: Desk, at: datetime) -> Player:
    brief = desk.rng.choice(read("spam.toml")["spam"])
    stranger = Actor(kind=ActorKind.CONTACT, name=brief["from"])
    opening = Opening(
        at=at, actor=stranger, channel=Channel.MAIL, subject=brief["subject"], body=brief["body"],
        language=brief["language"], reply_to=brief["from"],
    )  # fmt: skip
    return Player(Story(desk.rows, desk.now, opening), desk.cast, desk.rng, brief)
