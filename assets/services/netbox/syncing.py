"""One reading of one NetBox: everything at night, what has changed in between."""

from __future__ import annotations

from datetime import timedelta

from accounts.enums import Actor
from assets.models import RegistrySync
from assets.services.exchange.importing import import_records
from assets.services.exchange.records import Plan
from assets.services.exchange.sheets import BY_KIND
from assets.services.netbox.mapping import records
from assets.services.netbox.reading import account, read
from common import clock
from common.errors import DomainError

# Clocks differ, and a transaction over there may commit after its `last_updated`.
OVERLAP = timedelta(minutes=2)


def sync(*, actor: Actor, name: str, write: bool, full: bool = True) -> Plan:
    """Read the NetBox `name` and compare; with `write`, make it so and remember how far it was read.

    Rows that cannot be mapped or are refused are left out and told. Only a full reading knows what has vanished. Raises
    `Missing` when it is not configured, `NetBoxFailed` when it does not answer; then nothing is changed.
    """
    of = account(name)
    state = RegistrySync.objects.filter(source=name).first()
    since = None if full or state is None else state.read_until
    began = clock.now()
    try:
        found_records, refused = records(read(of, since), of.own_tenants, is_whole=since is None)
        found = import_records(
            actor=actor, records=found_records, refused=refused, source=name, write=write, around_refusals=True,
            vanishing=frozenset(BY_KIND) if since is None else frozenset(),
        )  # fmt: skip
    except DomainError as error:
        if write:
            RegistrySync.objects.update_or_create(
                source=name, defaults={"ran_at": began, "error": error.detail}
            )
        raise
    if write:
        told = {"ran_at": began, "read_until": began - OVERLAP, "outcome": found.counts, "error": ""}
        RegistrySync.objects.update_or_create(
            source=name, defaults=told | ({"full_at": began} if since is None else {})
        )
    return found
