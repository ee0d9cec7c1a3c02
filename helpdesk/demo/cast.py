"""The players of the stories, and who of them is at the desk at a given hour."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from accounts.enums import Actor, Role
from accounts.models import Contact, Contract, Customer
from assets.models import Service
from knowledge.models import Article
from tickets.models import Category

MOSCOW = ZoneInfo("Europe/Moscow")
SHIFT_HOURS = 12
DAY_BEGINS = 8
# Those who steer do not take tickets from the queue.
STEERING = (Role.SHIFT_LEAD, Role.SERVICE_MANAGER, Role.EDITOR, Role.ADMINISTRATOR)


@dataclass(slots=True)
class Client:
    """A customer with everything that hangs on it. `share` is its weight among all requests."""

    customer: Customer
    contract: Contract
    domain: str
    contacts: list[tuple[Contact, Actor]]
    services: list[Service]
    share: int

    @property
    def language(self) -> str:
        return self.customer.language

    def authorised(self) -> tuple[Contact, Actor]:
        return next(pair for pair in self.contacts if pair[0].is_authorised)

    def service_on(self, host: str) -> Service | None:
        return next((service for service in self.services if service.monitored_host == host), None)


@dataclass(slots=True)
class Cast:
    """Everybody and everything a story may name. Team 0 is always there; the others take turns."""

    operators: dict[str, tuple[Actor, int]]
    clients: dict[str, Client]
    categories: dict[str, Category] = field(default_factory=dict)
    articles: dict[str, Article] = field(default_factory=dict)

    def operator(self, username: str) -> Actor:
        return self.operators[username][0]

    def by_user(self, user_id: int | None) -> Actor:
        return next(actor for actor, _team in self.operators.values() if actor.user_id == user_id)

    def contact(self, contact_id: int) -> Actor:
        people = (pair for client in self.clients.values() for pair in client.contacts)
        return next(actor for contact, actor in people if contact.pk == contact_id)

    def on_duty(self, line: int, at: datetime) -> list[Actor]:
        """Operators of the line at the desk: the team of that shift, and whoever is always there."""
        return [
            actor
            for actor, team in self.operators.values()
            if actor.line == line and team in (0, team_at(at)) and not actor.has(*STEERING)
        ]

    def present(self, at: datetime) -> list[int]:
        """Users at the desk: the operators of all lines, and whoever leads the shift."""
        here = [actor for line in (1, 2, 3) for actor in self.on_duty(line, at)]
        leads = [actor for actor, _team in self.operators.values() if actor.has(Role.SHIFT_LEAD)]
        return sorted(actor.user_id for actor in (*here, *leads) if actor.user_id)

    def somebody(self, line: int, at: datetime, rng: Random) -> Actor:
        return rng.choice(self.on_duty(line, at))


def team_at(at: datetime) -> int:
    """Three teams change at 8 and 20 o'clock, Moscow time."""
    local = at.astimezone(MOSCOW)
    shifts = local.toordinal() * 2 + (1 if DAY_BEGINS <= local.hour < DAY_BEGINS + SHIFT_HOURS else 0)
    if local.hour >= DAY_BEGINS + SHIFT_HOURS:
        shifts += 2
    return shifts % 3 + 1
