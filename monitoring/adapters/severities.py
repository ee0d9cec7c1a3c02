"""Severities by name, for sources that say them in words. The table stands in docs/alerts.md too."""

from monitoring.adapters.values import as_number
from monitoring.enums import Severity

NAMES = {
    Severity.DISASTER: ("disaster", "critical", "fatal", "emergency", "page"),
    Severity.HIGH: ("high", "error", "major"),
    Severity.AVERAGE: ("average", "medium", "minor"),
    Severity.WARNING: ("warning", "warn"),
    Severity.INFORMATION: ("information", "info", "informational", "notice", "low"),
    Severity.NOT_CLASSIFIED: ("not_classified", "none", "debug"),
}
# What nobody graded, or graded in words of their own, is looked at soon: an outage must not wait among the checks.
UNGRADED = Severity.AVERAGE
_BY_NAME = {name: severity for severity, names in NAMES.items() for name in names}


def by_name(value: object) -> int | None:
    """The severity of a word in whatever case; None for an unknown one."""
    if not isinstance(value, str):
        return None
    found = _BY_NAME.get(value.strip().lower().replace(" ", "_"))
    return None if found is None else int(found)


def by_name_or_number(value: object) -> int | None:
    """The same, or 0–5 as a number."""
    number = as_number(value, high=5)
    return by_name(value) if number is None else number


def graded(value: object) -> int:
    """The same; what nobody graded counts as average."""
    found = by_name_or_number(value)
    return int(UNGRADED) if found is None else found
