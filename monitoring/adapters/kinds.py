"""Which adapter reads the bodies of which kind of source."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from monitoring.adapters import alertmanager, generic, zabbix
from monitoring.adapters.alert import Alert
from monitoring.adapters.body import Body, read_body, read_element
from monitoring.enums import SourceKind


@dataclass(frozen=True, slots=True)
class Adapter:
    """`split` takes a body apart into messages, `read` understands one of them. Both raise `Refused`."""

    split: Callable[[bytes], Body]
    read: Callable[[dict[str, Any]], Alert]


ADAPTERS = {
    SourceKind.ZABBIX: Adapter(read_body, zabbix.read),
    SourceKind.ALERTMANAGER: Adapter(alertmanager.split, alertmanager.read),
    SourceKind.GENERIC: Adapter(read_body, generic.read),
}


def adapter(kind: str) -> Adapter:
    return ADAPTERS[SourceKind(kind)]


def read_again(kind: str, raw: bytes) -> Alert:
    """A message of the ledger or the spool."""
    return adapter(kind).read(read_element(raw).body)
