"""What-if: a policy over past tickets, and two small calculators on the same engine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
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
from sla.engine.parsing import doubled, parse_json
from sla.engine.reckoning import reckon
from sla.engine.vectors import differences, replay
from sla.forms import DueForm, ExamplesForm, PeriodForm
from sla.models import PolicyVersion, WhatIf
from sla.models.calendar import in_words
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
            form.add_error("amount", in_words(error))
    context = {"due_form": form, "answer": answer}
    return _page(request, version_id, status=200 if answer else 422, **context)


@require_POST
@policy_editor_required
def examples(request: DeskRequest, version_id: int) -> HttpResponse:
    """Written examples through the engine, as `sla_replay` does; one that makes no sense is shown with its reason."""
    form = ExamplesForm(request.POST, request.FILES)
    answers: list[Answer] | None = None
    if form.is_valid():
        try:
            answers = _replayed(form.cleaned_data["examples"])
        except (ValueError, TypeError, RecursionError) as error:
            form.add_error(
                None, _("These examples cannot be replayed: %(reason)s") % {"reason": str(error)[:300]}
            )
    is_bad = answers is None or any(answer.error for answer in answers)
    context = {"examples_form": form, "answers": answers}
    return _page(request, version_id, status=422 if is_bad else 200, **context)


@dataclass(frozen=True, slots=True)
class Answer:
    """One example: name, computed and expected where they differ, of each figure; or why it cannot be replayed."""

    name: str
    values: list[tuple[str, str, str]]
    error: str = ""

    @property
    def is_wrong(self) -> bool:
        return any(expected for *_rest, expected in self.values)


def _replayed(text: str) -> list[Answer]:
    """Every example with all that was computed. Raises `ValueError` or `TypeError` when it is no file of examples."""
    document = parse_json(text)
    vectors = document.get("vectors") if isinstance(document, Mapping) else None
    if not isinstance(vectors, list) or not isinstance(document.get("calendars") or {}, Mapping):
        raise TypeError(_("there is no list of vectors in it"))
    if len(vectors) > MOST_EXAMPLES:
        raise ValueError(_("more than a thousand of them"))
    if twice := doubled(document):
        raise ValueError(_("“%(name)s” stands twice in it") % {"name": twice})
    return [
        _answer(vector, answer)
        for vector, answer in zip(vectors, replay(document, tell=in_words), strict=True)
    ]


def _answer(vector: Any, answer: dict[str, Any]) -> Answer:
    name = str(answer["id"] or "–")
    if error := answer.get("error"):
        return Answer(name, [], f"{error['field']}: {error['reason']}" if error["field"] else error["reason"])
    wrong = differences(vector, answer)
    values = [
        (key, _json(value), _json(wrong[key]["expected"]) if key in wrong else "")
        for key, value in answer.items()
        if key != "id"
    ]
    return Answer(name, values)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


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
