"""The demo from nothing to a running shift."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from django.conf import settings
from django.db import transaction

from accounts.enums import Actor
from common import clock
from helpdesk.demo import articles, clocks, history, writing
from helpdesk.demo.accounts import create_people
from helpdesk.demo.cast import Cast
from helpdesk.demo.openings import Desk
from helpdesk.demo.registry import build_registry
from helpdesk.demo.rows import Rows
from monitoring.enums import SourceKind
from monitoring.models import Source
from monitoring.services.sourcing import create_source
from sla.queries import months
from sla.services import closing, training
from tickets.models import Category

SEED = 90
"""The dice are loaded: the same demo every time, only its dates move."""

SOURCE = "Zabbix"


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was made."""

    tickets: int
    open: int
    articles: int
    token_file: Path


@transaction.atomic
def seed(now: datetime | None = None) -> Seeded:
    """Fill an empty database with the demo as of `now`. All or nothing."""
    now = now or clock.now()
    source, token = create_source(
        actor=Actor.system(), kind=SourceKind.ZABBIX, name=SOURCE, base_url="https://zabbix.desk.example"
    )
    cast = create_people(now)
    build_registry()
    cast.categories = {category.code: category for category in Category.objects.all()}
    cast.articles = articles.write_articles(cast.operator("editor"), now)
    rows = Rows()
    desk = Desk(rows, cast, source, now, Random(SEED))  # noqa: S311 — dice for a play, not for secrets
    history.live_through(desk)
    writing.write(rows, clocks.project(rows, cast, now))
    training.train(now=now)
    _close_a_month(cast, now)
    Source.objects.filter(pk=source.pk).update(last_seen_at=now)
    path = settings.DATA_DIR / "demo-zabbix-token"
    transaction.on_commit(lambda: keep_token(path, token))
    return Seeded(len(rows.tickets), sum(ticket.is_open for ticket in rows.tickets), len(cast.articles), path)


def _close_a_month(cast: Cast, now: datetime) -> None:
    """The month before the last one: all of it has been reviewed. The last one waits for the visitor."""
    last = months.of(now) - timedelta(days=1)
    before = last.replace(day=1) - timedelta(days=1)
    closing.close_month(actor=cast.operator("manager"), month=before.replace(day=1))


def keep_token(path: Path, token: str) -> None:
    """For the owner of the data directory only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(f"{token}\n")
