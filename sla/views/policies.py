"""Policies: the list of versions, the sheet of one, and putting it in force."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.enums import Tier
from accounts.permissions import policy_editor_required
from common import clock
from common.errors import Unprocessable
from common.htmx import DeskRequest
from sla.engine.sheet import Reading, read
from sla.enums import ApplyMode
from sla.forms import ApplyForm, DraftForm, PublishForm
from sla.models import PolicyApplication, PolicyVersion
from sla.queries import policies, promises, sheets
from sla.queries.spans import moment
from sla.services import applying, drafting, previewing, publishing, running
from sla.services.loading import rules
from tickets.enums import Channel, Priority

WHAT = ("contracts", "services")


@require_GET
@policy_editor_required
def index(request: DeskRequest) -> HttpResponse:
    return render(request, "sla/policies.html", {"here": "policies", "shelf": policies.shelf()})


@require_POST
@policy_editor_required
def draft(request: DeskRequest, version_id: int) -> HttpResponse:
    """A draft of a version, opened at once."""
    made = drafting.draft_from(actor=request.actor, version_id=version_id)
    return redirect("sla:policy", made.pk)


@require_POST
@policy_editor_required
def discard(request: DeskRequest, version_id: int) -> HttpResponse:
    drafting.discard(actor=request.actor, version_id=version_id)
    messages.success(request, _("The draft is gone."))
    return redirect("sla:policies")


@require_GET
@policy_editor_required
def show(request: DeskRequest, version_id: int) -> HttpResponse:
    """A draft as a form, a published version as it is."""
    return render(request, "sla/policy.html", _page(request, _version(version_id)))


@require_POST
@policy_editor_required
def save(request: DeskRequest, version_id: int) -> HttpResponse:
    """Keep the whole sheet, or show it again with every problem at its cell and all that was typed."""
    version, form = _version(version_id), DraftForm(request.POST)
    if not form.is_valid():
        return _again(request, version, form, {})
    given = form.cleaned_data
    try:
        warnings = drafting.save(
            actor=request.actor,
            version_id=version_id,
            title=given["title"],
            note=given["note"],
            typed=request.POST.dict(),
            seen=given["seen"] or None,
        )
    except drafting.SheetRefused as refusal:
        return _again(request, version, form, refusal.problems)
    except drafting.DraftChanged as refusal:
        return _again(request, version, form, {}, status=refusal.status, said=refusal.detail)
    messages.success(request, _("Saved."))
    for warning in warnings[:5]:
        messages.warning(request, warning)
    return redirect("sla:policy", version_id)


@require_POST
@policy_editor_required
def preview(request: DeskRequest, version_id: int) -> HttpResponse:
    """What the sheet as typed would mean for open tickets; cells that cannot be read are left out and named."""
    version = _version(version_id)
    reading = _read(request)
    mode = request.POST.get("as", ApplyMode.RETRO)
    known = promises.labels([*reading.entries.values(), *policies.entries_of(_compared_with(version))])
    found = drafting.judge(reading, known) if not reading.problems else []
    context = {
        "version": version,
        "mode": mode if mode in ApplyMode.values else ApplyMode.RETRO,
        "modes": ApplyMode.choices,
        "problems": {
            **{name: promises.problem_text(problem) for name, problem in reading.problems.items()},
            **drafting.located([one for one in found if one[1].fatal], known),
        },
        "warnings": sorted({promises.describe(one, known) for _name, one in found if not one.fatal}),
        "changes": _changes(version, reading, known),
        "seen": previewing.preview(reading.entries, mode=mode),
        "rules": [name for name in reading.entries if name.startswith(("RES-", "s"))],
    }
    return render(request, "sla/_preview.html", _with_table(context))


@require_POST
@policy_editor_required
def publish(request: DeskRequest, version_id: int) -> HttpResponse:
    version, form = _version(version_id), PublishForm(request.POST)
    if not form.is_valid():
        return render(request, "sla/policy.html", _page(request, version, publishing=form), status=422)
    try:
        publishing.publish_policy(actor=request.actor, version_id=version_id, **form.cleaned_data)
    except Unprocessable as refusal:
        form.add_error("since" if form.cleaned_data["since"] else None, str(refusal.detail))
        return render(request, "sla/policy.html", _page(request, version, publishing=form), status=422)
    since = form.cleaned_data["since"]
    said = (
        _("“%(title)s” will be in force from %(at)s.")
        if since
        else _("“%(title)s” is in force in a few seconds.")
    )
    messages.success(request, said % {"title": version.title, "at": moment(since)})
    return redirect("sla:policy", version_id)


@require_POST
@policy_editor_required
def apply(request: DeskRequest, version_id: int) -> HttpResponse:
    """Begin to apply the version to open tickets."""
    version, form = _version(version_id), ApplyForm(request.POST)
    if not form.is_valid():
        return render(request, "sla/policy.html", _page(request, version, applying=form), status=422)
    applying.ask(actor=request.actor, version_id=version_id, **form.cleaned_data)
    return redirect("sla:policy", version_id)


@require_GET
@policy_editor_required
def application(request: DeskRequest, run_id: int) -> HttpResponse:
    """How far a run has come; the page asks until it is over."""
    run = get_object_or_404(PolicyApplication.objects.select_related("by", "version"), pk=run_id)
    return render(request, "sla/_application.html", {"run": run})


@require_POST
@policy_editor_required
def resume(request: DeskRequest, run_id: int) -> HttpResponse:
    run = get_object_or_404(PolicyApplication, pk=run_id)
    running.resume(actor=request.actor, run=run)
    return redirect("sla:policy", run.version_id)


@require_GET
@policy_editor_required
def options(request: DeskRequest, what: str) -> HttpResponse:
    """Contracts or services for a field that is being typed into."""
    if what not in WHAT:
        raise Http404
    words = next((str(value) for name, value in request.GET.items() if name.endswith(f"-{what[:-1]}")), "")
    return render(request, "sla/_options.html", {"options": promises.suggestions(what, words[:100])})


def _version(version_id: int) -> PolicyVersion:
    return get_object_or_404(PolicyVersion.objects.select_related("published_by"), pk=version_id)


def _read(request: DeskRequest) -> Reading:
    typed = request.POST.dict()
    return read(typed, promises.names(typed))


def _compared_with(version: PolicyVersion) -> int:
    """A draft is compared with what holds now, a published version with the one before it."""
    published = PolicyVersion.objects.filter(published_at__lt=version.published_at or clock.now())
    return published.order_by("-published_at").values_list("pk", flat=True).first() or version.pk


def _changes(version: PolicyVersion, reading: Reading, known: promises.Labels) -> list[policies.Change]:
    before = policies.entries_of(_compared_with(version))
    return policies.difference(before, reading.entries.values(), known)


def _with_table(context: dict[str, Any]) -> dict[str, Any]:
    """Counts by type and priority as rows of the table."""
    seen: previewing.Preview = context["seen"]
    kinds = sorted({kind for kind, _priority in seen.table}, key=lambda kind: (not kind, kind))
    context["table"] = [
        (kind, [seen.table.get((kind, priority)) for priority in Priority.values]) for kind in kinds
    ]
    context["matches"] = [(name, *seen.matches.get(name, (0, 0))) for name in context["rules"]]
    return context


def _again(
    request: DeskRequest,
    version: PolicyVersion,
    form: DraftForm,
    problems: dict[str, str],
    *,
    status: int = 422,
    said: str = "",
) -> HttpResponse:
    """The sheet as it was typed, with what is wrong; it may be saved over what somebody else has saved."""
    context = _page(request, version, form=form, problems=problems, typed=request.POST.dict())
    return render(request, "sla/policy.html", {**context, "said": said}, status=status)


def _page(
    request: DeskRequest,
    version: PolicyVersion,
    *,
    form: DraftForm | None = None,
    problems: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    **forms: Any,
) -> dict[str, Any]:
    stored = policies.entries_of(version.pk)
    before = policies.entries_of(_compared_with(version))
    known = promises.labels([*stored, *before])
    entries = list(read(typed, promises.names(typed)).entries.values()) if typed else stored
    current, now, names = policies.in_force(), clock.now(), promises.names({})
    is_draft, is_current = version.published_at is None, current is not None and current.pk == version.pk
    head = {"title": version.title, "note": version.note}
    return {
        "here": "policies",
        "version": version,
        "is_draft": is_draft,
        "is_current": is_current,
        "is_planned": policies.is_ahead(version, now),
        "form": form or DraftForm(initial=head),
        "seen": policies.fingerprint(stored),
        "sheet": sheets.sheet(
            typed or sheets.typed_of(stored, known), entries, rules().calendars, problems or {}
        ),
        "changes": policies.difference(before, stored, known) if not is_draft else [],
        "calendars": names.calendars,
        "categories": names.categories,
        "tiers": Tier.choices,
        "channels": Channel.choices,
        "priorities": Priority.values,
        "publishing": forms.get("publishing") or PublishForm(initial={"why": version.note}),
        "applying": forms.get("applying") or ApplyForm(initial={"mode": ApplyMode.FROM_CHANGE}),
        "runs": list(PolicyApplication.objects.filter(version=version).select_related("by")[:10]),
    }
