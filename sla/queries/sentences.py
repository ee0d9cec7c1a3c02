"""One sentence per thing that can happen to a clock, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from sla.engine.clock import Entry
from sla.enums import ClockKind
from sla.queries.spans import day, lasted, moment, span
from tickets.enums import Guard, ReclassifyReason, State

Facts = dict[str, Any]
SINCE_EVER = 2000
"""The year in which the default rules begin: a date that tells nobody anything."""


def sentence(entry: Entry) -> str:
    say = SENTENCES.get(entry.what)
    return say(entry.facts) if say else entry.what


def state_name(code: object) -> str:
    return str(State(code).label) if code in State.values else str(code or "")


def waiting_for(state: object) -> str:
    """Why a clock stands still."""
    reasons = {
        State.PENDING_CUSTOMER.value: _("waiting for the customer"),
        State.PENDING_VENDOR.value: _("waiting for the vendor"),
        State.PENDING_WINDOW.value: _("waiting for the agreed time"),
        State.RESOLVED.value: _("resolved"),
    }
    return reasons.get(str(state)) or _("the ticket is in “%(state)s”") % {"state": state_name(state)}


def calendar(facts: Facts) -> str:
    """The calendar by its title, with the date of a version that is not the first one."""
    title, since = str(facts.get("calendar_title") or facts["calendar"]), facts.get("calendar_since")
    if since is None or since.year <= SINCE_EVER:
        return title
    return _("%(calendar)s (version of %(date)s)") % {"calendar": title, "date": day(since)}


def _started(facts: Facts) -> str:
    if facts["target"] is None:
        return _("Started; nothing is promised here, the time is only measured.")
    return _("Started: %(target)s of working time, calendar “%(calendar)s”, policy “%(policy)s”.") % {
        "target": span(facts["target"]),
        "calendar": calendar(facts),
        "policy": facts.get("policy_title") or facts["policy"],
    }


def _owed(facts: Facts) -> str:
    if "clock" in facts:
        kind = str(facts["clock"])
        label = ClockKind(kind).label if kind in ClockKind.values else kind
        return _("Owed because a promise was broken: %(clock)s.") % {"clock": label}
    if "guards" in facts:
        names = [str(Guard(one).label) if one in Guard.values else str(one) for one in facts["guards"]]
        return _("Owed because a rule was set aside: %(rules)s.") % {"rules": "; ".join(names) or "–"}
    if facts.get("state") == "stub":
        return _("Owed because the solution left a draft of an article to be finished.")
    return _("Owed because no article described the solution.")


def _paused(facts: Facts) -> str:
    if "lasted" in facts:
        return _("Paused %(lasted)s: %(why)s.") % {
            "lasted": lasted(facts["lasted"]),
            "why": waiting_for(facts.get("state")),
        }
    return _("Paused: %(why)s.") % {"why": waiting_for(facts.get("state"))}


def _stopped(facts: Facts) -> str:
    by = {
        "reply": _("Stopped by a person's reply."),
        "accept": _("Stopped: a person accepted the alert."),
        "notice": _("Stopped: the client was told."),
        "update": _("Stopped by the next update."),
        "review": _("Stopped: the breach has been reviewed."),
        "article": _("Stopped: the article is there."),
        "justification": _("Stopped: the reason has been given."),
    }
    return by.get(facts.get("by", "")) or _("Stopped: %(state)s.") % {"state": state_name(facts.get("state"))}


def _why(facts: Facts) -> str:
    reason = facts.get("reason") or ""
    if reason == "policy":
        return _("new promises were applied to open tickets")
    return str(ReclassifyReason(reason).label) if reason in ReclassifyReason.values else _("classified")


def _retargeted(facts: Facts) -> str:
    values = {
        "reason": _why(facts),
        "target": span(facts["to"]),
        "before": moment(facts["due_before"]),
        "due": moment(facts["due"]),
    }
    from_now = facts["mode"] == "from_change"
    if facts["due"] is None and from_now:
        said = _("Recalculated from this moment (%(reason)s) while it stands still.")
    elif facts["due"] is None:
        said = _("Recalculated from the start (%(reason)s): target %(target)s; it stands still now.")
    elif from_now:
        said = _("Recalculated from this moment (%(reason)s): due %(before)s → %(due)s.")
    else:
        said = _(
            "Recalculated from the start, pauses kept (%(reason)s): target %(target)s, due %(before)s → %(due)s."
        )
    text = said % values
    if not facts.get("policy"):
        return text
    rules = _("Calendar “%(calendar)s”, policy “%(policy)s”.") % {
        "calendar": calendar(facts),
        "policy": facts.get("policy_title") or facts["policy"],
    }
    return f"{text} {rules}"


def _kept(facts: Facts) -> str:
    return _("Looked at again (%(reason)s); the earlier deadline stays: it is the stricter one.") % {
        "reason": _why(facts)
    }


def _reopened(facts: Facts) -> str:
    if "counted" not in facts:
        return _("Runs again: the line has the ticket once more.")
    if facts["counted"]:
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
    "owed": _owed,
    "paused": _paused,
    "resumed": lambda facts: _("Running again: %(state)s.") % {"state": state_name(facts["state"])},
    "stopped": _stopped,
    "missed": lambda facts: _("The deadline passed: %(due)s.") % {"due": moment(facts["due"])},
    "retargeted": _retargeted,
    "target_kept": _kept,
    "merged_in": _merged,
    "cancelled": lambda facts: _("Not counted: %(state)s.") % {"state": state_name(facts.get("state"))},
    "waived": lambda facts: _("Not counted: no article is needed."),
    "hidden": lambda facts: _("Filtered as spam: runs on unseen, without warnings."),
    "shown": lambda facts: _("Not spam after all: counted as if never filtered."),
    "reopened": _reopened,
}
