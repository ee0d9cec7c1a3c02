"""Engineers correct the registry: what feeds an input, whether a device is in service."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import operator_required
from assets.enums import EquipmentStatus
from assets.forms import InputForm, StatusForm
from assets.queries import devices
from assets.services.marking import mark_status
from assets.services.wiring import feed
from assets.views.browsing import device_page
from common.errors import Conflict, Invalid
from common.htmx import DeskRequest


@operator_required
@require_POST
def wire(request: DeskRequest, equipment_id: int) -> HttpResponse:
    """Say what feeds an input; a circle is refused beside what was typed."""
    device, form = devices.device(equipment_id), InputForm(request.POST)
    if form.is_valid():
        typed, provider = form.cleaned_data, form.cleaned_data["provider"]
        try:
            feed(
                actor=request.actor, equipment_id=device.pk, name=typed["name"].strip(), leg=typed["leg"].strip(),
                provider_id=provider.pk if provider else None,
            )  # fmt: skip
        except Conflict as error:
            form.add_error("provider_words", error.detail)
        else:
            messages.success(request, _("%(name)s is wired.") % {"name": f"{device} {typed['name']}"})
            return redirect("registry:equipment", device.pk)
    return device_page(request, device, form, status=422)


@operator_required
@require_POST
def mark(request: DeskRequest, equipment_id: int) -> HttpResponse:
    form = StatusForm(request.POST)
    if not form.is_valid():
        raise Invalid(field="status")
    device = mark_status(
        actor=request.actor, equipment_id=equipment_id, status=EquipmentStatus(form.cleaned_data["status"])
    )
    messages.success(
        request, _("%(name)s: %(status)s.") % {"name": device, "status": device.get_status_display()}
    )
    return redirect("registry:equipment", device.pk)
