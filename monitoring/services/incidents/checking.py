"""Does the registry speak the truth? A client it calls down whose equipment answers is held back from being told."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from django.conf import settings

from assets.models import Cluster, Equipment
from monitoring.enums import Effect, HitState, ProblemState
from monitoring.models import Incident, IncidentClient, IncidentService, Problem
from monitoring.services.incidents.failing import named

# Why a client is held back; the words are those of the pages.
ANSWERS = "answers"


def check(*, incident: Incident, at: datetime) -> int:
    """Set or lift `held` on clients called down long enough and not told so yet; how many changed. Five queries.

    Who was told of a battery is not told that it is flat while the equipment still answers.
    """
    waiting = incident.clients.filter(
        state=HitState.DOWN,
        down_since__lte=at - timedelta(seconds=settings.NOTICE_CONFIRM_SECONDS),
        released_by="",
    ).exclude(told_state=HitState.DOWN)
    clients = {row.customer_id: row for row in waiting}
    if not clients:
        return 0
    down = list(incident.services.filter(customer__in=clients, state=HitState.DOWN).select_related("service"))
    doubted = _doubted(down)
    changed = []
    for row in clients.values():
        held = ANSWERS if row.customer_id in doubted else ""
        if row.held != held:
            row.held = held
            changed.append(row)
    IncidentClient.objects.bulk_update(changed, ["held"])
    return len(changed)


def _doubted(down: list[IncidentService]) -> set[int]:
    """Clients with a service that is called down while all that watches it is silent."""
    watched = _watched_by(down)
    devices = {key for keys in watched.values() for key in keys}
    silent = devices - set(
        Problem.objects.filter(equipment__in=devices, state=ProblemState.OPEN, effect=Effect.DOWN)
        .values_list("equipment_id", flat=True)
    )  # fmt: skip
    return {
        row.customer_id for row in down
        if not row.is_observed and watched[row.pk] and watched[row.pk] <= silent
    }  # fmt: skip


def _watched_by(down: list[IncidentService]) -> dict[int, set[int]]:
    """Row → the devices it runs on that monitoring watches; a service nobody watches cannot be doubted."""
    clusters = {row.service.cluster_id for row in down if row.service.cluster_id}
    members: dict[int, set[int]] = defaultdict(set)
    through = Cluster.members.through.objects.filter(cluster__in=clusters)
    for cluster, device in through.values_list("cluster_id", "equipment_id"):
        members[cluster].add(device)
    runs = {
        row.pk: members[row.service.cluster_id] if row.service.cluster_id else named(row.service.runs_on_id)
        for row in down
    }
    all_of_them = {key for keys in runs.values() for key in keys}
    watched = {
        key for key, host, ids in Equipment.objects.filter(pk__in=all_of_them, is_monitored=True).values_list(
            "pk", "monitored_host", "monitored_host_ids") if host or ids
    }  # fmt: skip
    return {pk: {key for key in keys if key in watched} for pk, keys in runs.items()}
