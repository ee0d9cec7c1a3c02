"""Reply templates are data (G14): a name in braces is replaced by a value, and nothing else can happen."""

import re
from collections.abc import Mapping

PLACE = re.compile(r"\{([a-z_]{1,30})\}")
UNKNOWN = "…"


def fill(text: str, values: Mapping[str, str], *, leave_out: bool) -> str:
    """The text with its values. A line with an unknown one is left out, or stands with an ellipsis for a person."""
    lines = text.split("\n")
    if leave_out:
        lines = [line for line in lines if all(values.get(name) for name in PLACE.findall(line))]
    filled = "\n".join(PLACE.sub(lambda place: values.get(place[1]) or UNKNOWN, line) for line in lines)
    return re.sub(r"\n{3,}", "\n\n", filled).strip()
