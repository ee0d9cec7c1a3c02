"""«What fails if this fails»: a panel on the page of a device, and a page for several at once."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from accounts.permissions import operator_required
from assets.queries import devices, failing
from common.htmx import DeskRequest

MOST = 40


@operator_required
@require_GET
def impact(request: DeskRequest) -> HttpResponse:
    """Every chosen device and circuit fails at once."""
    keys, lines = _keys(request, "device"), _keys(request, "circuit")
    chosen, circuits = devices.chosen(keys), failing.circuits(lines)
    context: dict[str, object] = {"here": "registry", "chosen": chosen, "circuits": circuits}
    if chosen or circuits:
        context["failing"] = failing.failing(chosen, circuits)
    if request.htmx:
        return render(request, "registry/_failing.html", context)
    words = request.GET.get("q", "").strip()[:120]
    context |= {
        "words": words,
        "found": [one for one in devices.search(words, 12) if one not in chosen] if words else None,
        "without": _without(keys, lines),
        "chosen_query": _query(keys, lines),
    }
    return render(request, "registry/impact.html", context)


def _keys(request: DeskRequest, name: str) -> list[int]:
    typed = request.GET.getlist(name)[:MOST]
    return [int(one) for one in typed if one.isascii() and one.isdigit() and len(one) < 19]


def _query(keys: list[int], lines: list[int]) -> str:
    return urlencode({"device": keys, "circuit": lines}, doseq=True)


def _without(keys: list[int], lines: list[int]) -> dict[str, dict[int, str]]:
    """The address of the page with one of the chosen taken off again."""
    return {
        "device": {key: _query([one for one in keys if one != key], lines) for key in keys},
        "circuit": {key: _query(keys, [one for one in lines if one != key]) for key in lines},
    }
