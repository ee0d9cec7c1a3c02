"""Words and tones of incidents, and what the desk and the portal show of them on other pages."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assets.models import Service
from assets.templatetags.registry import REASONS
from monitoring.enums import HitState, NoticePhase
from monitoring.models import IncidentChange, IncidentClient
from monitoring.queries import diagnosis, incidents
from monitoring.services.diagnosing import wording
from monitoring.services.notices.expecting import expected

register = template.Library()
L = gettext_lazy
TONES = {
    HitState.DOWN: "bad", HitState.AT_RISK: "warn", HitState.UNKNOWN: "note", HitState.DEGRADED: "accent",
    HitState.OK: "good",
}  # fmt: skip
HELD: dict[str, Promise] = {"answers": L("the registry says down, but its equipment answers")}
KINDS: dict[str, Promise] = {
    "opened": L("Incident opened: %(alarm)s"),
    "judged": L("Whom it hits has changed"),
    "attached": L("%(actor)s attached “%(problem)s”"),
    "excluded": L("%(actor)s took out “%(problem)s”: %(reason)s"),
    "rerooted": L("The cause is now %(to)s, not %(from)s"),
    "merged": L("Joined with incident %(other)s"),
    "recomputed": L("%(actor)s had it worked out anew with the registry of today"),
    "recovered": L("Everything has recovered; watched for five minutes"),
    "relapsed": L("It has come back"),
    "resolved": L("The incident is over"),
    "reopened": L("It happened again within minutes: reopened"),
    "stragglers": L("Still down although the cause is back: ticket %(ticket)s"),
    "released": L("%(actor)s lets %(customer)s be told: %(reason)s"),
    "reported": L("%(actor)s published the report"),
}

register.filter("hit_tone", lambda state: TONES.get(state, "note"))
register.filter("hit_word", lambda state: HitState(state).label)
register.filter("hit_reason", lambda reason: REASONS.get(reason, "") if reason else "")
register.filter("held_word", lambda held: HELD.get(held, held))


@register.filter
def change_words(change: IncidentChange) -> str:
    """One entry of the timeline as a sentence."""
    names = {
        "alarm": "",
        "problem": "",
        "reason": "",
        "to": "",
        "from": "",
        "other": "",
        "ticket": "",
        "customer": "",
    }
    said = {key: value for key, value in change.data.items() if isinstance(value, str)}
    if change.kind == "told":
        phase = NoticePhase(change.data["phase"]).label
        count = int(change.data["count"])
        return ngettext("%(phase)s: %(count)d client told", "%(phase)s: %(count)d clients told", count) % {
            "phase": phase, "count": count,
        }  # fmt: skip
    if change.kind == "merged" and not said.get("other"):
        said["other"] = said.get("into", "")
    text = str(KINDS.get(change.kind, change.kind)) % {
        **names,
        **said,
        "actor": change.actor or _("Somebody"),
    }
    if change.kind == "rerooted" and change.actor:
        return f"{change.actor}: {text}. {said.get('reason', '')}"
    return text


@register.filter
def next_words(row: IncidentClient) -> str:
    """What the client hears next, and when; empty when it knows all there is to tell."""
    found = expected(row)
    if found is None:
        return ""
    phase = NoticePhase(found.phase).label
    if found.at is None:
        return _("%(phase)s: on a click") % {"phase": phase}
    at = date_format(timezone.localtime(found.at), "H:i:s")
    return _("%(phase)s: by itself at %(at)s") % {"phase": phase, "at": at}


@register.filter
def moved_words(change: IncidentChange, services: dict[int, Service]) -> list[dict[str, Any]]:
    """The first services that a judgement moved, each with its client and its new state."""
    return [
        {"service": services[key], "state": after}
        for key, _before, after in change.data.get("moved", [])[: incidents.ITEMS] if key in services
    ]  # fmt: skip


@register.filter
def moved_more(change: IncidentChange) -> int:
    return max(0, int(change.data.get("moved_count", 0)) - incidents.ITEMS)


@register.filter
def evidence_words(evidence: list[dict[str, Any]]) -> str:
    """Why a cause without an alarm was taken for the cause."""
    if not evidence:
        return ""
    first = evidence[0]
    explained = ngettext(
        "explains %(explained)d of %(of)d alarm",
        "explains %(explained)d of %(of)d alarms",
        first.get("of", 0),
    ) % {"explained": first.get("explained", 0), "of": first.get("of", 0)}
    share = _("%(percent)d %% of the watched devices behind it have failed") % {
        "percent": round(100 * first.get("precision", 0))
    }
    return f"{explained}; {share}"


@register.simple_tag
def bar_parts(shares: list[incidents.Share]) -> list[dict[str, str]]:
    """The pieces of a bar of width 100, drawn in the order of the states."""
    parts, x = [], 0.0
    for share in shares:
        parts.append({"tone": TONES[share.state], "x": f"{x:.2f}", "width": f"{share.percent:.2f}"})
        x += share.percent
    return parts


register.filter("check_word", lambda check: wording.CHECKS.get(check, check))
register.filter("phase_word", lambda phase: wording.PHASES.get(phase, phase))
register.filter("result_words", wording.sentence)
register.simple_tag(diagnosis.bars, name="result_bars")
