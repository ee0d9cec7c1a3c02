"""What was promised: kinds of clocks and the terms (target and calendar per kind) a ticket is measured against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from sla.engine.calendars import C247, Calendar


class Kind(StrEnum):
    """Clocks of domain §2.3."""

    FR = "FR"
    NR = "NR"
    PU = "PU"
    RES = "RES"
    OLA_A = "OLA_A"
    OLA_W = "OLA_W"
    CN = "CN"
    UC = "UC"
    G15 = "G15"
    BR = "BR"
    KBD = "KBD"
    BYP = "BYP"

    # Kinds are dictionary keys on every step of a fold; Enum's own hash is a Python function.
    __hash__ = str.__hash__


OBLIGATIONS = frozenset({Kind.BR, Kind.KBD, Kind.BYP})
"""What the desk owes itself afterwards; these go on when the ticket has ended."""


class Verdict(StrEnum):
    RUNNING = "running"
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Target:
    """An amount of working time on a calendar. `amount=None` measures without promising."""

    amount: timedelta | None
    calendar: Calendar = C247


UNPROMISED = Target(None)
TermKey = tuple[Kind, int]


@dataclass(frozen=True, slots=True)
class Terms:
    """Targets per (kind, line) under one immutable policy version; line 0 for clocks without a line."""

    version: int
    targets: Mapping[TermKey, Target] = field(default_factory=dict)

    def target(self, kind: Kind, line: int = 0) -> Target:
        return self.targets.get((kind, line), UNPROMISED)


@dataclass(frozen=True, slots=True)
class Facts:
    """What policies match on (domain §2.2)."""

    priority: int = 3
    category: str = ""
    tier: str = ""
    contract_id: int | None = None
    service_id: int | None = None
    channel: str = ""


class Policy(Protocol):
    """Answers which terms were in force at an instant; earlier versions stay answerable for ever."""

    def match(self, facts: Facts, at: datetime) -> Terms: ...
