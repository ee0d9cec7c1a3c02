"""Planned works: the list on a time axis, planning them, moving and cancelling them."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import operator_required
from assets.impact import Cut
from assets.models import Circuit, Equipment
from assets.queries import devices, failing
from common.errors import DomainError
from common.htmx import DeskRequest
from monitoring.forms import PeriodForm, WorksForm
from monitoring.models import MaintenanceWindow
from monitoring.permissions import plans_works
from monitoring.queries import windows as queries
from monitoring.services.windows import planning
from monitoring.services.windows.active import cut_of

MOST = 40


@operator_required
@require_GET
def index(request: DeskRequest) -> HttpResponse:
    """What is coming, drawn; then what is over."""
    axis = queries.axis()
    context = {
        "here": "incidents", "axis": axis, "coming": queries.coming(axis), "over": queries.over(),
        "may_plan": plans_works(request.actor),
    }  # fmt: skip
    return render(request, "windows/index.html", context)


@operator_required
@require_http_methods(["GET", "POST"])
def new(request: DeskRequest) -> HttpResponseBase:
    """Works on the devices and circuits of the address, with what they break."""
    if not plans_works(request.actor):
        raise Http404
    chosen, lines = _chosen(request)
    form = WorksForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            planning.plan(
                actor=request.actor, devices=chosen, circuits=lines, title=values["title"], reason=values["reason"],
                starts_at=values["starts_at"], ends_at=values["ends_at"], mode=values["mode"],
                notice_hours=values["notice_hours"], repeat_weeks=values["repeat_weeks"] or 0,
            )  # fmt: skip
        except DomainError as error:
            _complain(form, error)
        else:
            return redirect("monitoring:windows")
    context: dict[str, object] = {
        "here": "incidents", "form": form, "chosen": chosen, "circuits": lines,
        "failing": failing.failing(chosen, lines) if chosen or lines else None, "together": _together(form, chosen, lines),
    }  # fmt: skip
    return render(request, "windows/new.html", context, status=422 if form.errors else 200)


def _together(form: WorksForm, chosen: list[Equipment], lines: list[Circuit]) -> list[planning.Together]:
    """Other works of the same time; known once a time is typed."""
    if not form.is_bound or not form.is_valid():
        return []
    cut = Cut(nodes=frozenset(one.pk for one in chosen), circuits=frozenset(one.pk for one in lines))
    return planning.overlapping(
        starts_at=form.cleaned_data["starts_at"], ends_at=form.cleaned_data["ends_at"], cut=cut
    )


@operator_required
@require_http_methods(["GET", "POST"])
def window(request: DeskRequest, window_id: int) -> HttpResponseBase:
    """One of them: what it touches, whom it hits, who was told; moved to another time by POST."""
    found = _found(window_id)
    form = PeriodForm(
        request.POST if request.method == "POST" else None,
        initial={"starts_at": found.starts_at, "ends_at": found.ends_at},
    )
    if request.method == "POST" and form.is_valid():
        try:
            planning.move_to(window_id=window_id, actor=request.actor, **form.cleaned_data)
        except DomainError as error:
            _complain(form, error)
        else:
            return redirect("monitoring:window", window_id)
    context = {
        "here": "incidents", "window": found, "form": form, "services": queries.services_of(found),
        "notices": found.notices.select_related("customer", "contact", "message").order_by("pk")[:200],
        "may_plan": plans_works(request.actor),
        "together": planning.overlapping(
            starts_at=found.starts_at, ends_at=found.ends_at, cut=cut_of(found), but=found.pk
        ),
    }  # fmt: skip
    return render(request, "windows/window.html", context, status=422 if form.errors else 200)


@operator_required
@require_POST
def cancel(request: DeskRequest, window_id: int) -> HttpResponseBase:
    _found(window_id)
    planning.cancel(window_id=window_id, actor=request.actor)
    return redirect("monitoring:windows")


def _found(window_id: int) -> MaintenanceWindow:
    found = MaintenanceWindow.objects.prefetch_related("devices", "circuits").filter(pk=window_id).first()
    if found is None:
        raise Http404
    return found


def _chosen(request: DeskRequest) -> tuple[list[Equipment], list[Circuit]]:
    def keys(name: str) -> list[int]:
        typed = request.GET.getlist(name)[:MOST]
        return [int(one) for one in typed if one.isascii() and one.isdigit() and len(one) < 19]

    return devices.chosen(keys("device")), failing.circuits(keys("circuit"))


def _complain(form: PeriodForm, error: DomainError) -> None:
    field = error.extra.get("field")
    form.add_error(field if field in form.fields else None, error.detail)
