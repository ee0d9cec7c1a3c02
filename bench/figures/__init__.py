"""The figures, by what they need: a filled database, the web server, or the whole stack."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Needs(StrEnum):
    """What runs beside the measuring process."""

    DATABASE = "database"
    WEB = "web"
    STACK = "stack"


@dataclass(frozen=True, slots=True)
class Result:
    value: float
    unit: str
    n: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """`tickets` is how many the database holds at least when it is measured."""

    name: str
    needs: Needs
    tickets: int
    measure: Callable[[], Result]


def all_figures() -> Iterator[Figure]:
    """In the order in which they are measured: the database only grows."""
    from bench.figures import channels, clocks, engine, impact, memory, pages, push, rates, storm

    for module in (engine, impact, clocks, channels, pages, rates, storm, push, memory):
        yield from module.FIGURES
