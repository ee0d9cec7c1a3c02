"""«Why this deadline?»: the ledger of a clock as sentences."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sla.engine.clock import Entry
from tickets.enums import ReclassifyReason, State

Facts = dict[str, Any]


def span(amount: timedelta | None) -> str:
    """An amount of working time in words short enough for a table: 1:30, 4:00:00."""
    if amount is None:
        return "–"
    total = int(amount.total_seconds())
    hours, minutes, seconds = total // 3600, total % 3600 // 60, total % 60
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def moment(at: datetime | None) -> str:
    """An instant in the viewer's zone, with seconds: ninety of them is all there is."""
    if at is None:
        return "–"
    local = timezone.localtime(at)
    return f"{date_format(local, 'SHORT_DATE_FORMAT')} {local:%H:%M:%S}"


def state_name(code: object) -> str:
    return str(State(code).label) if code in State.values else str(code or "")


def sentence(entry: Entry) -> str:
    """One ledger line in the reader's language."""
    say = SENTENCES.get(entry.what)
    return say(entry.facts) if say else entry.what


def _started(facts: Facts) -> str:
    if facts["target"] is None:
        return _("Started; nothing is promised here, the time is only measured.")
    return _("Started: %(target)s of working time, calendar %(calendar)s, policy %(policy)s.") % {
        "target": span(facts["target"]),
        "calendar": facts["calendar"],
        "policy": facts["policy"],
    }


def _stopped(facts: Facts) -> str:
    by = {
        "reply": _("Stopped by a person's reply."),
        "accept": _("Stopped: a person accepted the alert."),
        "notice": _("Stopped: the client was told."),
        "update": _("Stopped by the next update."),
    }
    return by.get(facts.get("by", "")) or _("Stopped: %(state)s.") % {"state": state_name(facts.get("state"))}


def _retargeted(facts: Facts) -> str:
    reason = facts.get("reason") or ""
    values = {
        "reason": ReclassifyReason(reason).label if reason in ReclassifyReason.values else _("classified"),
        "before": moment(facts["due_before"]),
        "due": moment(facts["due"]),
        "target": span(facts["to"]),
    }
    if facts["mode"] == "from_change":
        return _("Recalculated from this moment (%(reason)s): due %(before)s → %(due)s.") % values
    return _(
        "Recalculated from the start, pauses kept (%(reason)s): target %(target)s, due %(before)s → %(due)s."
    ) % (values)


def _kept(facts: Facts) -> str:
    return _("Reclassified; the earlier deadline stays: it is the stricter one.")


def _reopened(facts: Facts) -> str:
    if facts.get("counted"):
        return _("Reopened; by contract the time in “resolved” counts.")
    return _("Reopened; the time in “resolved” does not count.")


def _merged(facts: Facts) -> str:
    if facts["carried"]:
        return _("Another ticket was merged in and brought %(carried)s with it.") % {
            "carried": span(facts["carried"])
        }
    return _("Another ticket was merged in; it had used less time.")


SENTENCES: dict[str, Callable[[Facts], str]] = {
    "started": _started,
    "paused": lambda facts: _("Paused: %(state)s.") % {"state": state_name(facts["state"])},
    "resumed": lambda facts: _("Running again: %(state)s.") % {"state": state_name(facts["state"])},
    "stopped": _stopped,
    "missed": lambda facts: _("The deadline passed: %(due)s.") % {"due": moment(facts["due"])},
    "retargeted": _retargeted,
    "target_kept": _kept,
    "merged_in": _merged,
    "cancelled": lambda facts: _("Not counted: %(state)s.") % {"state": state_name(facts.get("state"))},
    "hidden": lambda facts: _("Filtered as spam: runs on unseen, without warnings."),
    "shown": lambda facts: _("Not spam after all: counted as if never filtered."),
    "reopened": _reopened,
}
