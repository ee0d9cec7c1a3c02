"""Incidents: the list, the page, and what people do to one. Every act answers with the part of the page it changed."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Customer
from accounts.permissions import operator_required
from assets.models import Circuit, Equipment, Site
from common import clock
from common.errors import DomainError
from common.htmx import DeskRequest
from monitoring.enums import LIVE, HitState, IncidentState
from monitoring.models import Incident
from monitoring.queries import incidents as queries
from monitoring.services.incidents import acting, causes, judging
from monitoring.services.incidents.causes import Cause
from monitoring.services.notices import acting as notices

BIGINT_DIGITS = 18


@operator_required
@require_GET
def index(request: DeskRequest) -> HttpResponse:
    """Those under way, then history by keyset pages."""
    before = _number(request.GET.get("before", ""))
    over = queries.ended(before)
    shown = over[: queries.LISTED]
    context = {
        "here": "incidents",
        "live": queries.live() if before is None else [],
        "over": shown,
        "before": before,
        "next": shown[-1].incident.pk if len(over) > len(shown) else None,
    }
    return render(request, "incidents/index.html", context)


@operator_required
@require_GET
def count(request: DeskRequest) -> HttpResponse:
    """The mark in the menu: how many are under way."""
    return render(request, "incidents/_count.html", {"count": queries.live_count()})


@operator_required
@require_GET
def incident(request: DeskRequest, number: str) -> HttpResponseBase:
    """The whole incident; a part of it for htmx, named by `part`."""
    found = _found(number)
    if found.merged_into is not None:
        return redirect("monitoring:incident", found.merged_into.ticket.number)
    part = request.GET.get("part", "") if request.htmx else ""
    if part in PARTS:
        return render(request, f"incidents/_{part}.html", {"incident": found, **PARTS[part](request, found)})
    context: dict[str, object] = {
        "here": "incidents", "incident": found, "ticket": found.ticket,
        "live_channels": [f"ticket:{found.ticket_id}"],
    }  # fmt: skip
    for build in PARTS.values():
        context |= build(request, found)
    return render(request, "incidents/incident.html", context)


def _head(request: DeskRequest, found: Incident) -> dict[str, object]:
    counts = queries.counts_of(found)
    hit = {state: counts[state] for state in queries.HIT}
    return {
        "counts": [(state, hit[state]) for state in queries.HIT],
        "shares": queries.shares(counts),
        "telling": queries.telling(found),
        "is_live": found.state in LIVE,
        "may_report": found.state in (IncidentState.RECOVERED, IncidentState.RESOLVED)
        and not found.report_ru and not found.report_en,
        "members_count": queries.member_counts(found),
        "minutes_left": _minutes_left(found),
    }  # fmt: skip


def _minutes_left(found: Incident) -> int | None:
    if found.assess_at is None or found.state != IncidentState.OPEN:
        return None
    return max(0, round((found.assess_at - clock.now()).total_seconds() / 60))


def _clients(request: DeskRequest, found: Incident) -> dict[str, object]:
    state = request.GET.get("state", "")
    state = state if state in HitState.values else ""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    page = _number(request.GET.get("clients", "")) or 1
    rows, more = queries.clients(found, state=state, words=words, page=page)
    return {
        "rows": rows, "more_clients": more, "clients_page": page, "next_clients": page + 1, "state": state,
        "words": words, "states": queries.HIT, "is_live": found.state in LIVE,
    }  # fmt: skip


def _timeline(request: DeskRequest, found: Incident) -> dict[str, object]:
    changes, more = queries.timeline(found, everything="all" in request.GET)
    return {"changes": changes, "more_changes": more, "services": queries.services_named(changes)}


def _members(request: DeskRequest, found: Incident) -> dict[str, object]:
    page = _number(request.GET.get("members", "")) or 1
    rows, more = queries.members(found, page=page)
    return {
        "members": rows, "more_members": more, "next_members": page + 1,
        "members_count": queries.member_counts(found), "is_live": found.state in LIVE,
    }  # fmt: skip


PARTS = {"head": _head, "clients": _clients, "timeline": _timeline, "members": _members}


@operator_required
@require_GET
def loose(request: DeskRequest, number: str) -> HttpResponse:
    """Problems that stand alone, to be attached."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    return render(
        request, "incidents/_loose.html", {"incident": _found(number), "problems": queries.loose(words)}
    )


@operator_required
@require_GET
def roots(request: DeskRequest, number: str) -> HttpResponse:
    """Candidates for another cause; with one chosen, whom that would hit."""
    found = _found(number)
    words = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    chosen = _cause(request.GET.get("cause", ""))
    context: dict[str, object] = {"incident": found, "choices": queries.causes_named(words, found)}
    if chosen is not None:
        closure = causes.closure(chosen)
        context |= {"chosen": chosen, "hit": len(closure.services), "devices": len(closure.nodes)}
    return render(request, "incidents/_roots.html", context)


