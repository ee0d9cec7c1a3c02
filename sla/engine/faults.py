"""What can be wrong with a calendar or an example, as a code and its facts: whoever tells a person translates it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def gettext_noop(text: str) -> str:
    """Marks a sentence for translation. The engine itself speaks no language: it imports no Django."""
    return text


MESSAGES = {
    "time": gettext_noop("“%(text)s” is not a time of day: write it like 09:00, from 00:00 to 24:00."),
    "start": gettext_noop("A window cannot start at %(text)s."),
    "empty": gettext_noop(
        "The window %(text)s is empty: it ends when it starts. A whole day is 00:00-24:00."
    ),
    "day": gettext_noop(
        "“%(text)s” is not a day of the week: write Mon, Tue, Wed, Thu, Fri, Sat, Sun or daily."
    ),
    "words": gettext_noop("“%(text)s” is neither a day nor a window such as 09:00-18:00."),
    "no_window": gettext_noop("“%(text)s” has no opening hours behind it."),
    "overlap": gettext_noop("%(day)s: the windows %(first)s and %(second)s overlap."),
    "overnight": gettext_noop("The window %(first)s of %(day)s runs into the window %(second)s of %(next)s."),
    "never": gettext_noop("No day of the week has opening hours: the calendar would never open."),
    "zone": gettext_noop("“%(text)s” is not a time zone: write one like Europe/Moscow."),
    "date": gettext_noop("“%(text)s” is not a date: write it like 2026-12-31."),
    "no_date": gettext_noop("There is no %(text)s: the month does not have that day."),
    "range": gettext_noop("The period %(text)s ends before it starts."),
    "long": gettext_noop("The period %(text)s is longer than a year."),
    "twice": gettext_noop(
        "%(day)s stands twice: in “%(first)s” and in “%(second)s”. Only one of them can hold."
    ),
    "key": gettext_noop("“%(text)s” stands twice. Only one of them can hold."),
    "list": gettext_noop('Holidays are a list of dates, for example ["2026-11-04"].'),
    "object": gettext_noop('Exceptions are dates with hours, for example {"2026-12-31": ["09:00-15:00"]}.'),
    "windows": gettext_noop('“%(text)s” must be followed by a list of windows such as ["09:00-15:00"].'),
    "week": gettext_noop("The week is a text such as Mon-Fri 09:00-18:00."),
    "calendar": gettext_noop("“%(text)s” is not a calendar that is known here."),
    "circle": gettext_noop("The calendar “%(text)s” borrows from itself."),
    "version": gettext_noop("The calendar %(text)s has no version."),
    "far": gettext_noop("The calendar %(text)s is asked about a time too far from today."),
    "missing": gettext_noop("It is missing."),
    "instant": gettext_noop("“%(text)s” is not an instant: write it like 2026-11-23T10:00:00+03:00."),
    "offset": gettext_noop("“%(text)s” says no offset from UTC: write it like 2026-11-23T10:00:00+03:00."),
    "number": gettext_noop("“%(text)s” is not a number of seconds."),
    "choice": gettext_noop("“%(text)s” is not known here: choose from %(known)s."),
    "mapping": gettext_noop("An object with named values is expected here."),
    "sequence": gettext_noop("A list is expected here."),
    "event": gettext_noop("An event is a list: instant, what happened, details."),
    "pause": gettext_noop("A pause is a list of two instants; the second may be null."),
    "backwards": gettext_noop("It ends before it begins."),
    "create": gettext_noop("The first event must be “create”."),
    "early": gettext_noop("Tickets are merged after both were created."),
    "unread": gettext_noop("It cannot be replayed (%(text)s)."),
    "again": gettext_noop("A ticket is created once only."),
    "closed": gettext_noop("The calendar %(text)s does not open long enough after %(at)s."),
}

NAMES = (
    gettext_noop("Monday"),
    gettext_noop("Tuesday"),
    gettext_noop("Wednesday"),
    gettext_noop("Thursday"),
    gettext_noop("Friday"),
    gettext_noop("Saturday"),
    gettext_noop("Sunday"),
)

WEEKDAYS = ("day", "next")
"""Facts that may be the number of a weekday."""


class Fault(ValueError):
    """Something written down by a person that cannot be understood.

    `code` is a key of `MESSAGES`, `facts` fill it in: text as it was typed, days as a weekday number (Monday is 0)
    or a date. `field` is the path to the part that is wrong. The text of the error is English.
    """

    def __init__(self, code: str, *, field: str = "", **facts: Any) -> None:
        self.code, self.field, self.facts = code, field, facts
        super().__init__(MESSAGES[code] % {name: shown(name, value) for name, value in facts.items()})


class CalendarError(Fault):
    """The calendar cannot be understood or can never open. `field`: week, tz, holidays or exceptions."""


class ExampleError(Fault):
    """A written example cannot be replayed."""


@contextmanager
def within(field: str) -> Iterator[None]:
    """Names the part that a fault was found in; parts of parts become a path."""
    try:
        yield
    except Fault as fault:
        fault.field = ".".join(filter(None, (field, fault.field)))
        raise


def shown(name: str, value: Any) -> str:
    """A fact in English: a weekday by its name, everything else as it is."""
    return NAMES[value] if name in WEEKDAYS and isinstance(value, int) else str(value)
