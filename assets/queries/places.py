"""Sites, their rooms and racks, and what stands in a rack."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Prefetch, Q, QuerySet, Sum

from assets.models import Equipment, Rack, Room, Site
from common.errors import Missing

SHOWN = 300


def sites() -> QuerySet[Site]:
    """Every site with how many racks and devices it has."""
    return Site.objects.annotate(
        racks=Count("rooms__racks", distinct=True), devices=Count("equipment", distinct=True)
    )


def site(pk: int) -> Site:
    """Raises `Missing`."""
    found = Site.objects.filter(pk=pk).first()
    if found is None:
        raise Missing
    return found


def rooms(of: Site) -> QuerySet[Room]:
    """Rooms with their racks; a rack knows its `devices` and `used` units."""
    placed = Q(equipment__position__isnull=False)
    racks = Rack.objects.order_by("name").annotate(
        devices=Count("equipment"), used=Sum("equipment__height", filter=placed, default=0)
    )
    return Room.objects.filter(site=of).order_by("name").prefetch_related(Prefetch("racks", queryset=racks))


def outside_racks(of: Site) -> QuerySet[Equipment]:
    """What stands in no rack: the power plant, mostly. The first of them."""
    found = Equipment.objects.filter(site=of, rack=None).select_related("owner")
    return found.order_by("kind", "name")[:SHOWN]


def rack(pk: int) -> Rack:
    """Raises `Missing`."""
    found = Rack.objects.select_related("room__site").filter(pk=pk).first()
    if found is None:
        raise Missing
    return found


def contents(of: Rack) -> QuerySet[Equipment]:
    """Devices of a rack from the top; those without a position last."""
    return (
        Equipment.objects.filter(rack=of)
        .select_related("owner")
        .order_by(F("position").desc(nulls_last=True), "name")
    )


@dataclass(frozen=True, slots=True)
class Placed:
    """A device in the drawing of a rack. Where two share a unit (front and back), `lane` tells them apart."""

    device: Equipment
    low: int
    height: int
    lane: int
    lanes: int


def elevation(devices: Iterable[Equipment]) -> list[Placed]:
    """Where each device is drawn. Devices that overlap share the width."""
    placed = sorted(
        (one for one in devices if one.position is not None), key=lambda one: (one.position or 0, one.name)
    )
    by_unit: dict[int, list[int]] = defaultdict(list)
    lanes: dict[int, int] = {}
    for one in placed:
        units = range(one.position or 0, (one.position or 0) + one.height)
        taken = {lanes[other] for unit in units for other in by_unit[unit]}
        lanes[one.pk] = next(lane for lane in range(len(taken) + 1) if lane not in taken)
        for unit in units:
            by_unit[unit].append(one.pk)
    found = []
    for one in placed:
        low = one.position or 0
        beside = {other for unit in range(low, low + one.height) for other in by_unit[unit]}
        found.append(Placed(one, low, one.height, lanes[one.pk], max(lanes[other] for other in beside) + 1))
    return found
