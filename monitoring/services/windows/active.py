"""What planned works mean for alarms and for incidents while they last."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.enums import Actor
from assets.impact import Cut
from common.db import lock_one
from monitoring.models import MaintenanceWindow, Problem
from monitoring.services.describing import subject_of
from monitoring.services.noting import note
from monitoring.services.recurring import go_on
from tickets.enums import Channel, Impact, Priority, Urgency
from tickets.models import Ticket
from tickets.services.creating import create_ticket

CHANGE = "MR.DIAG"


def suppressing(*, problem: Problem, at: datetime) -> MaintenanceWindow | None:
    """The window that expects an alarm of this thing now. One query, none for what is not in the registry."""
    active = MaintenanceWindow.objects.active(at).order_by("-ends_at")
    if problem.equipment_id is not None:
        return active.filter(assets__equipment=problem.equipment_id).first()
    if problem.circuit_id is not None:
        return active.filter(circuits=problem.circuit_id).first()
    if problem.service_id is not None:
        return active.filter(services__service=problem.service_id).first()
    return None


def cuts(*, at: datetime) -> list[Cut]:
    """What is worked on now, one cut for each window: a second failure is judged with it down already."""
    return [
        cut_of(window)
        for window in MaintenanceWindow.objects.active(at).prefetch_related("devices", "circuits")
    ]


def cut_of(window: MaintenanceWindow) -> Cut:
    return Cut(
        nodes=frozenset(one.pk for one in window.devices.all()),
        circuits=frozenset(one.pk for one in window.circuits.all()),
    )


def due_problems(*, now: datetime) -> list[int]:
    """Problems that outlived the works that kept them quiet."""
    over = Problem.objects.open().filter(suppressed_until__isnull=False, suppressed_until__lte=now)
    return list(over.order_by("suppressed_until").values_list("pk", flat=True)[:500])


def collect(*, window: MaintenanceWindow, problem: Problem, actor: Actor, at: datetime) -> Ticket:
    """The one ticket of the works, with the alarm written on it; opened by the first, and again if it is resolved."""
    locked = lock_one(MaintenanceWindow.objects.all(), window.pk)
    ticket = go_on(actor=actor, ticket=locked.ticket)
    if ticket is None:
        ticket = locked.ticket = create_ticket(
            actor=actor, subject=_("Works: %(title)s") % {"title": locked.title},
            body=_("Alarms that the planned works bring are collected here."), channel=Channel.MONITORING,
            category=CHANGE, impact=Impact.MINOR, urgency=Urgency.LOW, priority=Priority.P4, received_at=at,
        )  # fmt: skip
        locked.save(update_fields=["ticket"])
    note(actor=actor, ticket_id=ticket.pk, text=subject_of(problem))
    return ticket


def let_go(problem: Problem) -> None:
    """Fields only: its works are over, so what they kept it quiet with is no place for it any more."""
    problem.suppressed_until = None
    if MaintenanceWindow.objects.filter(ticket=problem.ticket_id, ticket__isnull=False).exists():
        problem.ticket = None
