"""Checks of what monitoring and services say about the registry."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q, QuerySet

from assets.enums import EquipmentStatus, ServiceKind
from assets.models import Circuit, Cluster, Equipment, Link, PowerInput, Rack, Room, Service, Site
from assets.queries.quality.found import Device, Named, Problem

Known = dict[int, Device]
# They live in registries of the world and on no machine of ours.
NOWHERE = (ServiceKind.DOMAIN,)


def without_host(known: Known) -> Iterator[Problem]:
    for device in known.values():
        if device.is_monitored and not device.host and not device.host_ids:
            yield Problem(device.named)


def not_monitored(known: Known) -> Iterator[Problem]:
    for device in known.values():
        if not device.is_monitored:
            yield Problem(device.named)


def _unplaced() -> QuerySet[Service]:
    return (
        Service.objects.active().filter(runs_on=None, cluster=None).exclude(kind__in=NOWHERE)
        .select_related("customer").order_by("customer__name", "name")
    )  # fmt: skip


def unknown_hosts(known: Known) -> Iterator[Problem]:
    """Services known to monitoring by a host that the registry has never heard of."""
    hosts = {device.host for device in known.values() if device.host}
    for service in _unplaced().exclude(monitored_host=""):
        if service.monitored_host not in hosts:
            yield Problem(_named(service), note=service.monitored_host)


def on_nothing(known: Known) -> Iterator[Problem]:
    """Services that run on nothing; where their host is that of a device, it is named."""
    by_host = {device.host: device.named for device in known.values() if device.host}
    for service in _unplaced():
        match = by_host.get(service.monitored_host)
        if match or not service.monitored_host:
            yield Problem(_named(service), (match,) if match else ())


def on_retired() -> Iterator[Problem]:
    out = Q(runs_on__isnull=False) & ~Q(runs_on__status=EquipmentStatus.ACTIVE)
    for service in Service.objects.active().filter(out).select_related("customer", "runs_on"):
        assert service.runs_on is not None
        yield Problem(_named(service), (Named(service.runs_on.name, service.runs_on.pk),))


def _named(service: Service) -> Named:
    return Named(f"{service.customer.name}: {service}", service.runs_on_id)


def stale() -> Iterator[Problem]:
    """Everything that its source no longer lists."""
    for one in Equipment.objects.filter(is_stale=True).exclude(status=EquipmentStatus.RETIRED):
        yield Problem(Named(one.name, one.pk), note=one.source)
    for of in PowerInput.objects.filter(is_stale=True).select_related("equipment"):
        yield Problem(Named(str(of), of.equipment_id), note=of.source)
    for link in Link.objects.filter(is_stale=True).select_related("a", "b"):
        yield Problem(Named(str(link), link.a_id), note=link.source)
    for circuit in Circuit.objects.filter(is_stale=True):
        yield Problem(Named(str(circuit), circuit.equipment_id), note=circuit.source)
    for service in Service.objects.active().filter(is_stale=True).select_related("customer"):
        yield Problem(_named(service), note=service.source)
    for model in (Site, Room, Rack, Cluster):
        related = {Room: ("site",), Rack: ("room__site",)}.get(model, ())
        for place in model.objects.filter(is_stale=True).select_related(*related):
            yield Problem(Named(str(place)), note=place.source)
