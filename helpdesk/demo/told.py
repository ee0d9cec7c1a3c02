"""Stories told step by step in `data/stories.*.toml`: the three situations, and tonight's open tickets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.enums import Actor
from helpdesk.demo import openings
from helpdesk.demo.cast import MOSCOW, Client
from helpdesk.demo.data_files import read
from helpdesk.demo.scenes import Player
from helpdesk.demo.story import Story
from helpdesk.demo.thread import Horizon, Opening
from tickets.enums import Channel

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
Brief = dict[str, Any]


def span(text: str) -> timedelta:
    """``2h 15m`` as an amount of time."""
    return timedelta(**{UNITS[unit]: float(amount) for amount, unit in re.findall(r"([\d.]+)([smhd])", text)})


def stories(now: datetime) -> Iterator[tuple[datetime, Brief]]:
    """Each told story with the instant it begins: `day` days ago at `time` (Moscow), or `ago` before now."""
    for name in ("stories.situations.toml", "stories.repeats.toml", "stories.tonight.toml"):
        for brief in read(name)["story"]:
            if "ago" in brief:
                yield now - span(brief["ago"]), brief
                continue
            hour, minute = map(int, brief["time"].split(":"))
            local = now.astimezone(MOSCOW) - timedelta(days=brief["day"])
            yield local.replace(hour=hour, minute=minute, second=7, microsecond=0).astimezone(UTC), brief


class Teller:
    """Tells one story; `known` are the tickets of earlier ones by their key."""

    def __init__(self, desk: openings.Desk, known: dict[str, Story]) -> None:
        self.desk, self.known = desk, known

    def tell(self, at: datetime, brief: Brief) -> None:
        client = self.desk.cast.clients.get(brief.get("customer", ""))
        self.player = self._alert(at, brief, client) if "alert" in brief else self._request(at, brief, client)
        self.story = self.known[brief["key"]] = self.player.story
        with suppress(Horizon):
            for delay, verb, who, *rest in brief["steps"]:
                self.story.until_at(self.story.at + span(delay))
                self._step(verb, self._who(who), rest[0] if rest else {})

    def _alert(self, at: datetime, brief: Brief, client: Client | None) -> Player:
        assert client is not None
        service = client.service_on(brief["host"])
        assert service is not None
        problem = {
            "name": brief["alert"],
            "severity": brief["severity"],
            "opdata": brief["opdata"],
            "scope": brief["scope"],
        }
        return openings.alert_on(self.desk, at, problem, client, service)

    def _request(self, at: datetime, brief: Brief, client: Client | None) -> Player:
        desk, channel = self.desk, Channel(brief["channel"])
        contact, actor = client.contacts[brief.get("contact", 0)] if client else (None, Actor.system())
        opening = Opening(
            at=at, actor=actor, channel=channel, subject=brief["subject"], body=brief["body"],
            language=client.language if client else "ru", customer=client.customer if client else None,
            contract=client.contract if client else None, contact=contact,
            service=client.service_on(brief["host"]) if client and "host" in brief else None,
            category=desk.cast.categories[brief["cat"]] if channel == Channel.PORTAL else None,
        )  # fmt: skip
        if channel == Channel.PHONE:
            opening.actor = desk.cast.operator(brief["by"])
            opening.answered_at = at + timedelta(seconds=11)
        return Player(Story(desk.rows, desk.now, opening), desk.cast, desk.rng, brief)

    def _who(self, name: str) -> Actor:
        if name == "system":
            return Actor.system()
        if name == "monitoring":
            return Actor.monitoring(self.desk.source.name)
        if name == "customer":
            contact = self.story.opening.contact
            assert contact is not None
            return self.desk.cast.contact(contact.pk)
        return self.desk.cast.operator(name)

    def _step(self, verb: str, actor: Actor, given: Any) -> None:
        told: dict[str, Callable[[Actor, Any], None]] = {
            "reply": self.story.reply,
            "note": self.story.note,
            "customer": self.story.customer_writes,
            "recovered": lambda _actor, _given: self.player.recovered(),
            "updates": self._updates,
        }
        if verb in told:
            told[verb](actor, given)
            return
        bypass = given.pop("bypass", "") if (given := dict(given)) else ""
        self.story.move(verb, actor, bypass=bypass, **self._resolved(verb, given))
        if verb == "merge":
            self.known[self.player.brief["into"]].joined_by(actor, self.story)

    def _updates(self, actor: Actor, given: Any) -> None:
        """The same people at it for hours, with regular news."""
        for words in given["texts"]:
            self.story.until_at(self.story.at + span(given["every"]))
            self.story.reply(actor, words)

    def _resolved(self, verb: str, given: Brief) -> Brief:
        """Names in the data become the objects they name."""
        values = self._class(verb, given) if verb in ("classify", "reclassify") else dict(given)
        for name in ("resume_in", "vendor_in"):
            if name in values:
                values["resume_at"] = self.story.at + span(values.pop(name))
                if name == "vendor_in":
                    values["vendor_eta"] = values["resume_at"]
        return {name: self._object(name, value) for name, value in values.items()}

    def _class(self, verb: str, given: Brief) -> Brief:
        opening = self.story.opening
        values = {"customer": opening.customer, "service": opening.service, **given}
        if verb == "classify" and not opening.service:
            values.setdefault("service_unknown", "Уточняется")
        return values

    def _object(self, name: str, value: Any) -> Any:
        cast = self.desk.cast
        finders: dict[str, Callable[[Any], Any]] = {
            "category": cast.categories.__getitem__,
            "article": cast.articles.__getitem__,
            "assignee": lambda username: cast.operator(username).user_id,
            "members": lambda usernames: [cast.operator(username).user_id for username in usernames],
            "parent": lambda key: self.known[key].ticket,
            "target": lambda key: self.known[key].ticket,
        }
        return finders[name](value) if name in finders else value
