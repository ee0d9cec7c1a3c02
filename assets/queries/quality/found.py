"""What a check finds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from assets.models import Equipment


class Named(NamedTuple):
    """An object by name. `device` is the key of its page, None where it has none of its own."""

    name: str
    device: int | None = None


class Problem(NamedTuple):
    """The thing that is wrong, and the things that make it so."""

    subject: Named
    others: tuple[Named, ...] = ()
    note: str = ""


class Device(NamedTuple):
    """What the checks need of a device; read for all of them at once."""

    pk: int
    name: str
    kind: str
    owner: str | None
    is_monitored: bool
    host: str
    host_ids: list[int]

    @property
    def named(self) -> Named:
        return Named(self.name, self.pk)


def devices() -> dict[int, Device]:
    """Working devices by key."""
    columns = ("pk", "name", "kind", "owner__name", "is_monitored", "monitored_host", "monitored_host_ids")
    return {
        row[0]: Device(*row) for row in Equipment.objects.working().order_by("name").values_list(*columns)
    }


def named(known: dict[int, Device], keys: Iterable[int]) -> tuple[Named, ...]:
    return tuple(sorted((known[key].named for key in keys if key in known), key=lambda one: one.name))
