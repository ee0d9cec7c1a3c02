"""One message of a source in the desk's own words."""

from dataclasses import dataclass
from datetime import datetime

from monitoring.enums import AlertKind


@dataclass(frozen=True, slots=True)
class Host:
    """A monitored host as the source names it: by its id, its technical name, its visible name."""

    id: int | None
    name: str
    label: str
    address: str

    @property
    def shown(self) -> str:
        return self.label or self.name


NO_HOST = Host(id=None, name="", label="", address="")


@dataclass(frozen=True, slots=True)
class Alert:
    """What a delivery says, normalised. Absent texts are empty, absent numbers and times are None.

    `dedupe_key` is equal for two deliveries of a source exactly when they carry the same message.
    `stamp` orders the messages of one event by the moment they speak of, in whatever order they arrive; stamps of
    different events mean nothing to each other.
    `link` is the page of the event in the source's own web pages, where the source names it.
    """

    kind: AlertKind
    event_id: int
    dedupe_key: str
    stamp: str
    event_source: int
    name: str = ""
    severity: int = 0
    opdata: str = ""
    trigger_id: int | None = None
    description: str = ""
    hosts: tuple[Host, ...] = ()
    host_groups: str = ""
    asset_tag: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    started_at: datetime | None = None
    recovered_at: datetime | None = None
    recovery_id: int | None = None
    cause_id: int | None = None
    acknowledged: bool = False
    action: str = ""
    comment: str = ""
    author: str = ""
    message: str = ""
    base_url: str = ""
    link: str = ""

    @property
    def host(self) -> Host:
        return self.hosts[0] if self.hosts else NO_HOST
