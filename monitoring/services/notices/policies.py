"""What an installation lets clients be told: DOWN always, AT_RISK and DEGRADED as it says, UNKNOWN by a person only."""

from django.conf import settings

from monitoring.enums import HitState

# `settings.NOTICE_AT_RISK`, `NOTICE_DEGRADED`: never, by itself, or when an operator clicks.
OFF, AUTOMATIC, CLICK = "off", "auto", "click"
POLICIES = (OFF, AUTOMATIC, CLICK)


def policy_of(state: str) -> str:
    """How clients in a state come to be told of it for the first time."""
    own = {
        HitState.DOWN.value: AUTOMATIC,
        HitState.AT_RISK.value: settings.NOTICE_AT_RISK,
        HitState.DEGRADED.value: settings.NOTICE_DEGRADED,
        HitState.OK.value: OFF,
    }
    return str(own.get(state, CLICK))


def told_by_itself() -> list[str]:
    return [state for state in HitState.values if policy_of(state) == AUTOMATIC]


def may_be_told(state: str) -> bool:
    return policy_of(state) != OFF
