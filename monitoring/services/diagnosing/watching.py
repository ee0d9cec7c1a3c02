"""Domains and certificates that are about to lapse open a ticket in good time (situation 1 of the customer's article)."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from accounts.enums import Actor
from assets.models import Endpoint
from common import clock
from monitoring.services import describing
from monitoring.services.diagnosing import registration, web
from monitoring.services.diagnosing.guarding import Forbidden, addresses_of
from tickets.enums import Channel, Impact, Priority, Urgency
from tickets.models import Message, Ticket
from tickets.services.creating import create_ticket
from tickets.services.noting import add_note

logger = logging.getLogger(__name__)
EVERY = timedelta(hours=22)
STEPS = (30, 7, 1)
CATEGORY = "MR.DIAG"


def watch(*, limit: int = 40) -> int:
    """Look at names not looked at today; how many. Those never looked at come first."""
    due = Endpoint.objects.filter(is_watched=True, service__is_active=True)
    due = due.filter(Q(checked_at__isnull=True) | Q(checked_at__lte=clock.now() - EVERY))
    keys = due.order_by(F("checked_at").asc(nulls_first=True), "pk").values_list("pk", flat=True)[:limit]
    names = list(keys)
    for pk in names:
        try:
            _look(pk)
        except Exception as error:
            # One odd name must not keep the others from being looked at, today or tomorrow.
            logger.exception("the endpoint %s could not be looked at", pk)
            Endpoint.objects.filter(pk=pk).update(checked_at=clock.now(), trouble=type(error).__name__)
    return len(names)


def _look(pk: int) -> None:
    endpoint = Endpoint.objects.select_related("service__customer").get(pk=pk)
    domain, _name = registration.registered_until(endpoint.name)
    certificate, trouble = _certificate(endpoint)
    with transaction.atomic(), describing.desk_language():
        now = clock.now()
        Endpoint.objects.filter(pk=pk).update(
            domain_expires_at=domain or endpoint.domain_expires_at,
            certificate_expires_at=certificate or endpoint.certificate_expires_at,
            checked_at=now,
            trouble=trouble[:300],
        )
        for kind, until in (("domain", domain), ("certificate", certificate)):
            if until is not None:
                _remind(endpoint, kind, until, now)


def _certificate(endpoint: Endpoint) -> tuple[datetime | None, str]:
    if web.is_plain(endpoint.port):
        return None, ""
    try:
        addresses = addresses_of(endpoint.name, endpoint.port)
        return (web.valid_until(endpoint.name, addresses[0], endpoint.port) if addresses else None), ""
    except (OSError, ValueError, Forbidden) as error:
        return None, f"{type(error).__name__}: {error}"


def _remind(endpoint: Endpoint, kind: str, until: datetime, now: datetime) -> None:
    """One ticket for an expiry, 30 days before; a note on it a week and a day before. A renewal is another expiry."""
    days = (until - now).days
    step = next((one for one in reversed(STEPS) if days < one), None)
    if step is None:
        return
    key = f"expiry:{endpoint.pk}:{kind}:{until:%Y%m%d}"
    known = Ticket.objects.filter(dedup_key=key).first()
    ticket = known or _open(endpoint, kind, until, days, key)
    mark = f"{key}:{step}"
    if known is not None and ticket.is_open and not ticket.messages.filter(external_id=mark).exists():
        note = add_note(
            actor=Actor.system(), ticket_id=ticket.pk,
            text=_("%(name)s: %(days)d days are left.") % {"name": endpoint.name, "days": max(days, 0)},
        )  # fmt: skip
        Message.objects.filter(pk=note.pk).update(external_id=mark)


def _open(endpoint: Endpoint, kind: str, until: datetime, days: int, key: str) -> Ticket:
    names = {
        "name": endpoint.name, "until": f"{until:%Y-%m-%d}", "days": max(days, 0), "service": endpoint.service,
    }  # fmt: skip
    subject, body = (
        (
            _("Domain %(name)s lapses on %(until)s"),
            _("The registration of %(name)s ends on %(until)s, in %(days)d days. Without it the site and the mail of "
              "%(service)s stop.\nAsk the customer whether we renew it or they do; renew in time, then check the new date."),
        )
        if kind == "domain"
        else (
            _("Certificate of %(name)s lapses on %(until)s"),
            _("The certificate of %(name)s (%(service)s) ends on %(until)s, in %(days)d days. Browsers will refuse the site.\n"
              "Look why it is not renewed by itself, renew it, then check the new date."),
        )
    )  # fmt: skip
    return create_ticket(
        actor=Actor.system(), subject=subject % names, body=body % names, channel=Channel.MONITORING,
        category=CATEGORY, impact=Impact.MODERATE, urgency=Urgency.MEDIUM, priority=Priority.P3,
        customer=endpoint.service.customer, service=endpoint.service, dedup_key=key,
    )  # fmt: skip
