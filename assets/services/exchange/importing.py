"""Writing what was planned: in one transaction, all or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Model
from django.utils.translation import ngettext

from accounts.enums import Actor
from assets.models import Cluster, Equipment, PowerInput
from assets.permissions import can_edit_registry, is_the_system
from assets.services.exchange.planning import plan
from assets.services.exchange.reading import Files, read
from assets.services.exchange.records import Entry, Plan, Record, Target, Verdict
from assets.services.exchange.sheets import SHEETS, Sheet
from assets.services.wiring import loop_of
from common import clock
from common.errors import NotAllowed, Unprocessable

BATCH = 1000


def import_files(*, actor: Actor, files: Files, write: bool = False, mark_vanished: bool = False) -> Plan:
    """Compare files with the registry and, with `write`, make it so. Writing the same files again changes nothing.

    `mark_vanished`: what a given file no longer lists becomes stale, unless another register keeps it. Raises
    `NotAllowed`, `TooLarge`, and `Unprocessable` when a row is refused: then nothing is written at all.
    """
    records, refused = read(files)
    gone = frozenset(sheet.kind for sheet in SHEETS if sheet.file in files) if mark_vanished else frozenset()
    return import_records(actor=actor, records=records, refused=refused, vanishing=gone, write=write)


def import_records(
    *,
    actor: Actor,
    records: Iterable[Record],
    refused: Iterable[Entry] = (),
    source: str = "",
    vanishing: frozenset[str] = frozenset(),
    write: bool = False,
    around_refusals: bool = False,
) -> Plan:
    """The same for records of any origin. `around_refusals` writes what can be written and leaves out the rest."""
    if not (can_edit_registry(actor) or is_the_system(actor)):
        raise NotAllowed
    with transaction.atomic():
        if write:
            _take_turns()
        found = plan(records, refused, source=source, vanishing=vanishing)
        if not write:
            return found
        bad = len(found.of(Verdict.REFUSED))
        if bad and not around_refusals:
            message = ngettext(
                "%(number)d row is refused, so nothing was written.",
                "%(number)d rows are refused, so nothing was written.",
                bad,
            )
            raise Unprocessable(message % {"number": bad}, plan=found)
        _write(found)
        found.is_applied = True
        return found


def _take_turns() -> None:
    """Two imports at once would each compare with what the other is about to change."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('assets_import'))")


def _write(found: Plan) -> None:
    try:
        for sheet in SHEETS:
            mine = [entry for entry in found.entries if entry.kind == sheet.kind]
            _create(sheet, [entry for entry in mine if entry.verdict is Verdict.NEW], found.source)
            _change(sheet, [entry for entry in mine if entry.verdict is Verdict.CHANGED])
            gone = [entry.target.pk for entry in mine if entry.verdict is Verdict.VANISHED and entry.target]
            sheet.rows.filter(pk__in=gone).update(is_stale=True)
    except DatabaseError as error:
        raise loop_of(error) from error


def _create(sheet: Sheet, entries: list[Entry], source: str) -> None:
    made: list[tuple[Target, Model]] = []
    for entry in entries:
        assert entry.target is not None
        row = sheet.model(**_attributes(sheet, entry.fields), source=source, source_id=entry.target.source_id)
        made.append((entry.target, row))
    sheet.rows.bulk_create([row for _target, row in made], batch_size=BATCH)
    for target, row in made:
        target.pk = row.pk
    _set_members(sheet, entries)


def _change(sheet: Sheet, entries: list[Entry]) -> None:
    """Rows that change the same fields go together."""
    alike: dict[tuple[str, ...], list[Model]] = defaultdict(list)
    for entry in entries:
        assert entry.target is not None
        values = _attributes(sheet, entry.fields)
        if sheet.model is Equipment:
            values["updated_at"] = clock.now()
        if values:
            alike[tuple(sorted(values))].append(sheet.model(pk=entry.target.pk, **values))
    _unplug(sheet, entries)
    for names, rows in alike.items():
        sheet.rows.bulk_update(rows, list(names), batch_size=BATCH)
    _set_members(sheet, entries)


def _unplug(sheet: Sheet, entries: list[Entry]) -> None:
    """Halfway through, power that is being turned round would look like a circle."""
    if sheet.model is PowerInput:
        keys = [
            entry.target.pk
            for entry in entries
            if entry.target and entry.target.pk and "provider" in entry.fields
        ]
        PowerInput.objects.filter(pk__in=keys).update(provider=None)


def _attributes(sheet: Sheet, fields: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in fields.items():
        column = sheet.fields.get(name)
        if column is None or not column.refers:
            found[name] = value
        elif not column.many:
            found[f"{name}_id"] = value.pk if value else None
    if sheet.is_symmetric and {"a_id", "b_id"} <= found.keys():
        found["a_id"], found["b_id"] = sorted((found["a_id"], found["b_id"]))
    return found


def _set_members(sheet: Sheet, entries: list[Entry]) -> None:
    if sheet.model is not Cluster:
        return
    through = Cluster.members.through
    told = {
        entry.target.pk: entry.fields["members"]
        for entry in entries
        if entry.target and entry.target.pk and "members" in entry.fields
    }
    through.objects.filter(cluster_id__in=told).delete()
    through.objects.bulk_create(
        through(cluster_id=pk, equipment_id=member.pk) for pk, members in told.items() for member in members
    )
