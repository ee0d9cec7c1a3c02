"""Names of clocks and verdicts in the words of the pages; the codes are those of `sla/engine/terms.py`."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from sla.engine.terms import Kind


class ClockKind(TextChoices):
    FR = "FR", _("First response")
    NR = "NR", _("Next response")
    PU = "PU", _("Regular update")
    RES = "RES", _("Resolution")
    OLA_A = "OLA_A", _("Acceptance")
    OLA_W = "OLA_W", _("Work")
    CN = "CN", _("Notice to the client")
    UC = "UC", _("Vendor")
    G15 = "G15", _("15-minute goal")


class ClockVerdict(TextChoices):
    RUNNING = "running", _("running")
    MET = "met", _("met")
    MISSED = "missed", _("missed")
    CANCELLED = "cancelled", _("not counted")


PROMISES = (Kind.FR, Kind.NR, Kind.PU, Kind.RES, Kind.CN)
"""Clocks promised to the customer: missing one is a breach and gets a record."""
