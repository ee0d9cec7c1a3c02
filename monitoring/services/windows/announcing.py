"""Clients are told of works that hit them: once beforehand, and again if the time moves or nothing comes of them."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from common.db import lock_one
from messaging.services.sending import enqueue
from monitoring.enums import HitState, WorksPhase
from monitoring.models import MaintenanceWindow, WindowService, WorksNotice
from monitoring.services.telling.recipients import Recipient, recipients
from monitoring.services.telling.writing import BY_ITSELF, named, worst_first

SUBJECTS: dict[str, Promise] = {
    WorksPhase.ANNOUNCED: _("Planned works: %(services)s"),
    WorksPhase.CHANGED: _("Planned works moved: %(services)s"),
    WorksPhase.CANCELLED: _("Planned works cancelled: %(services)s"),
}


def announce_due(at: datetime) -> int:
    """Announce the works whose time for it has come; how many notices."""
    due = MaintenanceWindow.objects.filter(announce_at__isnull=False, announce_at__lte=at)
    return sum(_announce(pk, at) for pk in due.order_by("announce_at").values_list("pk", flat=True)[:20])


@transaction.atomic
def _announce(pk: int, at: datetime) -> int:
    window = lock_one(MaintenanceWindow.objects.all(), pk)
    if window.announce_at is None or window.announce_at > at:
        return 0
    window.announce_at = None
    window.save(update_fields=["announce_at"])
    return tell(window=window, phase=WorksPhase.ANNOUNCED, at=at) if window.ends_at > at else 0


def tell(*, window: MaintenanceWindow, phase: str, at: datetime) -> int:
    """One notice to each recipient of each client that the works hit; a change only to those who were told."""
    hit: dict[int, list[WindowService]] = defaultdict(list)
    for row in window.services.exclude(state=HitState.UNKNOWN).select_related("service").order_by("pk"):
        hit[row.customer_id].append(row)
    if phase != WorksPhase.ANNOUNCED:
        told = set(window.notices.values_list("customer_id", flat=True))
        hit = defaultdict(list, {key: rows for key, rows in hit.items() if key in told})
    people = recipients(hit)
    customers = Customer.objects.in_bulk(list(hit))
    number = window.notices.filter(phase=phase).values("number").distinct().count() + 1
    sent = 0
    for key, rows in hit.items():
        for recipient in people.get(key, []):
            _send(window, customers[key], recipient, phase, number, rows, at)
            sent += 1
    return sent


def _send(
    window: MaintenanceWindow, customer: Customer, recipient: Recipient, phase: str, number: int,
    rows: list[WindowService], at: datetime,
) -> None:  # fmt: skip
    contact = recipient.contact
    with translation.override(contact.language), timezone.override(ZoneInfo(customer.time_zone)):
        items = worst_first(rows)
        text = render_to_string(f"mail/works_{phase}.txt", {"window": window, "items": items})
        subject = str(SUBJECTS[phase]) % {"services": named(items)}
    key = f"works:{window.pk}:{contact.pk}:{phase}:{number}"
    draft = recipient.draft(key=key, subject=subject[:300], text=text.strip() + "\n", headers=BY_ITSELF)
    message = enqueue(draft)
    WorksNotice.objects.create(
        window=window, customer=customer, contact=contact, phase=phase, number=number, message=message,
        created_at=at,
    )  # fmt: skip
