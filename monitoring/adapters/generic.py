"""The desk's own JSON, for whatever can post: `docs/alerts.md` tells the fields and shows examples."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _

from monitoring.adapters import severities
from monitoring.adapters.alert import Alert, Host
from monitoring.adapters.identity import number_of, text_digest
from monitoring.adapters.values import (
    Fields,
    Refused,
    as_instant,
    as_number,
    evidence_of,
    is_linkable,
    storable,
    unusable,
)  # fmt: skip
from monitoring.enums import AlertKind, EventSource, RejectReason

SCHEMA = re.compile(r"1(\.[0-9]+)?")
KINDS = {"problem": AlertKind.PROBLEM, "recovery": AlertKind.RECOVERY, "update": AlertKind.UPDATE}


def read(body: dict[str, Any]) -> Alert:
    """One event. Raises `Refused` with every field that is wrong; `state` ``test`` stores nothing."""
    if SCHEMA.fullmatch(str(body.get("schema", ""))) is None:
        raise Refused(
            RejectReason.SCHEMA,
            _("Field “schema” must be 1: this desk speaks version 1 of the contract."),
            evidence_of(body, "schema"),
        )
    fields = Fields(body)
    state = fields.text("state", 20).lower()
    if state == "test":
        return Alert(kind=AlertKind.TEST, event_id=0, dedupe_key="", stamp="", event_source=0)
    kind = KINDS.get(state)
    if kind is None:
        fields.complain("state", _("One of problem, recovery, update and test is expected."))
    key = fields.text("id", 255)
    if not key:
        fields.complain("id", _("The field is missing."))
    if kind == AlertKind.PROBLEM and not fields.text("name"):
        fields.complain("name", _("The field is missing."))
    severity = _severity(fields)
    tags = _tags(fields)
    if fields.problems or kind is None:
        raise unusable(fields)
    return _alert(fields, kind, key, severity, tags)


def _alert(
    fields: Fields, kind: AlertKind, key: str, severity: int, tags: tuple[tuple[str, str], ...]
) -> Alert:
    event = as_number(key, low=1) or number_of("generic", key)
    check, host = fields.text("check", 255), fields.text("host", 128)
    link = fields.text("link", 500)
    return Alert(
        kind=kind,
        event_id=event,
        event_source=EventSource.TRIGGER,
        dedupe_key=_dedupe_key(fields, kind, event),
        stamp=_stamp(fields, kind),
        severity=severity,
        name=fields.text("name"),
        opdata=fields.text("value"),
        description=fields.text("description"),
        trigger_id=number_of("generic", host, check) if check else None,
        hosts=(
            (
                Host(
                    id=None,
                    name=host,
                    label=fields.text("host_name", 128),
                    address=fields.text("host_ip", 64),
                ),
            )
            if host
            else ()
        ),
        tags=tags,
        started_at=as_instant(fields.body.get("started_at")),
        recovered_at=as_instant(fields.body.get("recovered_at")),
        acknowledged=fields.body.get("acknowledged") is True,
        action=fields.text("action"),
        comment=fields.text("comment", 65536),
        author=fields.text("author", 255),
        link=link if is_linkable(link) else "",
    )


def _severity(fields: Fields) -> int:
    """A word or a number; absent counts as average, what is neither is refused: a typing error must not hide an outage."""
    value = fields.body.get("severity")
    if value is None or value == "":
        return int(severities.UNGRADED)
    found = severities.by_name_or_number(value)
    if found is None:
        names = ", ".join(names[0] for names in severities.NAMES.values())
        fields.complain(
            "severity", _("A number from 0 to 5 or one of %(names)s is expected.") % {"names": names}
        )
    return found or 0


def _tags(fields: Fields) -> tuple[tuple[str, str], ...]:
    value = fields.body.get("tags")
    if value is None:
        return ()
    if not isinstance(value, dict):
        fields.complain("tags", _("An object of texts is expected."))
        return ()
    return tuple((storable(str(name))[:255], storable(str(one))[:255]) for name, one in value.items())


def _dedupe_key(fields: Fields, kind: AlertKind, event: int) -> str:
    if kind == AlertKind.UPDATE:
        said = [
            fields.text(name, 65536) for name in ("updated_at", "action", "comment", "author", "severity")
        ]
        return f"{event}:U:{text_digest(*said)}"
    return f"{event}:{'R' if kind == AlertKind.RECOVERY else 'P'}"


def _stamp(fields: Fields, kind: AlertKind) -> str:
    """Problem, then recovery, then updates by their time."""
    if kind == AlertKind.UPDATE:
        at = as_instant(fields.body.get("updated_at"))
        return f"2 {at.isoformat() if at else ''}"
    return "1" if kind == AlertKind.RECOVERY else "0"
