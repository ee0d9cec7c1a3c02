"""The outer shape of a body: JSON, one object or an array of them. Keeps every element's own bytes."""

import json
from dataclasses import dataclass
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from monitoring.adapters.values import Refused
from monitoring.enums import RejectReason

MAX_BYTES = 256 * 1024
_BLANK = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Element:
    """One message of a body: the exact bytes it came in and the object they spell."""

    raw: bytes
    body: dict[str, Any]


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_decoder = json.JSONDecoder(parse_constant=_no_constant)


@dataclass(frozen=True, slots=True)
class Body:
    """The messages of a body in their order; an array may have any number of them, even none."""

    is_array: bool
    elements: list[Element]


def read_body(raw: bytes) -> Body:
    """Take a body apart. Raises `Refused`."""
    try:
        text = raw.decode("utf-8").lstrip("\ufeff")
        if text.lstrip(_BLANK).startswith("["):
            return Body(is_array=True, elements=_array(text))
        return Body(is_array=False, elements=[_only(text)])
    # RecursionError: thousands of nested brackets. ValueError: bad UTF-8, not JSON, NaN, a 5,000-digit number.
    except (ValueError, RecursionError) as error:
        raise Refused(RejectReason.NOT_JSON, _("The body is not valid JSON in UTF-8.")) from error


def read_element(raw: bytes) -> Element:
    """One message of the ledger, read again."""
    return read_body(raw).elements[0]


def _only(text: str) -> Element:
    return _element(text, _decoder.decode(text))


def _array(text: str) -> list[Element]:
    """Walks the array with `raw_decode`, so that each element keeps the very bytes it was sent in."""
    found = []
    at = _skip(text, text.index("[") + 1)
    while text[at : at + 1] != "]":
        value, end = _decoder.raw_decode(text, at)
        found.append(_element(text[at:end], value))
        at = _skip(text, end)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
            if text[at : at + 1] == "]":
                raise ValueError("a comma before the end of the array")
        elif text[at : at + 1] != "]":
            raise ValueError("the array does not end")
    if text[at + 1 :].strip(_BLANK):
        raise ValueError("something follows the array")
    return found


def _skip(text: str, at: int) -> int:
    while text[at : at + 1] and text[at] in _BLANK:
        at += 1
    return at


def _element(text: str, value: object) -> Element:
    if not isinstance(value, dict):
        raise Refused(RejectReason.SHAPE, _("An object with the fields of one event is expected."))
    return Element(raw=text.encode("utf-8"), body=value)
