"""One device: where it stands, what feeds it and what it feeds, its neighbours, and who has services on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Q, QuerySet

from assets.models import Circuit, Equipment, Link, PowerInput, Service
from common.errors import Missing

ABOVE = """
WITH RECURSIVE above (id) AS (
    SELECT %s::bigint
    UNION
    SELECT input.provider_id FROM above JOIN assets_powerinput input ON input.equipment_id = above.id
    WHERE input.provider_id IS NOT NULL AND NOT input.is_stale
)
SELECT id FROM above
"""


def device(pk: int) -> Equipment:
    """Raises `Missing`."""
    related = ("site", "rack__room__site", "owner")
    found = Equipment.objects.select_related(*related).filter(pk=pk).first()
    if found is None:
        raise Missing
    return found


def search(words: str, limit: int = 30) -> QuerySet[Equipment]:
    """Devices by a part of their name or of their host in monitoring."""
    words = words.replace("\x00", "")
    named = Q(name__icontains=words) | Q(monitored_host__icontains=words)
    if words.isascii() and words.isdigit() and len(words) < 19:
        named |= Q(monitored_host_ids__contains=[int(words)])
    return Equipment.objects.filter(named).select_related("site", "rack", "owner").order_by("name")[:limit]


def chosen(keys: Iterable[int]) -> list[Equipment]:
    return list(Equipment.objects.filter(pk__in=list(keys)).select_related("site").order_by("name"))


def inputs(of: Equipment) -> QuerySet[PowerInput]:
    return of.power_inputs.select_related("provider").order_by("name")


def feeds(of: Equipment) -> QuerySet[PowerInput]:
    """The inputs that hang on it."""
    return of.feeds.select_related("equipment__owner").order_by("equipment__name", "name")


@dataclass(frozen=True, slots=True)
class Neighbour:
    device: Equipment
    link: Link


def neighbours(of: Equipment) -> list[Neighbour]:
    """Devices at the other end of its links."""
    links = Link.objects.filter(Q(a=of) | Q(b=of)).select_related("a", "b")
    found = [Neighbour(link.b if link.a_id == of.pk else link.a, link) for link in links]
    return sorted(found, key=lambda one: (one.device.name, one.link.label))


def circuits(of: Equipment) -> QuerySet[Circuit]:
    return of.circuits.order_by("provider", "cid")


def services(of: Equipment) -> QuerySet[Service]:
    """Services that run on it, by itself or as a member of a cluster."""
    placed = Q(runs_on=of) | Q(cluster__members=of)
    return (
        Service.objects.active().filter(placed).select_related("customer", "cluster")
        .order_by("customer__name", "name").distinct()
    )  # fmt: skip


@dataclass(slots=True)
class PowerTree:
    """A device, everything above it, and the inputs between them. `inputs` are by the device that has them."""

    device: Equipment
    devices: dict[int, Equipment]
    inputs: dict[int, list[PowerInput]] = field(default_factory=lambda: defaultdict(list))


def power_tree(of: Equipment) -> PowerTree:
    """Three queries, however long the way to the source is."""
    with connection.cursor() as cursor:
        cursor.execute(ABOVE, [of.pk])
        keys = [row[0] for row in cursor.fetchall()]
    tree = PowerTree(of, Equipment.objects.in_bulk(keys))
    for one in PowerInput.objects.filter(equipment_id__in=keys, is_stale=False).order_by("name"):
        tree.inputs[one.equipment_id].append(one)
    return tree
