"""Files into the registry and out of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import operator_required
from assets.forms import ApplyForm, ImportForm
from assets.permissions import can_edit_registry
from assets.services.exchange import keeping
from assets.services.exchange.exporting import export_zip
from assets.services.exchange.importing import import_files
from assets.services.exchange.reading import from_uploads
from assets.services.exchange.records import Verdict
from common.errors import DomainError, Invalid, NotAllowed
from common.htmx import DeskRequest

SHOWN = 300


@operator_required
@require_http_methods(["GET", "POST"])
def bring(request: DeskRequest) -> HttpResponse:
    """Choose files and see what they would change."""
    if not can_edit_registry(request.actor):
        raise NotAllowed
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    context: dict[str, object] = {"here": "registry", "form": form}
    if request.method == "POST" and form.is_valid():
        gone = form.cleaned_data["mark_vanished"]
        try:
            files = from_uploads(form.uploads())
            found = import_files(actor=request.actor, files=files, mark_vanished=gone)
        except DomainError as error:
            form.add_error("given", error.detail)
        else:
            told = [entry for entry in found.entries if entry.verdict is not Verdict.SAME]
            told.sort(key=lambda entry: entry.verdict is not Verdict.REFUSED)
            context |= {
                "plan": found, "told": told[:SHOWN], "more": max(0, len(told) - SHOWN), "gone": gone,
                "counts": [(verdict, found.counts[verdict]) for verdict in Verdict],
                "may_apply": not found.of(Verdict.REFUSED) and not found.is_idle,
                "word": keeping.keep(request.actor, files),
            }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "registry/import.html", context, status=status)


@operator_required
@require_POST
def apply(request: DeskRequest) -> HttpResponse:
    """Write the files of a check, all or nothing; they are compared anew, since the registry may have moved on."""
    form = ApplyForm(request.POST)
    if not can_edit_registry(request.actor):
        raise NotAllowed
    if not form.is_valid():
        raise Invalid(field="word")
    word = form.cleaned_data["word"]
    found = import_files(
        actor=request.actor,
        files=keeping.kept(request.actor, word),
        write=True,
        mark_vanished=form.cleaned_data["mark_vanished"],
    )
    keeping.forget(request.actor, word)
    words = {"new": found.counts["new"], "changed": found.counts["changed"]}
    messages.success(request, _("Written: %(new)d new, %(changed)d changed.") % words)
    return redirect("registry:index")


@operator_required
@require_GET
def export(request: DeskRequest) -> HttpResponse:
    """All files in one archive."""
    response = HttpResponse(export_zip(), content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="registry.zip"'
    response["Cache-Control"] = "private, no-store"
    return response
