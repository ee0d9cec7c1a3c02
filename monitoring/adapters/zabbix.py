"""The contract with Zabbix, `docs/zabbix.md`: the fields of one event to one `Alert`.

Holds what was measured on a real 6.0 server: updates are told apart by their date, time, action, message and author;
dates are in the recipient's zone and therefore only compared, never read as moments.
"""

import hashlib
import json
import re
from typing import Any

from django.utils.translation import gettext as _

from monitoring.adapters.alert import Alert, Host
from monitoring.adapters.values import (
    Fields,
    Refused,
    evidence_of,
    is_absent,
    is_linkable,
    is_macro,
    storable,
    unusable,
)
from monitoring.enums import AlertKind, EventSource, RejectReason

SCHEMA = re.compile(r"1(\.[0-9]+)?")
# Written by the server in English, whatever the language of its web pages.
_CANCELED = re.compile(r"\s*NOTE: Escalation cancell?ed", re.IGNORECASE)
_ACKNOWLEDGED = re.compile(r"(?<!un)acknowledged", re.IGNORECASE)
_ALERTING = {EventSource.TRIGGER, EventSource.INTERNAL, EventSource.SERVICE}


def read(body: dict[str, Any]) -> Alert:
    """One event of the contract. Raises `Refused` with the fields that are wrong; the test button is `TEST`."""
    if SCHEMA.fullmatch(str(body.get("schema", ""))) is None:
        raise Refused(
            RejectReason.SCHEMA,
            _("Field “schema” must be 1: this desk speaks version 1 of the contract."),
            evidence_of(body, "schema"),
        )
    if is_macro(body.get("event_id")):
        return Alert(kind=AlertKind.TEST, event_id=0, dedupe_key="", stamp="", event_source=0)
    fields = Fields(body)
    event_id = fields.number("event_id", low=1)
    if fields.problems:
        raise Refused(
            RejectReason.EVENT_ID,
            _("Field “event_id” must be a positive number."),
            fields.evidence,
            errors=fields.problems,
        )
    alert = _alert(fields, event_id)
    if fields.problems:
        raise unusable(fields)
    return alert


def _alert(fields: Fields, event_id: int) -> Alert:
    source = fields.number("event_source", high=4)
    if source == EventSource.TRIGGER:
        fields.require_keys("event_name", "tags", "trigger_id", "host_id1")
    value = fields.number("event_value", high=1)
    kind = _kind(fields, source, value)
    key = _dedupe_key(fields, kind, event_id, value)
    return Alert(
        kind=kind,
        event_id=event_id,
        event_source=source,
        dedupe_key=key,
        stamp=_stamp(fields, kind, key),
        severity=_severity(fields, kind, source),
        name=fields.text("event_name") or fields.text("subject"),
        opdata=fields.text("opdata"),
        trigger_id=fields.optional_number("trigger_id"),
        description=fields.text("trigger_description"),
        hosts=_hosts(fields),
        host_groups=fields.text("host_groups"),
        asset_tag=fields.text("asset_tag", 255),
        tags=_tags(fields),
        started_at=fields.moment("event_ts"),
        recovered_at=fields.moment("recovery_ts"),
        recovery_id=fields.optional_number("recovery_id"),
        cause_id=fields.optional_number("cause_id"),
        acknowledged=_acknowledged(fields),
        action=fields.text("update_action"),
        comment=fields.text("update_message", 65536),
        author=fields.text("update_user", 255) or fields.text("update_user_fullname", 255),
        message=fields.text("message", 65536),
        base_url=_base_url(fields),
    )


def _kind(fields: Fields, source: int, value: int) -> AlertKind:
    """An update is recognised first: after a recovery it says value 0 like the recovery itself."""
    updating = fields.number("update_status", high=1) if _speaks_of_updates(fields, source) else 0
    if source not in _ALERTING:
        return AlertKind.OTHER
    if updating:
        return AlertKind.UPDATE
    if value == 0:
        return AlertKind.RECOVERY
    return AlertKind.CANCELED if _CANCELED.match(fields.text("message", 200)) else AlertKind.PROBLEM


def _speaks_of_updates(fields: Fields, source: int) -> bool:
    return source == EventSource.TRIGGER or not is_absent(fields.body.get("update_status"))


def _dedupe_key(fields: Fields, kind: AlertKind, event_id: int, value: int) -> str:
    if kind == AlertKind.UPDATE:
        when = fields.text("update_ts") or f"{fields.text('update_date')} {fields.text('update_time')}"
        action = fields.text("update_action_json", 65536) or fields.text("update_action")
        said = [when, action, fields.text("update_message", 65536), fields.text("update_user")]
        return f"{event_id}:U:{_digest(said)}"
    if kind == AlertKind.CANCELED:
        return f"{event_id}:C"
    return f"{event_id}:{'P' if value else 'R'}"


def _digest(parts: list[str]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _stamp(fields: Fields, kind: AlertKind, key: str) -> str:
    """Problem, then recovery, then updates by their time: a recovery does not tell when it was sent."""
    if kind == AlertKind.UPDATE:
        when = fields.text("update_ts", 20).rjust(20, "0") if fields.text("update_ts") else ""
        when = when or f"{fields.text('update_date', 20)} {fields.text('update_time', 20)}"
        # The tail makes the order total: two updates of one second settle the same way whoever comes first.
        return f"2 {when} {key[-16:]}"
    return "1" if kind == AlertKind.RECOVERY else "0"


def _severity(fields: Fields, kind: AlertKind, source: int) -> int:
    if kind == AlertKind.UPDATE and not is_absent(fields.body.get("update_nseverity")):
        return fields.number("update_nseverity", high=5)
    if source != EventSource.TRIGGER and is_absent(fields.body.get("nseverity")):
        return 0
    return fields.number("nseverity", high=5)


def _hosts(fields: Fields) -> tuple[Host, ...]:
    hosts = (
        Host(
            id=fields.optional_number(f"host_id{n}"),
            name=fields.text(f"host{n}", 128),
            label=fields.text(f"host_name{n}", 128),
            address=fields.text(f"host_ip{n}", 64),
        )
        for n in (1, 2, 3)
    )
    return tuple(host for host in hosts if host.id or host.name or host.label)


def _tags(fields: Fields) -> tuple[tuple[str, str], ...]:
    """A JSON array of tag and value, as text or as it is. A name may repeat, so this stays a list."""
    value = fields.body.get("tags")
    if is_absent(value):
        return ()
    try:
        pairs: Any = json.loads(value) if isinstance(value, str) else value
        return tuple(_tag(pair) for pair in pairs)
    # Not JSON, nested without end, not an array, or an element that is no object with a tag.
    except (ValueError, RecursionError, TypeError, KeyError):
        fields.complain("tags", _("A JSON array of objects with “tag” and “value” is expected."))
        return ()


def _tag(pair: dict[str, object]) -> tuple[str, str]:
    return storable(str(pair["tag"]))[:255], storable(str(pair.get("value", "")))[:255]


def _acknowledged(fields: Fields) -> bool:
    status = fields.text("ack_status", 10).lower()
    return status == "yes" if status else bool(_ACKNOWLEDGED.search(fields.text("update_action")))


def _base_url(fields: Fields) -> str:
    url = fields.text("zabbix_url", 500).rstrip("/")
    return url if is_linkable(url) else ""
