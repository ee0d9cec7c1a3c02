"""What a problem says of the thing it is about: that it does not work, runs on battery, or works badly.

The tag `impact` decides (`down`, `on_battery`, `degraded`). Without it the tag `scope` of Zabbix's own templates and
the severity do, and two things that no severity tells are known by their names: a UPS on its battery, and one power
supply of several that failed.
"""

import re
from collections.abc import Iterable, Sequence

from assets.enums import EquipmentKind
from monitoring.enums import Effect, Severity

TAG = "impact"
_ON_BATTERY = re.compile(
    r"\bon (the )?batter|\bbattery mode|input (power |voltage )?(lost|fail|bad)|no input|на батаре|от батаре|"
    r"нет (входного|напряжения на входе)|пропало (входное|питание на входе)",
    re.IGNORECASE,
)
_ONE_SUPPLY = re.compile(
    r"\bpsu\b|\bpsu[-_ ]?\d|power supply|power module|блок[аи]? питания|redundan", re.IGNORECASE
)
_SCOPES_OF_WORKING = {"performance", "capacity", "notice", "security"}


def effect_of(*, tags: Iterable[Sequence[str]], name: str, severity: int, kind: str = "") -> Effect:
    """`tags` as pairs, `severity` 0…5 as Zabbix counts, `kind` of the equipment if it is in the registry."""
    found: dict[str, set[str]] = {}
    for tag, value in tags:
        found.setdefault(tag.lower(), set()).add(value.lower())
    said = found.get(TAG, set()) & set(Effect.values)
    if said:
        return next(effect for effect in Effect if effect.value in said)
    if kind == EquipmentKind.UPS and _ON_BATTERY.search(name):
        return Effect.ON_BATTERY
    if _ONE_SUPPLY.search(name) and kind != EquipmentKind.PDU:
        return Effect.DEGRADED
    scopes = found.get("scope", set())
    if scopes and scopes <= _SCOPES_OF_WORKING:
        return Effect.DEGRADED
    return Effect.DOWN if severity >= Severity.HIGH else Effect.DEGRADED


def is_said(tags: Iterable[Sequence[str]]) -> bool:
    """Somebody wrote the effect into the trigger: it counts whatever the severity."""
    return any(tag.lower() == TAG and value.lower() in Effect.values for tag, value in tags)
