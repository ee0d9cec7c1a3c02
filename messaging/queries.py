"""Read side: how the channels are, what got stuck on them, and who is calling."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from common.db import database_now
from messaging.enums import Channel, InboundState, OutboundState
from messaging.models import InboundMessage, Mailbox, OutboundMessage, Probe

# A probe arrives within this time, or its channel counts as broken.
BUDGET = timedelta(seconds=60)
# Nobody has looked for so long: the prober itself stands still.
STALE = timedelta(minutes=15)
LOOKED_BACK = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """`state`: ok; failed, the last probe did not arrive in time; stale, nobody has looked lately; unknown, not yet.

    `seconds` is how long the last probe that arrived was under way.
    """

    mailbox: Mailbox
    state: str
    seconds: float | None = None
    looked_at: datetime | None = None
    error: str = ""

    @property
    def name(self) -> str:
        return f"{self.mailbox.channel}:{self.mailbox.address}"

    @property
    def is_red(self) -> bool:
        return self.state in ("failed", "stale")


def configured() -> list[Mailbox]:
    """What is to be looked at: our mail addresses, and the bots and telephones that the settings still name."""
    named = (
        Q(channel=Channel.MAIL)
        | Q(channel=Channel.TELEGRAM, address__in=list(settings.TELEGRAM_BOTS))
        | Q(channel=Channel.PHONE, address__in=list(settings.PHONE_SOURCES))
    )
    return list(Mailbox.objects.filter(named, is_active=True).order_by("channel", "-is_default", "pk"))


def channel_health() -> list[ChannelHealth]:
    """The channels that are set up, each judged by its probes. Three queries, however many channels there are."""
    now = database_now()
    channels = configured()
    probes: dict[int, list[Probe]] = defaultdict(list)
    recent = Probe.objects.filter(mailbox__in=channels, sent_at__gt=now - LOOKED_BACK)
    for probe in recent.order_by("-sent_at"):
        probes[probe.mailbox_id].append(probe)
    return [judge(mailbox, probes[mailbox.pk], now) for mailbox in channels]


def judge(mailbox: Mailbox, probes: Iterable[Probe], now: datetime) -> ChannelHealth:
    """By the newest probe that has arrived, failed or had time enough; the one under way says nothing yet."""
    told = [probe for probe in probes if probe.seen_at or probe.error or now - probe.sent_at > BUDGET]
    if not told:
        return ChannelHealth(mailbox, "unknown")
    last = told[0]
    if now - last.sent_at > STALE:
        return ChannelHealth(mailbox, "stale", looked_at=last.sent_at)
    seconds = (last.seen_at - last.sent_at).total_seconds() if last.seen_at else None
    in_time = seconds is not None and seconds <= BUDGET.total_seconds()
    return ChannelHealth(mailbox, "ok" if in_time else "failed", seconds, last.sent_at, last.error)


def parked() -> QuerySet[InboundMessage]:
    """What came in and waits for a person, the newest first."""
    rows = InboundMessage.objects.without_raw().filter(state=InboundState.PARKED)
    return rows.select_related("mailbox").order_by("-received_at")


def undelivered() -> QuerySet[OutboundMessage]:
    """What went out and did not arrive, or is kept back by a failure; the newest first."""
    rows = OutboundMessage.objects.filter(
        Q(state=OutboundState.DEAD) | Q(state=OutboundState.FAILED, attempts__gte=3)
    )
    return rows.defer("text", "html", "headers").order_by("-created_at")
