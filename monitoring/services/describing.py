"""The words an alert becomes on a ticket, in the desk's own language whoever's request brought it."""

from contextlib import AbstractContextManager

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from monitoring.adapters.alert import Alert
from monitoring.enums import Severity
from monitoring.models import Problem


def desk_language() -> AbstractContextManager[None]:
    """What is written once is written in the desk's language, not in that of the sender's headers."""
    return translation.override(settings.LANGUAGE_CODE)


def subject_of(problem: Problem) -> str:
    """The event's name, with the host when the name does not say it already."""
    name = problem.name or _("Problem %(event)s") % {"event": problem.event_id}
    host = problem.shown_host
    return name if not host or host in name else f"{name} · {host}"


def body_of(problem: Problem) -> str:
    """Everything the alert said that helps to start work; plain text."""
    rows = [
        (_("Problem"), problem.name),
        (_("Host"), _host(problem)),
        (_("Severity"), str(Severity(problem.severity).label)),
        (_("Now"), problem.opdata),
        (_("Host groups"), problem.host_groups),
        (_("Asset tag"), problem.asset_tag),
        (_("Tags"), ", ".join(f"{tag}: {value}" if value else tag for tag, value in problem.tags)),
        (_("Trigger"), problem.description),
        (_("In monitoring"), problem.source_link),
    ]
    return "\n".join(f"{label}: {value}" for label, value in rows if value)


def _host(problem: Problem) -> str:
    named = " / ".join(dict.fromkeys(part for part in (problem.host_name, problem.host) if part))
    shown = f"{named} ({problem.host_ip})" if problem.host_ip else named
    others = [other["name"] or other["host"] for other in problem.other_hosts]
    return ", ".join([shown, *filter(None, others)]) if shown else ""


def update_note(alert: Alert) -> str:
    """What somebody did to the event in monitoring."""
    who = alert.author or _("somebody")
    lines = [_("Monitoring: %(who)s — %(what)s") % {"who": who, "what": alert.action or _("update")}]
    return "\n".join([*lines, alert.comment] if alert.comment else lines)


def update_note_of_member(problem: Problem, alert: Alert) -> str:
    """The same on the ticket of an incident, where it must say which of its problems is meant."""
    return f"{subject_of(problem)}\n{update_note(alert)}"


def recovery_note(problem: Problem) -> str:
    """The recovery, with the last operational data."""
    line = _("Monitoring: recovered — %(problem)s") % {"problem": subject_of(problem)}
    return f"{line}\n{_('Now')}: {problem.opdata}" if problem.opdata else line


def not_raised_note(problem: Problem, refusal: str) -> str:
    """The severity grew, but the ticket as it is classified cannot follow."""
    return _("Monitoring: the severity is now “%(severity)s”, the priority could not follow: %(why)s") % {
        "severity": Severity(problem.worst_severity).label,
        "why": refusal,
    }


def canceled_note(alert: Alert) -> str:
    """Zabbix stopped watching: trigger, host or action disabled, so no recovery will be reported."""
    told = alert.message.strip() or _("escalation canceled")
    return _("Monitoring will not report a recovery of this problem. It said:") + f"\n{told}"


def joined_note(problem: Problem) -> str:
    """The same trigger fired again and its ticket goes on."""
    return (
        _("Monitoring: it happened again (event %(event)s).") % {"event": problem.event_id}
        + f"\n{body_of(problem)}"
    )
