"""What a set of records would change, row by row; nothing is written here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from assets.enums import EquipmentKind
from assets.services.exchange.loops import Feeding
from assets.services.exchange.records import Change, Entry, Plan, Record, Target, Verdict
from assets.services.exchange.sheets import BY_KIND, NEEDED, SHEETS, Column, Sheet
from assets.services.exchange.snapshot import Snapshot

FRESH: Any = object()


def plan(
    records: Iterable[Record],
    refused: Iterable[Entry] = (),
    *,
    source: str = "",
    vanishing: frozenset[str] = frozenset(),
) -> Plan:
    """Compare with the registry. Rows of `source` of the `vanishing` kinds that no record names have vanished."""
    return _Planner(source, list(refused)).plan(list(records), vanishing)


class _Planner:
    def __init__(self, source: str, refused: list[Entry]) -> None:
        self._source = source
        self._there = Snapshot(source)
        self._entries = refused
        self._named: dict[tuple[str, tuple[str, ...]], str] = {}
        self._met: set[Target] = set()

    def plan(self, records: list[Record], vanishing: frozenset[str]) -> Plan:
        for sheet in SHEETS:
            made = [self._entry(sheet, record) for record in records if record.kind == sheet.kind]
            if sheet.kind == "power_inputs":
                self._refuse_circles(made)
            self._entries += made
            if sheet.kind in vanishing:
                self._entries += [
                    self._gone(target) for target in self._there.all_of(sheet.kind) if self._is_gone(target)
                ]
        return Plan(self._entries, self._source)

    def _entry(self, sheet: Sheet, record: Record) -> Entry:
        entry = Entry(sheet.kind, " · ".join(filter(None, record.key)), record.where, Verdict.NEW)
        target = self._existing(record)
        if target is not None:
            # Whatever is wrong with the row: the thing is still listed.
            self._met.add(target)
        trouble = self._double(record, target)
        fields, unknown = self._resolve(sheet, record)
        trouble = trouble or unknown or self._trouble(sheet, target, fields)
        if trouble:
            entry.refuse(trouble)
            return entry
        self._compare(sheet, record, target, fields, entry)
        return entry

    def _existing(self, record: Record) -> Target | None:
        known = self._there.by_id[record.kind].get(record.source_id) if record.source_id else None
        return known or self._there.by_key[record.kind].get(record.key)

    def _double(self, record: Record, target: Target | None) -> str:
        name = (record.kind, record.key)
        if name in self._named:
            return _("stands twice: also in %(where)s") % {"where": self._named[name]}
        self._named[name] = record.where
        if record.source_id and target is not None and target.source not in ("", self._source):
            return _("belongs to the source “%(source)s”") % {"source": target.source}
        other = self._there.by_key[record.kind].get(record.key)
        if target is not None and other is not None and other is not target:
            return _("another row has this name already")
        return ""

    def _resolve(self, sheet: Sheet, record: Record) -> tuple[dict[str, Any], str]:
        fields: dict[str, Any] = {}
        for name, value in record.values.items():
            column = sheet.fields[name]
            if not column.refers or value is None:
                fields[name] = value
                continue
            wanted = value if column.many else (value,)
            found = [self._there.find(column.refers, one) for one in wanted]
            for one, target in zip(wanted, found, strict=True):
                if target is None:
                    shown = " · ".join(filter(None, one))
                    return {}, _("%(column)s: “%(name)s” is unknown") % {"column": column.name, "name": shown}
            fields[name] = tuple(found) if column.many else found[0]
        return fields, ""

    def _trouble(self, sheet: Sheet, target: Target | None, fields: dict[str, Any]) -> str:
        """What the database would refuse, said in words."""
        blanks = {name: column.blank for name, column in sheet.fields.items()}
        merged = {**blanks, **(target.values if target else {}), **fields}
        missing = [sheet.fields[name].name for name, value in merged.items() if value is NEEDED]
        if missing:
            return _("%(column)s: must not be empty") % {"column": missing[0]}
        rules = {"equipment": _of_equipment, "links": _of_link, "services": _of_service}
        return rules[sheet.kind](merged) if sheet.kind in rules else ""

    def _compare(
        self, sheet: Sheet, record: Record, target: Target | None, fields: dict[str, Any], entry: Entry
    ) -> None:
        if target is None:
            blanks = {name: column.blank for name, column in sheet.fields.items()}
            target = Target(sheet.kind, record.key, source=self._source, source_id=record.source_id)
            entry.fields = {**blanks, **fields}
        else:
            entry.fields = {
                name: value for name, value in fields.items() if _differs(target.values[name], value)
            }
            if sheet.is_symmetric:
                _both_ends(target, fields, entry)
            entry.changes = [
                Change(
                    sheet.fields[name].name,
                    show(sheet.fields[name], target.values[name]),
                    show(sheet.fields[name], value),
                )
                for name, value in entry.fields.items()
            ]
            entry.fields |= self._origin(record, target, entry)
            entry.verdict = Verdict.CHANGED if entry.fields else Verdict.SAME
        entry.target = target
        target.key = record.key
        target.values = {
            **target.values,
            **{name: value for name, value in entry.fields.items() if name in sheet.fields},
        }
        self._there.know(target)

    def _origin(self, record: Record, target: Target, entry: Entry) -> dict[str, Any]:
        """It is back, or it is now known at the source."""
        found: dict[str, Any] = {}
        if target.is_stale:
            found["is_stale"] = False
            entry.changes.append(Change("is_stale", "yes", "no"))
        if record.source_id and (target.source, target.source_id) != (self._source, record.source_id):
            found |= {"source": self._source, "source_id": record.source_id}
            old = f"{target.source} {target.source_id}".strip()
            entry.changes.append(Change("source", old, f"{self._source} {record.source_id}"))
            target.source, target.source_id = self._source, record.source_id
        return found

    def _refuse_circles(self, made: list[Entry]) -> None:
        """The row that closes a circle is refused, with the way round."""
        touched = [entry for entry in made if entry.verdict in (Verdict.NEW, Verdict.CHANGED)]
        theirs = {entry.target for entry in touched}
        feeding = Feeding(one for one in self._there.all_of("power_inputs") if one not in theirs)
        for entry in touched:
            assert entry.target is not None
            equipment, provider = entry.target.values["equipment"], entry.target.values["provider"]
            circle = feeding.circle(equipment, provider) if provider else []
            if circle:
                path = " → ".join(map(str, circle))
                entry.refuse(_("power would run in a circle: %(path)s") % {"path": path})
            else:
                feeding.add(equipment, provider)

    def _is_gone(self, target: Target) -> bool:
        return target.source == self._source and target not in self._met and not target.is_stale

    def _gone(self, target: Target) -> Entry:
        return Entry(target.kind, str(target), "", Verdict.VANISHED, target)


def _both_ends(target: Target, fields: dict[str, Any], entry: Entry) -> None:
    """Which end comes first means nothing; another end moves both, because the row keeps the lower one first."""
    ends = {"a": fields["a"], "b": fields["b"]}
    for name in ends:
        entry.fields.pop(name, None)
    if set(ends.values()) != {target.values["a"], target.values["b"]}:
        entry.fields |= ends


def _of_equipment(merged: dict[str, Any]) -> str:
    if merged["runtime_minutes"] is not None and merged["kind"] != EquipmentKind.UPS:
        return _("runtime_minutes: only a UPS has a battery")
    rack, position = merged["rack"], merged["position"]
    if position is not None and rack is None:
        return _("position: only in a rack")
    if position is not None and position + merged["height"] - 1 > rack.values["units"]:
        return _("position: the rack has only %(units)d units") % {"units": rack.values["units"]}
    return ""


def _of_link(merged: dict[str, Any]) -> str:
    return _("a link joins two different devices") if merged["a"] is merged["b"] else ""


def _of_service(merged: dict[str, Any]) -> str:
    both = merged["runs_on"] is not None and merged["cluster"] is not None
    return _("either runs_on or cluster, not both") if both else ""


def _differs(old: Any, new: Any) -> bool:
    if isinstance(new, tuple):
        return set(old) != set(new)
    return bool(old is not new if isinstance(new, Target) else old != new)


def show(column: Column, value: Any) -> str:
    """A value as the file would say it."""
    if column.many:
        return " | ".join(map(str, value))
    if column.refers:
        return str(value) if value else ""
    return column.cell.show(value)


def kinds(records: Iterable[Record]) -> frozenset[str]:
    """The kinds that a set of records speaks about."""
    return frozenset(record.kind for record in records) & BY_KIND.keys()
