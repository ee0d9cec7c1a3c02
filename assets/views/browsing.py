"""Looking at the registry: sites, racks, devices."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.permissions import operator_required
from assets.enums import EquipmentStatus
from assets.forms import InputForm
from assets.models import Equipment
from assets.permissions import can_edit_registry
from assets.queries import devices, places
from assets.queries.current import current
from assets.queries.drawing import draw
from assets.queries.quality import report
from assets.views.elevation import elevation
from common.htmx import DeskRequest

CHOICES = 12
HERE = {"here": "registry"}


@operator_required
@require_GET
def index(request: DeskRequest) -> HttpResponse:
    """Sites, and a search over all devices."""
    words = request.GET.get("q", "").strip()[:120]
    context: dict[str, object] = {**HERE, "words": words}
    context["found"] = devices.search(words) if words else None
    if request.htmx:
        return render(request, "registry/_found.html", context)
    context |= {"sites": places.sites(), "can_edit": can_edit_registry(request.actor)}
    return render(request, "registry/index.html", context)


@operator_required
@require_GET
def choices(request: DeskRequest) -> HttpResponse:
    """Devices to pick from while typing."""
    words = next((request.GET[name] for name in ("q", "provider_words") if request.GET.get(name)), "").strip()
    found = devices.search(words[:120], CHOICES) if words else ()
    return render(request, "registry/_choices.html", {"found": found})


@operator_required
@require_GET
def site(request: DeskRequest, site_id: int) -> HttpResponse:
    found = places.site(site_id)
    context = {
        **HERE,
        "site": found,
        "rooms": places.rooms(found),
        "outside": places.outside_racks(found),
        "most": places.SHOWN,
    }
    return render(request, "registry/site.html", context)


@operator_required
@require_GET
def rack(request: DeskRequest, rack_id: int) -> HttpResponse:
    found = places.rack(rack_id)
    inside = list(places.contents(found))
    context = {**HERE, "rack": found, "devices": inside, "drawing": elevation(found, inside)}
    return render(request, "registry/rack.html", context)


@operator_required
@require_GET
def equipment(request: DeskRequest, equipment_id: int) -> HttpResponse:
    return device_page(request, devices.device(equipment_id), None)


def device_page(
    request: DeskRequest, device: Equipment, form: InputForm | None, status: int = 200
) -> HttpResponse:
    """The page of a device; with the form of an input that could not be saved."""
    context = {
        **HERE,
        "device": device,
        "drawing": draw(devices.power_tree(device), current()),
        "inputs": devices.inputs(device),
        "feeds": devices.feeds(device),
        "neighbours": devices.neighbours(device),
        "circuits": devices.circuits(device),
        "services": devices.services(device),
        "can_edit": can_edit_registry(request.actor),
        "statuses": EquipmentStatus.choices,
        "form": form or InputForm(),
    }
    return render(request, "registry/equipment.html", context, status=status)


@operator_required
@require_GET
def quality(request: DeskRequest) -> HttpResponse:
    """What is wrong or missing."""
    return render(request, "registry/quality.html", {**HERE, "checks": report()})