@operator_required
@require_GET
def proposal(request: DeskRequest, number: str) -> HttpResponse:
    """What working it out anew would change."""
    found = _found(number)
    moved = judging.proposal(incident=found, at=clock.now())
    named = queries.services_in(key for key, _before, _after in moved[:40])
    rows = [(named[key], before, after) for key, before, after in moved[:40] if key in named]
    return render(request, "incidents/_proposal.html", {"incident": found, "rows": rows, "count": len(moved)})


@operator_required
@require_GET
def preview(request: DeskRequest, number: str, customer_id: int) -> HttpResponse:
    """The notice as the client would get it."""
    found = _found(number)
    row = found.clients.select_related("customer").filter(customer=customer_id).first()
    if row is None:
        raise Http404
    context = {
        "incident": found,
        "client": row,
        "texts": notices.preview(incident=found, customer=row.customer),
        "refusal": notices.refusal(row),
        "nobody": notices.NOBODY,
    }
    return render(request, "incidents/_preview.html", context)


@operator_required
@require_POST
def act(request: DeskRequest, number: str, what: str) -> HttpResponseBase:
    """One act of a person; refused with its reason, or back to the page."""
    found = _found(number)
    if what not in ACTS:
        raise Http404
    try:
        ACTS[what](request, found)
    except DomainError as error:
        return render(request, "incidents/_refused.html", {"error": error}, status=422)
    if request.htmx:
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    return redirect("monitoring:incident", found.ticket.number)


def _attach(request: DeskRequest, found: Incident) -> None:
    acting.attach(
        incident_id=found.pk, problem_id=_number(request.POST.get("problem", "")) or 0, actor=request.actor
    )


def _exclude(request: DeskRequest, found: Incident) -> None:
    keys = [key for key in map(_number, request.POST.getlist("problem")) if key]
    acting.exclude(
        incident_id=found.pk, problem_ids=keys, actor=request.actor, reason=request.POST.get("reason", "")
    )


def _reroot(request: DeskRequest, found: Incident) -> None:
    cause = _cause(request.POST.get("cause", ""))
    if cause is None:
        raise Http404
    acting.reroot(
        incident_id=found.pk, cause=cause, actor=request.actor, reason=request.POST.get("reason", "")
    )


def _recompute(request: DeskRequest, found: Incident) -> None:
    acting.recompute(incident_id=found.pk, actor=request.actor)


def _send(request: DeskRequest, found: Incident) -> None:
    customer = Customer.objects.filter(pk=_number(request.POST.get("customer", "")) or 0).first()
    if customer is None or not found.clients.filter(customer=customer).exists():
        raise Http404
    notices.send_now(incident_id=found.pk, customer_id=customer.pk, actor=request.actor)


def _send_all(request: DeskRequest, found: Incident) -> None:
    state = request.POST.get("state", "")
    if state not in queries.HIT:
        raise Http404
    notices.send_all(incident_id=found.pk, state=state, actor=request.actor)


def _release(request: DeskRequest, found: Incident) -> None:
    customer_id = _number(request.POST.get("customer", "")) or 0
    if not found.clients.filter(customer=customer_id).exists():
        raise Http404
    notices.release(
        incident_id=found.pk,
        customer_id=customer_id,
        actor=request.actor,
        reason=request.POST.get("reason", ""),
    )


def _report(request: DeskRequest, found: Incident) -> None:
    notices.publish_report(
        incident_id=found.pk, text_ru=request.POST.get("text_ru", "")[:20_000],
        text_en=request.POST.get("text_en", "")[:20_000], actor=request.actor,
    )  # fmt: skip


ACTS = {
    "attach": _attach, "exclude": _exclude, "reroot": _reroot, "recompute": _recompute, "send": _send,
    "send-all": _send_all, "release": _release, "report": _report,
}  # fmt: skip


def _found(number: str) -> Incident:
    found = queries.by_number(number)
    if found is None:
        raise Http404
    return found


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= BIGINT_DIGITS else None


def _cause(text: str) -> Cause | None:
    """``equipment:12``, ``circuit:3`` or ``site:1``, if there is such a thing."""
    kind, _colon, key = text.partition(":")
    pk = _number(key)
    if pk is None:
        return None
    if kind == "equipment":
        device = Equipment.objects.working().filter(pk=pk).first()
        return causes.of_equipment(device) if device else None
    if kind == "circuit":
        circuit = Circuit.objects.select_related("equipment").filter(pk=pk).first()
        return causes.of_circuit(circuit) if circuit else None
    site = Site.objects.filter(pk=pk).first() if kind == "site" else None
    return causes.of_site(site) if site else None
