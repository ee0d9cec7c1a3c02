"""One notice in words: only what is this client's, in the language and time zone of the reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Contact, Customer
from monitoring.enums import HIT_RANK, HitState, NoticePhase
from monitoring.models import Incident, IncidentService, WindowService

SUBJECTS: dict[str, Promise] = {
    NoticePhase.STARTED: _("Outage: %(services)s"),
    NoticePhase.CHANGED: _("Outage, news: %(services)s"),
    NoticePhase.RESTORED: _("Works again: %(services)s"),
    NoticePhase.REPORT: _("What happened: %(services)s"),
}
# Of a client that is not down yet no subject may say it is.
AT_RISK = _("Risk of an outage: %(services)s")
STATES: dict[str, Promise] = {
    HitState.DOWN: pgettext_lazy("to a client", "does not work"),
    HitState.AT_RISK: pgettext_lazy("to a client", "works on battery"),
    HitState.UNKNOWN: pgettext_lazy("to a client", "may be affected, we are checking"),
    HitState.DEGRADED: pgettext_lazy("to a client", "works, but without its reserve"),
    HitState.OK: pgettext_lazy("to a client", "works"),
}
REASONS: dict[str, Promise] = {
    "power": pgettext_lazy("to a client", "power supply"),
    "network": pgettext_lazy("to a client", "network connection"),
    "host": pgettext_lazy("to a client", "the platform it runs on"),
    "failed": pgettext_lazy("to a client", "equipment"),
}
NAMED = 3
# RFC 3834: nobody asked for a notice, so it is no reply; and no absence note is wanted for it.
BY_ITSELF = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


@dataclass(frozen=True, slots=True)
class Item:
    """One service as its owner reads it."""

    label: str
    state: Promise | str
    reason: Promise | str
    until: datetime | None
    code: str


@dataclass(frozen=True, slots=True)
class Written:
    language: str
    subject: str
    text: str


def items_of(rows: list[IncidentService]) -> list[Item]:
    """The worst first."""
    ordered = sorted(rows, key=lambda row: (HIT_RANK[row.state], str(row.service)))
    return [
        Item(
            label=str(row.service),
            state=STATES[row.state],
            reason=REASONS.get(row.reason, "") if row.state != HitState.OK else "",
            until=row.deadline_at if row.state == HitState.AT_RISK else None,
            code=row.state,
        )
        for row in ordered
    ]


def write(
    *, incident: Incident, customer: Customer, contact: Contact, phase: str, rows: list[IncidentService],
    report: str = "", since: datetime | None = None,
) -> Written:  # fmt: skip
    """Subject and text of one notice. `rows` are the services of this customer alone."""
    assert all(row.customer_id == customer.pk for row in rows)
    items = items_of(rows)
    told = items if phase in (NoticePhase.RESTORED, NoticePhase.REPORT) else [
        item for item in items if item.code != HitState.OK
    ]  # fmt: skip
    with translation.override(contact.language), timezone.override(ZoneInfo(customer.time_zone)):
        context: dict[str, Any] = {
            "incident": incident, "contact": contact, "items": told, "report": report,
            "number": incident.ticket.number, "since": since or incident.started_at,
            "took": _took(incident, rows), "is_down": any(item.code == HitState.DOWN for item in items),
        }  # fmt: skip
        text = render_to_string(f"mail/incident_{phase}.txt", context)
        pattern = SUBJECTS[phase]
        if phase == NoticePhase.STARTED and not context["is_down"]:
            pattern = AT_RISK
        subject = str(pattern) % {"services": named(told or items)}
    return Written(contact.language, subject[:300], text.strip() + "\n")


def worst_first(rows: list[WindowService]) -> list[Item]:
    """Services of planned works as their owner reads them."""
    return [
        Item(label=str(row.service), state=STATES[row.state], reason="", until=None, code=row.state)
        for row in sorted(rows, key=lambda one: (HIT_RANK[one.state], str(one.service)))
    ]


def named(items: list[Item]) -> str:
    names = ", ".join(item.label for item in items[:NAMED])
    return f"{names} +{len(items) - NAMED}" if len(items) > NAMED else names


def _took(incident: Incident, rows: list[IncidentService]) -> timedelta:
    ended = max((row.since for row in rows if row.state == HitState.OK), default=incident.started_at)
    return max(ended - incident.started_at, timedelta(0))
