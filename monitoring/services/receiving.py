"""Taking in what a source posts: stored and committed first, worked off at once when that is cheap.

Whatever goes wrong after a body was understood, its message is kept: in the ledger, or in the spool while the
database is away. A sweep finishes what a request could not.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection

from common import clock
from monitoring.adapters.alert import Alert
from monitoring.adapters.body import Element
from monitoring.adapters.kinds import adapter
from monitoring.enums import AlertKind, Outcome, ProblemState
from monitoring.services import spooling, storing
from monitoring.services.authenticating import DATABASE_AWAY, SourceRules
from monitoring.services.processing import process, state_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender is told. `is_settled` is false while the sweep still owes the work (202)."""

    alert: Alert
    state: str
    is_duplicate: bool = False
    is_settled: bool = True


def receive(*, source: SourceRules, element: Element) -> Receipt:
    """Take in one message. Raises `Refused` for a body that no retry can help; nothing else is ever its fault."""
    alert = adapter(source.kind).read(element.body)
    at = clock.now()
    if alert.kind == AlertKind.TEST:
        return Receipt(alert, state="test")
    stored = _keep(source, alert, element.raw, at)
    if stored is None:
        return Receipt(alert, state=_expected_state(alert), is_settled=False)
    if not stored.is_new:
        return _known_already(source, alert, stored)
    return _work_off(source, alert, stored, at)


def _keep(source: SourceRules, alert: Alert, raw: bytes, at: datetime) -> storing.Stored | None:
    """Into the ledger; into the spool (None) when the database cannot be reached even over a new connection."""
    for _attempt in (1, 2):
        try:
            return storing.store(source_id=source.id, alert=alert, raw=raw, received_at=at)
        except DATABASE_AWAY:
            if connection.in_atomic_block:
                break
            connection.close()
    logger.warning("the database is away: an alert of source %s goes to the spool", source.slug)
    spooling.spool(source_id=source.id, raw=raw, received_at=at)
    return None


def _known_already(source: SourceRules, alert: Alert, stored: storing.Stored) -> Receipt:
    if not stored.is_processed:
        return Receipt(alert, state=_expected_state(alert), is_duplicate=True, is_settled=False)
    try:
        state = state_of(source_id=source.id, alert=alert)
    except DATABASE_AWAY:
        state = _expected_state(alert)
    return Receipt(alert, state=state, is_duplicate=True)


def _work_off(source: SourceRules, alert: Alert, stored: storing.Stored, at: datetime) -> Receipt:
    try:
        state = process(source=source, alert=alert, delivery_id=stored.id, at=at)
    except Exception as error:
        logger.exception("delivery %s waits for the sweep", stored.id)
        _leave_to_sweep(stored.id, error)
        return Receipt(alert, state=_expected_state(alert), is_settled=False)
    return Receipt(alert, state=state)


def _leave_to_sweep(delivery_id: int, error: Exception) -> None:
    try:
        storing.mark_failed(delivery_id, error)
    except DATABASE_AWAY:
        # The row is owed anyway: its grace runs out by itself.
        connection.close()


def _expected_state(alert: Alert) -> str:
    if alert.kind == AlertKind.OTHER:
        return Outcome.IGNORED.value
    return ProblemState.RESOLVED.value if alert.kind == AlertKind.RECOVERY else ProblemState.OPEN.value


def tags_for(*, source: SourceRules, event_id: int) -> dict[str, str]:
    """The tags Zabbix puts on the event: always the same for one event, or it would add a second of each name."""
    return {
        "__zbx_helpdesk_event": f"{source.slug}-{event_id}",
        "__zbx_helpdesk_link": f"{settings.BASE_URL}/m/{source.slug}/{event_id}",
    }
