"""What a check found, as it is kept and shown. Texts are codes with values; the pages and the note find the words."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

OK, WARN, BAD, SKIPPED = "ok", "warn", "bad", "skipped"


@dataclass(frozen=True, slots=True)
class Result:
    """`check` is dns, registration, tls, http or path; `code` names the finding, `values` fill its sentence.

    `rows` are pairs for a table, `phases` (name, milliseconds) are drawn as bars.
    """

    check: str
    verdict: str
    code: str
    values: dict[str, Any] = field(default_factory=dict)
    rows: list[tuple[str, str]] = field(default_factory=list)
    phases: list[tuple[str, float]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
