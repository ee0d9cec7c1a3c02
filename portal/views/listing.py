"""The contact's first page: the requests, and the banner above all pages."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.permissions import contact_required
from common.htmx import DeskRequest
from portal.queries.listing import counts_of, requests_of
from portal.queries.outage import outage_of


@contact_required
@require_GET
def requests(request: DeskRequest) -> HttpResponse:
    """Own requests, or with `?of=organisation` everybody's for those who may see them; htmx gets the list alone."""
    organisation = request.GET.get("of") == "organisation" and request.actor.sees_organisation
    show = request.GET.get("show", "")
    context = {
        "page": requests_of(
            request.actor, organisation=organisation, show=show, after=request.GET.get("after", "")
        ),
        "organisation": organisation,
        "show": show if show in ("open", "closed") else "",
        "later_page": "after" in request.GET,
        "counts": counts_of(request.actor),
    }
    template = "portal/_requests.html" if request.htmx else "portal/requests.html"
    return render(request, template, context)


@contact_required
@require_GET
def outage(request: DeskRequest) -> HttpResponse:
    """The banner above every page; nothing, and the page stays as it is, while it shows what is so (`seen`)."""
    found = outage_of(request.actor)
    if found.mark == request.GET.get("seen"):
        return HttpResponse(status=204)
    return render(request, "portal/_outage.html", {"outage": found})
