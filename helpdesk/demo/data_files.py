"""Reading the texts of the demo."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


@cache
def read(name: str) -> dict[str, Any]:
    """A TOML file of `data/` as plain values; read once per process, not to be changed."""
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))
