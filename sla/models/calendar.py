"""Opening hours, one immutable row per published version."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from sla.engine.calendars import Hours
from sla.engine.faults import MESSAGES, NAMES, WEEKDAYS, CalendarError, Fault
from sla.engine.hours import read_hours


def in_words(fault: Fault) -> str:
    """What is wrong, in the reader's language."""
    return gettext(MESSAGES[fault.code]) % {name: _shown(name, value) for name, value in fault.facts.items()}


def _shown(name: str, value: Any) -> str:
    if isinstance(value, date):
        return date_format(value, "SHORT_DATE_FORMAT")
    return gettext(NAMES[value]) if name in WEEKDAYS and isinstance(value, int) else str(value)


class CalendarVersion(models.Model):
    """Hours under a key, in force from `published_at`. Precedence of a date: exception, holiday, week."""

    key = models.SlugField(_("calendar"), max_length=32)
    title = models.CharField(_("title"), max_length=120, blank=True)
    published_at = models.DateTimeField(_("in force from"))
    always = models.BooleanField(_("always open"), default=False)
    tz = models.CharField(_("time zone"), max_length=64, default="Europe/Moscow")
    week = models.CharField(
        _("week"),
        max_length=300,
        blank=True,
        help_text=_("For example: Mon-Fri 09:00-18:00, Sat 10:00-14:00"),
    )
    holidays = models.JSONField(
        _("holidays"), default=list, blank=True, help_text=_('Closed dates: ["2026-11-04", "2026-12-31"]')
    )
    exceptions = models.JSONField(
        _("exceptions"),
        default=dict,
        blank=True,
        help_text=_('Dates with hours of their own, an empty list closes: {"2027-02-20": ["09:00-17:00"]}'),
    )
    # Where the holidays were taken from, to offer the same for the years to come.
    country = models.CharField(_("country"), max_length=2, blank=True)
    subdivision = models.CharField(_("region"), max_length=16, blank=True)
    published_by = models.ForeignKey(
        User,
        verbose_name=_("published by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    # Running clocks are worked out again in the order of their tickets; nothing is left to do when the first is null.
    recalculate_after = models.DateTimeField(null=True, blank=True, editable=False)
    recalculated_up_to = models.BigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")
        ordering = ["key", "published_at"]
        constraints = [
            models.UniqueConstraint(fields=["key", "published_at"], name="sla_calendar_version_unique"),
            models.CheckConstraint(
                condition=models.Q(always=True) | ~models.Q(week=""), name="sla_calendar_has_windows"
            ),
        ]
        indexes = [
            models.Index(
                fields=["recalculate_after"],
                name="sla_calendar_recalculate",
                condition=models.Q(recalculate_after__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.published_at:%Y-%m-%d})"

    def hours(self) -> Hours:
        """The engine's reading of this row, which was judged when it was published."""
        return read_hours(self._spec(), {}, strict=False)

    def _spec(self) -> Any:
        if self.always:
            return "always open"
        return {"tz": self.tz, "week": self.week, "holidays": self.holidays, "exceptions": self.exceptions}

    def clean(self) -> None:
        """Refuse hours that make no sense, at the field that is wrong."""
        try:
            read_hours(self._spec(), {})
        except CalendarError as error:
            raise ValidationError({error.field.partition(".")[0] or "week": in_words(error)}) from error
