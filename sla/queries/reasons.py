"""Why a ticket is called at risk, in a few words for a row and in full for who asks."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sla.queries.risk import Group, Risk
from sla.queries.waiting import Wait


@dataclass(frozen=True, slots=True)
class Told:
    """What a badge says, and the sentence behind it."""

    short: str
    full: str


def told(risk: Risk | None) -> Told | None:
    """None for a ticket that is not at risk."""
    return Told(short(risk), full(risk)) if risk and risk.is_at_risk else None


def short(risk: Risk) -> str:
    """``at risk: 38 min left, usually 52 min``."""
    if risk.more is None:
        return _("at risk: %(share)s take longer") % {"share": _share(risk)}
    return _("at risk: %(left)s left, usually %(more)s") % {
        "left": roughly(risk.left),
        "more": roughly(risk.more),
    }


def full(risk: Risk) -> str:
    """The whole reason: the share that takes longer, of how many, what is left and what it usually takes."""
    said = [
        _(
            "At risk: of such tickets still open at this point %(share)s take longer than promised (%(like)s, n = %(n)d)."
        )
        % {"share": _share(risk), "like": like(risk.group), "n": risk.curve.size},
        _remaining(risk),
    ]
    if risk.wait:
        said.append(_queue(risk.wait))
    return " ".join(said)


def like(group: Group) -> str:
    """Whom the ticket is compared with: ``EM.VM, P2, line 2``."""
    category, priority, line = group
    parts = [category or _("all kinds"), f"P{priority}"]
    return ", ".join([*parts, _("line %(line)d") % {"line": line}] if line else parts)


def roughly(value: float) -> str:
    """``less than a minute``, ``38 min``, ``2 h 05 min``, ``3 d 4 h``: for what is a guess in the first place."""
    minutes = int(value // 60)
    if minutes < 1:
        return _("less than a minute")
    if minutes < 60:
        return _("%(m)d min") % {"m": minutes}
    if minutes < 48 * 60:
        return _("%(h)d h %(m)02d min") % {"h": minutes // 60, "m": minutes % 60}
    return _("%(d)d d %(h)d h") % {"d": minutes // 1440, "h": minutes % 1440 // 60}


def _share(risk: Risk) -> str:
    return f"{risk.miss * 100:.0f} %"


def _remaining(risk: Risk) -> str:
    if risk.more is None:
        return _("%(left)s left; more than half of them took far longer.") % {"left": roughly(risk.left)}
    return _("%(left)s left, half of them needed %(more)s more.") % {
        "left": roughly(risk.left),
        "more": roughly(risk.more),
    }


def _queue(wait: Wait) -> str:
    if not wait.agents:
        on_shift = _("nobody of line %(line)d is on shift") % {"line": wait.line}
    else:
        text = ngettext("%(count)d person on shift", "%(count)d people on shift", wait.agents)
        on_shift = text % {"count": wait.agents}
    return _("Waiting is counted in: about %(wait)s (place %(place)d in the queue, %(on_shift)s).") % {
        "wait": roughly(wait.seconds),
        "place": wait.place,
        "on_shift": on_shift,
    }
