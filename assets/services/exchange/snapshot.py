"""The registry as targets: one query a kind, whatever its size."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from accounts.models import Customer
from assets.models import Cluster
from assets.services.exchange.records import At, Key, Target
from assets.services.exchange.sheets import SHEETS, Sheet

ORIGIN = ("source", "source_id", "is_stale")


class Snapshot:
    """What is there, by kind: by name, by primary key and by the id at `source`."""

    def __init__(self, source: str) -> None:
        self.by_key: dict[str, dict[Key, Target]] = defaultdict(dict)
        self.by_id: dict[str, dict[str, Target]] = defaultdict(dict)
        self._by_pk: dict[str, dict[int, Target]] = defaultdict(dict)
        self._source = source
        for pk, code in Customer.objects.values_list("pk", "code"):
            self._keep(Target("customers", (code,), pk))
        for sheet in SHEETS:
            self._load(sheet)

    def _load(self, sheet: Sheet) -> None:
        plain = [column for column in sheet.fields.values() if not column.many]
        columns = [f"{column.field}_id" if column.refers else column.field for column in plain]
        rows = sheet.rows.order_by("pk").values_list("pk", *sheet.lookups, *ORIGIN, *columns)
        named = len(sheet.lookups) + 1
        for row in rows:
            source, source_id, is_stale = row[named : named + len(ORIGIN)]
            target = Target(
                sheet.kind, sheet.key(row[1:named]), row[0],
                source=source, source_id=source_id, is_stale=is_stale,
            )  # fmt: skip
            for column, value in zip(plain, row[named + len(ORIGIN) :], strict=True):
                target.values[column.field] = self._pointed(column.refers, value) if column.refers else value
            self._keep(target)
        if sheet.kind == "clusters":
            self._load_members()

    def _load_members(self) -> None:
        members: dict[int, list[Target]] = defaultdict(list)
        through = Cluster.members.through.objects.order_by("equipment_id")
        for cluster, equipment in through.values_list("cluster_id", "equipment_id"):
            members[cluster].append(self._by_pk["equipment"][equipment])
        for pk, target in self._by_pk["clusters"].items():
            target.values["members"] = tuple(members[pk])

    def _pointed(self, kind: str, pk: Any) -> Target | None:
        return None if pk is None else self._by_pk[kind][pk]

    def _keep(self, target: Target) -> None:
        assert target.pk is not None
        self._by_pk[target.kind][target.pk] = target
        self.know(target)

    def know(self, target: Target) -> None:
        """From now on it is found under its name and its id."""
        self.by_key[target.kind][target.key] = target
        if target.source_id and target.source == self._source:
            self.by_id[target.kind][target.source_id] = target

    def find(self, kind: str, reference: Key | At) -> Target | None:
        if isinstance(reference, At):
            return self.by_id[kind].get(reference.source_id)
        return self.by_key[kind].get(reference)

    def all_of(self, kind: str) -> list[Target]:
        return list(self._by_pk[kind].values())
