"""Cells of a file: text to value and back. A parser raises `ValueError` with a sentence for the person who wrote it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _

YES, NO = ("yes", "true", "1", "да"), ("no", "false", "0", "нет")
BIGINT_MAX = 2**63 - 1
# What a spreadsheet would run when it opens the file.
FORMULA = re.compile(r"^'*[=+\-@\t\r]")
SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class Cell:
    parse: Callable[[str], Any]
    show: Callable[[Any], str]


def text(longest: int) -> Cell:
    def parse(typed: str) -> str:
        if "\x00" in typed:
            raise ValueError(_("a character that no text may hold"))
        if len(typed) > longest:
            raise ValueError(_("longer than %(number)d characters") % {"number": longest})
        return typed

    return Cell(parse, str)


def code(longest: int = 32) -> Cell:
    def parse(typed: str) -> str:
        if not re.fullmatch(r"[-a-zA-Z0-9_]+", typed) or len(typed) > longest:
            raise ValueError(_("only letters a–z, digits, - and _"))
        return typed

    return Cell(parse, str)


def choice(choices: type[TextChoices]) -> Cell:
    def parse(typed: str) -> str:
        if typed.lower() not in choices.values:
            raise ValueError(_("choose one of: %(names)s") % {"names": ", ".join(choices.values)})
        return typed.lower()

    return Cell(parse, str)


def whole(low: int, high: int) -> Cell:
    def parse(typed: str) -> int:
        if not re.fullmatch(r"[0-9]{1,19}", typed) or not low <= int(typed) <= high:
            raise ValueError(_("a whole number from %(low)d to %(high)d") % {"low": low, "high": high})
        return int(typed)

    return Cell(parse, lambda value: "" if value is None else str(value))


def wholes(most: int = 20) -> Cell:
    one = whole(1, BIGINT_MAX)

    def parse(typed: str) -> list[int]:
        found = [one.parse(part) for part in typed.split()]
        if len(found) > most:
            raise ValueError(_("more than %(number)d") % {"number": most})
        return found

    return Cell(parse, lambda value: " ".join(map(str, value or ())))


def flag() -> Cell:
    def parse(typed: str) -> bool:
        if typed.lower() not in YES + NO:
            raise ValueError(_("yes or no"))
        return typed.lower() in YES

    return Cell(parse, lambda value: YES[0] if value else NO[0])


def safe(shown: str) -> str:
    """As a spreadsheet may open it: an apostrophe before what it would take for a formula."""
    return f"'{shown}" if FORMULA.match(shown) else shown


def plain(typed: str) -> str:
    """The text behind the apostrophe that `safe` has put there."""
    return typed[1:] if typed.startswith("'") and FORMULA.match(typed) else typed
