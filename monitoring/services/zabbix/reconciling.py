"""Asking Zabbix what is open: what a lost webhook forgot comes through the same ledger (§1.7)."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from common import clock
from monitoring.adapters.body import Element
from monitoring.adapters.values import Refused
from monitoring.models import Problem, Source
from monitoring.services.authenticating import SourceRules
from monitoring.services.receiving import receive
from monitoring.services.zabbix.calling import Api, ApiError

logger = logging.getLogger(__name__)
BACK = timedelta(days=7)
# A webhook that is on its way should win: it says more.
ON_ITS_WAY = timedelta(seconds=20)
CHUNK = 500


def reconcile(slug: str) -> tuple[int, int]:
    """Missed problems and missed recoveries of one source that were taken in. Never raises for a server that is away."""
    source = Source.objects.filter(slug=slug, is_active=True).first()
    if source is None:
        return 0, 0
    try:
        api = Api(slug)
        found = _missed(source, api), _recovered(source, api)
    except (ApiError, KeyError, TypeError, ValueError) as error:
        # An answer without what it must hold is no better than none.
        failures = source.api_failures + 1
        Source.objects.filter(pk=source.pk).update(api_failures=failures, api_error=_said(error))
        logger.warning("%s cannot be asked what is open (%s times): %s", slug, failures, _said(error))
        return 0, 0
    Source.objects.filter(pk=source.pk).update(
        api_failures=0, api_error="", api_checked_at=clock.now(), api_version=api.version[:20]
    )
    return found


def _said(error: Exception) -> str:
    text = (
        str(error) if isinstance(error, ApiError) else f"unexpected answer ({type(error).__name__}: {error})"
    )
    return text[:300]


def _chunks(items: Iterable[int], size: int) -> Iterator[list[int]]:
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def _missed(source: Source, api: Api) -> int:
    """Open there, unknown here. Suppressed ones wait for the end of their maintenance there."""
    since = int((clock.now() - BACK).timestamp())
    listed = api.call(
        "problem.get",
        {"output": ["eventid", "clock", "suppressed"], "source": 0, "object": 0, "time_from": since,
         "sortfield": ["eventid"], "sortorder": "ASC"},
    )  # fmt: skip
    newest = (clock.now() - ON_ITS_WAY).timestamp()
    there = [
        int(one["eventid"]) for one in listed if one.get("suppressed") != "1" and int(one["clock"]) <= newest
    ]
    missing = [event for chunk in _chunks(there, CHUNK) for event in _unknown(source, chunk)]
    return sum(_take_in(source, body) for chunk in _chunks(missing, 100) for body in _problems(api, chunk))


def _unknown(source: Source, events: Iterable[int]) -> list[int]:
    wanted = list(events)
    known = set(
        Problem.objects.filter(source=source, event_id__in=wanted, announced=True).values_list(
            "event_id", flat=True
        )
    )
    return [event for event in wanted if event not in known]


def _problems(api: Api, events: Iterable[int]) -> Iterator[dict[str, Any]]:
    rows = _events(api, events)
    triggers = {row["objectid"] for row in rows}
    texts = {
        one["triggerid"]: one.get("comments", "")
        for one in api.call("trigger.get", {"triggerids": list(triggers), "output": ["comments"]})
    }
    return (_body(row, texts.get(row["objectid"], "")) for row in rows)


def _recovered(source: Source, api: Api) -> int:
    """Open here, not there any more: the recovery that never came."""
    done = 0
    for chunk in _chunks(_open_here(source), CHUNK):
        still = api.call("problem.get", {"output": ["eventid"], "eventids": [str(one) for one in chunk]})
        gone = set(chunk) - {int(one["eventid"]) for one in still}
        rows = [row for row in _events(api, gone) if row["r_eventid"] != "0"] if gone else []
        ends = _clocks(api, [row["r_eventid"] for row in rows])
        done += sum(_take_in(source, _recovery(row, ends.get(row["r_eventid"], ""))) for row in rows)
    return done


def _open_here(source: Source) -> Iterator[int]:
    settled = clock.now() - ON_ITS_WAY
    rows = Problem.objects.open().filter(source=source, first_seen_at__lte=settled).order_by("event_id")
    return rows.values_list("event_id", flat=True).iterator(chunk_size=2000)


def _events(api: Api, events: Iterable[int]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = api.call(
        "event.get",
        {"eventids": [str(one) for one in events], "output": "extend", "selectTags": "extend",
         "selectHosts": ["hostid", "host", "name"]},
    )  # fmt: skip
    return rows


def _clocks(api: Api, events: list[str]) -> dict[str, str]:
    if not events:
        return {}
    rows = api.call("event.get", {"eventids": events, "output": ["eventid", "clock"]})
    return {row["eventid"]: row["clock"] for row in rows}


def _body(row: dict[str, Any], description: str) -> dict[str, Any]:
    """An event as the media type would have posted it."""
    body = {
        "schema": "1", "event_id": row["eventid"], "event_source": row["source"], "event_object": row["object"],
        "event_value": "1", "update_status": "0", "event_ts": row["clock"], "event_name": row["name"],
        "nseverity": row["severity"], "opdata": row.get("opdata", ""), "tags": json.dumps(row.get("tags", [])),
        "trigger_id": row["objectid"], "trigger_description": description, "host_id1": "",
        "ack_status": "Yes" if row.get("acknowledged") == "1" else "No",
    }  # fmt: skip
    for number, host in enumerate(row.get("hosts", [])[:3], 1):
        body |= {
            f"host_id{number}": host["hostid"], f"host{number}": host["host"], f"host_name{number}": host["name"],
        }  # fmt: skip
    return body


def _recovery(row: dict[str, Any], end: str) -> dict[str, Any]:
    return {**_body(row, ""), "event_value": "0", "recovery_id": row["r_eventid"], "recovery_ts": end}


def _take_in(source: Source, body: dict[str, Any]) -> bool:
    """Through the front door, so that whatever comes late from the webhook is a duplicate."""
    raw = json.dumps(body, ensure_ascii=False).encode()
    try:
        receipt = receive(source=SourceRules.of(source), element=Element(raw=raw, body=body))
    except Refused as error:
        logger.warning("an event of %s that the API named cannot be used: %s", source.slug, error.detail)
        return False
    return not receipt.is_duplicate
