"""Canaries: a channel that does not deliver turns red, and a probe becomes no ticket."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client

from common.db import database_now
from messaging.enums import Channel
from messaging.models import InboundMessage, Mailbox, Probe
from messaging.queries import channel_health, judge
from messaging.services.probing import probe_all, recognise
from messaging.services.receiving import ensure_mailbox, ensure_source
from tests import factories
from tests.messaging.factories import free_port, raw_mail, received
from tests.messaging.telegram.server import BotServer
from tickets.models import Ticket
from tickets.services.routing import route, route_due

pytestmark = pytest.mark.django_db


def states() -> dict[str, str]:
    return {health.name: health.state for health in channel_health()}


def probe(box: Mailbox, *, age: int, seen_after: float | None = None, error: str = "") -> Probe:
    row = Probe.objects.create(mailbox=box, mark=f"{age}", error=error)
    sent = database_now() - timedelta(seconds=age)
    seen = sent + timedelta(seconds=seen_after) if seen_after is not None else None
    Probe.objects.filter(pk=row.pk).update(sent_at=sent, seen_at=seen)
    return Probe.objects.get(pk=row.pk)


@pytest.mark.parametrize(
    ("probes", "state"),
    [
        ([], "unknown"),
        ([{"age": 5}], "unknown"),
        ([{"age": 120, "seen_after": 1.0}], "ok"),
        ([{"age": 5}, {"age": 120, "seen_after": 1.0}], "ok"),
        ([{"age": 120}], "failed"),
        ([{"age": 120, "seen_after": 70.0}], "failed"),
        ([{"age": 5, "error": "refused"}, {"age": 120, "seen_after": 1.0}], "failed"),
        ([{"age": 1000, "seen_after": 1.0}], "stale"),
    ],
)
def test_a_channel_is_judged_by_its_newest_probe_that_had_time_enough(
    probes: list[dict[str, Any]], state: str
) -> None:
    box = ensure_mailbox()
    rows = [probe(box, **one) for one in probes]
    assert judge(box, rows, database_now()).state == state


def test_a_door_that_is_shut_is_seen_at_once(settings: Any) -> None:
    settings.MAIL_INTAKE_PORT = free_port()
    ensure_mailbox()
    assert probe_all() == 1
    assert states() == {"mail:support@desk.example": "failed"}
    assert "refused" in Probe.objects.get().error


def test_a_probe_of_ours_is_recognised_and_discarded_and_a_forged_one_is_not(settings: Any) -> None:
    settings.MAIL_INTAKE_PORT = free_port()
    ensure_mailbox()
    probe_all()
    mark = Probe.objects.get().mark
    row = received(raw_mail(sender="support@desk.example", X_Desk_Probe=mark))
    route(message_id=row.pk)
    assert not InboundMessage.objects.exists()
    assert Probe.objects.get().seen_at is not None
    assert not recognise(f"{mark.partition('.')[0]}.forged")
    assert not Ticket.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_telegram_and_telephone_are_probed_through_their_own_doors(
    telegram: BotServer, settings: Any, live_server: Any
) -> None:
    settings.BASE_URL = live_server.url
    settings.PHONE_SOURCES = {"office": ["a-secret"]}
    assert probe_all() == 2
    assert set(InboundMessage.objects.values_list("mailbox__channel", flat=True)) == {
        Channel.TELEGRAM,
        Channel.PHONE,
    }
    assert route_due() == 2
    assert states() == {"telegram:support": "ok", "phone:office": "ok"}
    assert not Ticket.objects.exists()


def test_old_probes_are_forgotten(settings: Any) -> None:
    settings.MAIL_INTAKE_PORT = free_port()
    probe(ensure_mailbox(), age=3 * 86400)
    probe_all()
    assert Probe.objects.count() == 1


def test_operators_and_watchers_see_a_red_channel(client: Client) -> None:
    box = ensure_mailbox()
    probe(box, age=120)
    client.force_login(factories.OperatorFactory.create().user)
    assert "does not deliver" in client.get("/channels/bar/").content.decode()
    assert "does not deliver" in client.get("/channels/").content.decode()
    assert client.get("/healthz").json()["mail:support@desk.example"] == "late"
    Probe.objects.update(seen_at=Now() - timedelta(seconds=100))
    assert "alert" not in client.get("/channels/bar/").content.decode()


def test_a_bot_the_settings_do_not_name_any_more_is_not_missed() -> None:
    ensure_source(Channel.TELEGRAM, "gone")
    assert states() == {}


@pytest.mark.parametrize("lives", [True, False])
def test_a_bot_and_a_mailbox_that_nobody_asks_are_red(
    telegram: BotServer, settings: Any, tmp_path: Path, lives: bool, live_server: Any
) -> None:
    settings.BASE_URL, settings.DATA_DIR, settings.MAIL_INTAKE_PORT = live_server.url, tmp_path, free_port()
    settings.TELEGRAM_BOTS["support"]["updates"] = "poll"
    settings.IMAP_SOURCES = {"box": {"user": "support@desk.example"}}
    ensure_mailbox()
    if lives:
        (tmp_path / "alive").mkdir()
        for name in ("telegram.0", "imap.0"):
            (tmp_path / "alive" / name).touch()
    probe_all()
    told = " ".join(Probe.objects.values_list("error", flat=True))
    assert ("nobody asks Telegram" in told) is not lives
    assert ("nobody fetches" in told) is not lives
