"""Words and tones of an assessment."""

from __future__ import annotations

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assets.impact import Impact, Reason

register = template.Library()

WORDS: dict[str, str | Promise] = {
    Impact.DOWN: _("Down"),
    Impact.AT_RISK: _("At risk: on battery"),
    Impact.UNKNOWN: _("Unknown"),
    Impact.DEGRADED: _("Works, with less in reserve"),
}
SHORT: dict[str, str | Promise] = {
    Impact.DOWN: _("down"),
    Impact.AT_RISK: _("at risk"),
    Impact.UNKNOWN: _("unknown"),
    Impact.DEGRADED: _("less in reserve"),
}
TONES: dict[str, str] = {
    Impact.DOWN: "bad",
    Impact.AT_RISK: "warn",
    Impact.UNKNOWN: "note",
    Impact.DEGRADED: "accent",
}
REASONS: dict[str, str | Promise] = {
    Reason.FAILED: _("it has failed itself"),
    Reason.POWER: _("its power"),
    Reason.NETWORK: _("its way to the network"),
    Reason.HOST: _("what it runs on"),
    Reason.NONE: _("nobody knows what it runs on"),
}

register.filter("impact_word", lambda state: WORDS[state])
register.filter("impact_short", lambda state: SHORT[state])
register.filter("impact_tone", lambda state: TONES[state])
register.filter("reason_word", lambda reason: REASONS[reason])
