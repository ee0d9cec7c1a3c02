"""Prometheus Alertmanager's webhook, version 4: a group of alerts, each with its fingerprint and its beginning.

The fingerprint names the series, so it is the trigger; with the beginning it names one failure, so that is the event.
Alertmanager repeats what still fires: that is a duplicate here. https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from monitoring.adapters import severities
from monitoring.adapters.alert import Alert, Host
from monitoring.adapters.body import Body, read_list_within
from monitoring.adapters.identity import number_of
from monitoring.adapters.values import Fields, as_instant, is_linkable, storable, unusable
from monitoring.enums import AlertKind, EventSource

# The label that names the machine, the most telling first; a port is not part of the name.
HOST_LABELS = ("host", "hostname", "nodename", "node", "instance")
KINDS = {"firing": AlertKind.PROBLEM, "resolved": AlertKind.RECOVERY}


def split(raw: bytes) -> Body:
    """The alerts of a group. Raises `Refused`."""
    _group, alerts = read_list_within(raw, "alerts")
    return Body(is_array=True, elements=alerts)


def read(body: dict[str, Any]) -> Alert:
    """One alert of a group. Raises `Refused`."""
    fields = Fields(body)
    labels, notes = _texts(fields, "labels"), _texts(fields, "annotations")
    kind = KINDS.get(fields.text("status", 20).lower())
    if kind is None:
        fields.complain("status", _("“firing” or “resolved” is expected."))
    fingerprint = fields.text("fingerprint", 64)
    if not fingerprint:
        fields.complain("fingerprint", _("The field is missing."))
    started = as_instant(body.get("startsAt"))
    if started is None:
        fields.complain("startsAt", _("A time with its zone is expected."))
    if fields.problems or kind is None or started is None:
        raise unusable(fields)
    event = number_of("alertmanager", fingerprint, started.isoformat())
    is_over = kind == AlertKind.RECOVERY
    link = fields.text("generatorURL", 500)
    return Alert(
        kind=kind,
        event_id=event,
        event_source=EventSource.TRIGGER,
        dedupe_key=f"{event}:{'R' if is_over else 'P'}",
        stamp="1" if is_over else "0",
        severity=severities.graded(labels.get("severity")),
        name=(notes.get("summary") or labels.get("alertname") or _("Alert without a name"))[:2048],
        description=(notes.get("description") or notes.get("message") or "")[:2048],
        trigger_id=number_of("alertmanager", fingerprint),
        hosts=_hosts(labels),
        tags=tuple(sorted((name[:255], value[:255]) for name, value in labels.items())),
        started_at=started,
        recovered_at=as_instant(body.get("endsAt")) if is_over else None,
        link=link if is_linkable(link) else "",
    )


def _texts(fields: Fields, name: str) -> dict[str, str]:
    """A flat object of texts; what is no text in it is written as one."""
    value = fields.body.get(name)
    if value is None and name == "annotations":
        return {}
    if not isinstance(value, dict):
        fields.complain(name, _("An object of texts is expected."))
        return {}
    return {storable(str(key)): storable(str(one)) for key, one in value.items()}


def _hosts(labels: dict[str, str]) -> tuple[Host, ...]:
    named = next((labels[label] for label in HOST_LABELS if labels.get(label)), "")
    host, colon, port = named.rpartition(":")
    name = (host if colon and port.isdigit() else named).strip("[]")[:128]
    return (Host(id=None, name=name, label="", address=""),) if name else ()
