"""The words of an assessment, worst first."""

from __future__ import annotations

from enum import StrEnum


class Impact(StrEnum):
    """Precedence DOWN > AT_RISK > UNKNOWN > DEGRADED > OK. What is not known is never called OK."""

    DOWN = "down"
    AT_RISK = "at_risk"
    UNKNOWN = "unknown"
    DEGRADED = "degraded"
    OK = "ok"

    @property
    def rank(self) -> int:
        return _ORDER.index(self)

    def is_worse_than(self, other: Impact) -> bool:
        return self.rank < other.rank


_ORDER = list(Impact)


class Reason(StrEnum):
    """What took it away: the thing itself, its power, its way to the network, or what it runs on."""

    NONE = ""
    FAILED = "failed"
    POWER = "power"
    NETWORK = "network"
    HOST = "host"
