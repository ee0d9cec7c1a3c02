"""What each file looks like: its columns, what names a row, and what a row refers to. docs/registry.md is its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Model, QuerySet

from assets.enums import CircuitRole, Confidence, EquipmentKind, EquipmentStatus, LinkKind, ServiceKind
from assets.models import Circuit, Cluster, Endpoint, Equipment, Link, PowerInput, Rack, Room, Service, Site
from assets.services.exchange.cells import Cell, choice, code, flag, text, whole, wholes

NEEDED: Any = object()
SMALL = 32767


@dataclass(frozen=True, slots=True)
class Column:
    """`field` is what it fills, empty for a column that only helps to name something. `blank` is an empty cell.

    `refers` is the kind it points at, `by` the columns that together name that thing; `many` of them stand with | between.
    """

    name: str
    field: str
    cell: Cell
    blank: Any = NEEDED
    refers: str = ""
    by: tuple[str, ...] = ()
    many: bool = False


@dataclass(frozen=True)
class Sheet:
    """`named_by` are the columns that name a row, `lookups` the same in the words of the ORM."""

    kind: str
    model: type[Model]
    columns: tuple[Column, ...]
    named_by: tuple[str, ...]
    lookups: tuple[str, ...]
    is_symmetric: bool = False

    @property
    def file(self) -> str:
        return f"{self.kind}.csv"

    @property
    def rows(self) -> QuerySet[Any]:
        manager = self.model._meta.default_manager
        assert manager is not None
        return manager.all()

    @cached_property
    def fields(self) -> Mapping[str, Column]:
        return {column.field: column for column in self.columns if column.field}

    def key(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        """The name of a row; which end of a link comes first means nothing."""
        return (*sorted(parts[:2]), *parts[2:]) if self.is_symmetric else parts


def _ref(name: str, refers: str, *, field: str = "", blank: Any = NEEDED, by: tuple[str, ...] = ()) -> Column:
    return Column(name, field or name, text(120), blank, refers, by or (name,))


NAME = Column("name", "name", text(120))
STATUS = Column("status", "status", choice(EquipmentStatus), EquipmentStatus.ACTIVE.value)
HOST = Column("monitored_host", "monitored_host", text(128), "")
SHEETS = (
    Sheet(
        "sites", Site,
        (Column("code", "code", code()), NAME, Column("address", "address", text(300), "")),
        ("code",), ("code",),
    ),
    Sheet(
        "rooms", Room, (_ref("site", "sites"), Column("name", "name", text(80))),
        ("site", "name"), ("site__code", "name"),
    ),
    Sheet(
        "racks", Rack,
        (
            Column("site", "", text(32)), _ref("room", "rooms", by=("site", "room")), Column("name", "name", text(80)),
            Column("units", "units", whole(1, 60), 42),
        ),
        ("site", "room", "name"), ("room__site__code", "room__name", "name"),
    ),
    Sheet(
        "equipment", Equipment,
        (
            NAME, Column("kind", "kind", choice(EquipmentKind)), STATUS, _ref("site", "sites"),
            Column("room", "", text(80), ""), _ref("rack", "racks", blank=None, by=("site", "room", "rack")),
            Column("position", "position", whole(1, 60), None), Column("height", "height", whole(1, 60), 1),
            _ref("owner", "customers", blank=None), Column("power_k", "power_k", whole(1, 99), 1),
            Column("runtime_minutes", "runtime_minutes", whole(0, SMALL), None),
            Column("is_monitored", "is_monitored", flag(), True), HOST,
            Column("monitored_host_ids", "monitored_host_ids", wholes(), []),
            Column("confidence", "confidence", choice(Confidence), Confidence.KNOWN.value),
        ),
        ("name",), ("name",),
    ),
    Sheet(
        "power_inputs", PowerInput,
        (
            _ref("equipment", "equipment"), Column("input", "name", text(40)),
            _ref("fed_by", "equipment", field="provider", blank=None), Column("leg", "leg", text(8), ""),
        ),
        ("equipment", "input"), ("equipment__name", "name"),
    ),
    Sheet(
        "links", Link,
        (
            _ref("a", "equipment"), _ref("b", "equipment"), Column("label", "label", text(80), ""),
            Column("kind", "kind", choice(LinkKind), LinkKind.CABLE.value), STATUS,
        ),
        ("a", "b", "label"), ("a__name", "b__name", "label"), is_symmetric=True,
    ),
    Sheet(
        "circuits", Circuit,
        (
            Column("provider", "provider", text(120)), Column("cid", "cid", text(120)), _ref("equipment", "equipment"),
            Column("role", "role", choice(CircuitRole), CircuitRole.PRIMARY.value),
            Column("is_egress", "is_egress", flag(), True), STATUS, HOST,
        ),
        ("provider", "cid"), ("provider", "cid"),
    ),
    Sheet(
        "clusters", Cluster,
        (
            NAME, Column("k", "k", whole(1, SMALL), 1),
            Column("members", "members", text(20_000), (), "equipment", ("members",), many=True),
        ),
        ("name",), ("name",),
    ),
    Sheet(
        "services", Service,
        (
            _ref("customer", "customers"), NAME, Column("kind", "kind", choice(ServiceKind), ServiceKind.OTHER.value),
            Column("label", "label", text(120), ""), _ref("runs_on", "equipment", blank=None),
            _ref("cluster", "clusters", blank=None), HOST,
            Column("monitored_host_id", "monitored_host_id", whole(1, 2**63 - 1), None),
            Column("is_active", "is_active", flag(), True),
        ),
        ("customer", "name"), ("customer__code", "name"),
    ),
    Sheet(
        "endpoints", Endpoint,
        (
            Column("customer", "", text(32)), _ref("service", "services", by=("customer", "service")),
            Column("name", "name", text(253)), Column("port", "port", whole(1, 65535), 443),
            Column("path", "path", text(200), "/"), Column("is_watched", "is_watched", flag(), True),
        ),
        ("customer", "service", "name"), ("service__customer__code", "service__name", "name"),
    ),
)  # fmt: skip
BY_KIND = {sheet.kind: sheet for sheet in SHEETS}
