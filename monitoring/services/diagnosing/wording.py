"""Results in words: a sentence each, for the panel and for the note."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assets.models import Endpoint
from monitoring.services.diagnosing.results import Result

L = gettext_lazy
CHECKS: dict[str, Promise] = {
    "dns": L("DNS"), "registration": L("Domain registration"), "tls": L("Certificate"), "http": L("HTTP"),
    "path": L("Way there"),
}  # fmt: skip
PHASES: dict[str, Promise] = {
    "connect": L("connecting"), "tls": L("TLS"), "first_byte": L("waiting for the answer"), "body": L("body"),
}  # fmt: skip
SENTENCES: dict[str, Promise] = {
    "dns_agree": L("All resolvers agree: %(answers)s"),
    "dns_some": L("%(answers)s, but %(failed)s of the resolvers do not answer"),
    "dns_differ": L("Resolvers differ: %(answers)s"),
    "dns_nobody": L("No resolver knows the name"),
    "registration_until": L("%(domain)s is registered until %(until)s: %(days)s days"),
    "registration_lapsed": L("%(domain)s has lapsed on %(until)s"),
    "registration_unknown": L("Neither RDAP nor WHOIS tells until when %(domain)s is registered"),
    "certificate_until": L("Valid until %(until)s: %(days)s days"),
    "certificate_lapsed": L("Has lapsed on %(until)s"),
    "tls_untrusted": L("Not trusted: %(error)s (valid until %(until)s)"),
    "tls_failed": L("No TLS: %(error)s"),
    "http_answer": L("Answers %(status)s in %(ms)s ms"),
    "http_failed": L("No answer: %(error)s"),
    "forbidden": L("Points to an address that is not public: %(addresses)s. The desk does not look there."),
    "path_answers": L("%(address)s answers, %(ms)s ms"),
    "path_loses": L("%(address)s: %(loss)s %% of the packets lost"),
    "path_no_tool": L("This server has no ping"),
    "gave_up": L("The check did not come to an end and was given up"),
}
MARKS = {"ok": "✓", "warn": "!", "bad": "✗", "skipped": "–"}
BAR = 24


def sentence(result: Mapping[str, Any]) -> str:
    pattern = SENTENCES.get(str(result["code"]))
    return str(pattern) % result["values"] if pattern else str(result["code"])


def note_of(endpoint: Endpoint, by: str, results: Iterable[Result]) -> str:
    """The whole run as plain text, with bars for what took its time."""
    lines = [_("Looked at %(name)s from outside, for %(by)s") % {"name": endpoint, "by": by or _("somebody")}]
    for result in results:
        told = sentence(result.as_json())
        lines.append(f"{MARKS[result.verdict]} {CHECKS[result.check]}: {told}")
        lines += [f"    {name}: {value}" for name, value in result.rows[:8]]
        if result.check == "http":
            lines += _bars(result.phases)
    return "\n".join(lines)


def _bars(phases: list[tuple[str, float]]) -> list[str]:
    longest = max((ms for _name, ms in phases), default=0) or 1
    return [
        f"    {'▇' * max(1, round(BAR * ms / longest))} {ms:g} {_('ms')} {PHASES.get(name, name)}"
        for name, ms in phases
    ]
