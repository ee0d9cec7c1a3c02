"""The outer shape of a body: JSON, one object or an array of them. Keeps every element's own bytes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from monitoring.adapters.values import SHOWN_MAX, Refused, evidence_of
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
    with _json_expected():
        text = _text(raw)
        if text.lstrip(_BLANK).startswith("["):
            return Body(is_array=True, elements=_array(text))
        return Body(is_array=False, elements=[_only(text)])


def read_list_within(raw: bytes, name: str) -> tuple[dict[str, Any], list[Element]]:
    """An object, and the elements of the array that it holds under `name`, each with its own bytes.

    An element that is no object becomes an empty one, to be refused by itself. Raises `Refused`.
    """
    with _json_expected():
        text = _text(raw)
        whole = _only(text).body
        if not isinstance(whole.get(name), list):
            raise Refused(
                RejectReason.SHAPE,
                _("An array “%(name)s” is expected.") % {"name": name},
                evidence_of(whole, name),
            )
        items, _end = _items(text, _starts(text)[name])
    return whole, [
        Element(raw=part.encode("utf-8"), body=value if isinstance(value, dict) else {})
        for part, value in items
    ]


def read_element(raw: bytes) -> Element:
    """One message of the ledger, read again."""
    return read_body(raw).elements[0]


@contextmanager
def _json_expected() -> Iterator[None]:
    """RecursionError: thousands of nested brackets. ValueError: bad UTF-8, not JSON, NaN, a 5,000-digit number."""
    try:
        yield
    except (ValueError, RecursionError) as error:
        raise Refused(
            RejectReason.NOT_JSON, _("The body is not valid JSON in UTF-8."), evidence=str(error)[:200]
        ) from error


def _text(raw: bytes) -> str:
    return raw.decode("utf-8").lstrip("\ufeff")


def _only(text: str) -> Element:
    return _element(text, _decoder.decode(text))


def _array(text: str) -> list[Element]:
    items, end = _items(text, text.index("["))
    if text[end:].strip(_BLANK):
        raise ValueError("something follows the array")
    return [_element(part, value) for part, value in items]


def _items(text: str, at: int) -> tuple[list[tuple[str, Any]], int]:
    """The elements of the array that begins at `at`, each in the very text it was sent in, and where the array ends."""
    found = []
    at = _skip(text, at + 1)
    while text[at : at + 1] != "]":
        value, end = _decoder.raw_decode(text, at)
        found.append((text[at:end], value))
        at = _skip(text, end)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
            if text[at : at + 1] == "]":
                raise ValueError("a comma before the end of the array")
        elif text[at : at + 1] != "]":
            raise ValueError("the array does not end")
    return found, at + 1


def _starts(text: str) -> dict[str, int]:
    """Where the value of each member begins, in an object that is known to be valid; of a name twice, the last."""
    found = {}
    at = _skip(text, text.index("{") + 1)
    while text[at] != "}":
        name, end = _decoder.raw_decode(text, at)
        found[name] = _skip(text, _skip(text, end) + 1)
        _value, end = _decoder.raw_decode(text, found[name])
        at = _skip(text, end)
        at = _skip(text, at + 1) if text[at] == "," else at
    return found


def _skip(text: str, at: int) -> int:
    while text[at : at + 1] and text[at] in _BLANK:
        at += 1
    return at


def _element(text: str, value: object) -> Element:
    if not isinstance(value, dict):
        raise Refused(
            RejectReason.SHAPE,
            _("An object with the fields of one event is expected."),
            evidence=text[:SHOWN_MAX],
        )
    return Element(raw=text.encode("utf-8"), body=value)
