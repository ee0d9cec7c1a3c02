"""What-if: a policy over past tickets, and two small calculators on the same engine."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import policy_editor_required
from common import clock
from common.htmx import DeskRequest
from sla.engine.faults import CalendarError
from sla.engine.reckoning import reckon
from sla.engine.vectors import differences, replay
from sla.forms import DueForm, ExamplesForm, PeriodForm
from sla.models import PolicyVersion, WhatIf
from sla.queries import promises, trials
from sla.services import running, trying
from sla.services.loading import rules

QUARTER = timedelta(days=91)
MOST_EXAMPLES = 1000


@require_GET
@policy_editor_required
def show(request: DeskRequest, version_id: int) -> HttpResponse:
    """The newest run of the version, or the one that is asked for."""
    return _page(request, version_id, wanted=request.GET.get("run"))


@require_POST
@policy_editor_required
def ask(request: DeskRequest, version_id: int) -> HttpResponse:
    """Begin a run over whole days."""
    form = PeriodForm(request.POST)
    if not form.is_valid():
        return _page(request, version_id, status=422, period=form)
    since, until = form.cleaned_data["since"], form.cleaned_data["until"] + timedelta(days=1)
    trying.ask(actor=request.actor, version_id=version_id, since=_midnight(since), until=_midnight(until))
    return redirect("sla:what_if", version_id)


@require_GET
@policy_editor_required
def run(request: DeskRequest, run_id: int) -> HttpResponse:
    """How far a run has come, or its result; the page asks until it is over."""
    found = get_object_or_404(WhatIf.objects.select_related("by", "version"), pk=run_id)
    return render(request, "sla/_trial.html", {"run": found, "result": trials.result(found)})


@require_POST
@policy_editor_required
def resume(request: DeskRequest, run_id: int) -> HttpResponse:
    found = get_object_or_404(WhatIf, pk=run_id)
    running.resume(actor=request.actor, run=found)
    return redirect("sla:what_if", found.version_id)


@require_POST
@policy_editor_required
def due(request: DeskRequest, version_id: int) -> HttpResponse:
    """«When would it be due?»"""
    form = DueForm(request.POST, calendars=promises.calendar_keys())
    answer = None
    if form.is_valid():
        given = form.cleaned_data
        try:
            answer = reckon(
                given["start"],
                given["amount"],
                rules().calendars[given["calendar"]],
                pauses=given["pauses"],
                stop=given["stop"],
            )
        except CalendarError as error:
            form.add_error("amount", str(error))
    context = {"due_form": form, "answer": answer}
    return _page(request, version_id, status=200 if answer else 422, **context)


@require_POST
@policy_editor_required
def examples(request: DeskRequest, version_id: int) -> HttpResponse:
    """Written examples through the engine, as `sla_replay` does."""
    form = ExamplesForm(request.POST, request.FILES)
    answers: list[dict[str, Any]] | None = None
    if form.is_valid():
        try:
            answers = _replayed(form.cleaned_data["examples"])
        except CalendarError as error:
            form.add_error(None, str(error))
        except json.JSONDecodeError as error:
            form.add_error(None, _("This is not JSON: line %(line)d, column %(column)d.") % {
                "line": error.lineno, "column": error.colno,
            })  # fmt: skip
        except (
            KeyError,
            ValueError,
            AttributeError,
            TypeError,
            IndexError,
            OverflowError,
            RecursionError,
        ) as error:
            reason = f"{type(error).__name__}: {error}"
            form.add_error(
                None, _("These examples cannot be replayed: %(reason)s") % {"reason": reason[:300]}
            )
    context = {"examples_form": form, "answers": answers}
    return _page(request, version_id, status=422 if answers is None else 200, **context)


def _replayed(text: str) -> list[dict[str, Any]]:
    """Each example with everything that was computed, and what it expected otherwise."""
    document = json.loads(text)
    vectors = document["vectors"] if isinstance(document, dict) else None
    if not isinstance(vectors, list):
        raise TypeError(_("there is no list of vectors in it"))
    if len(vectors) > MOST_EXAMPLES:
        raise ValueError(_("more than a thousand of them"))
    found = []
    for vector, answer in zip(vectors, replay(document), strict=True):
        wrong = differences(vector, answer)
        values = [
            (
                key,
                json.dumps(value, ensure_ascii=False),
                json.dumps(wrong[key]["expected"], ensure_ascii=False) if key in wrong else "",
            )
            for key, value in answer.items()
            if key != "id"
        ]
        found.append({"id": answer["id"], "values": values, "is_wrong": bool(wrong)})
    return found


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _page(request: DeskRequest, version_id: int, *, status: int = 200, **context: Any) -> HttpResponse:
    version = get_object_or_404(PolicyVersion, pk=version_id)
    today = timezone.localdate(clock.now())
    runs = list(WhatIf.objects.filter(version=version).select_related("by", "version")[:10])
    chosen = next((one for one in runs if str(one.pk) == context.get("wanted")), runs[0] if runs else None)
    shown = {
        "here": "policies",
        "version": version,
        "period": PeriodForm(initial={"since": today - QUARTER, "until": today}),
        "due_form": DueForm(
            calendars=promises.calendar_keys(), initial={"start": timezone.localtime(clock.now())}
        ),
        "examples_form": ExamplesForm(),
        "run": chosen,
        "result": trials.result(chosen) if chosen else None,
        "earlier": [one for one in runs if one is not chosen],
        **context,
    }
    return render(request, "sla/what_if.html", shown, status=status)
