"""Names of clocks and verdicts in the words of the pages; the codes are those of `sla/engine/terms.py`."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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
    BR = "BR", _("Review of the breach")
    KBD = "KBD", _("Knowledge article")
    BYP = "BYP", _("Reason for the bypass")


class ClockVerdict(TextChoices):
    RUNNING = "running", _("running")
    MET = "met", _("met")
    MISSED = "missed", _("missed")
    CANCELLED = "cancelled", _("not counted")


PROMISES = (Kind.FR, Kind.NR, Kind.PU, Kind.RES, Kind.CN)
"""Clocks promised to the customer: missing one is a breach and gets a record."""


class ReviewState(TextChoices):
    """Stages of a breach review (domain §2.8); `open` is a breach that nobody has taken up."""

    OPEN = "open", _("not begun")
    ANALYSIS = "analysis", _("analysis")
    ACTIONS = "actions", _("actions")
    VERIFIED = "verified", _("verified")
    CLOSED = "closed", pgettext_lazy("review", "closed")


class ReviewShown(TextChoices):
    """How the list of broken promises is narrowed by their reviews."""

    NONE = "none", _("not begun")
    WORK = "work", _("in work")
    LATE = "late", _("overdue")
    DONE = "done", _("reviewed")


class CauseGroup(TextChoices):
    """The first two signs of a cause."""

    C1 = "C1", _("C1 Intake")
    C2 = "C2", _("C2 Routing")
    C3 = "C3", _("C3 Capacity")
    C4 = "C4", _("C4 Knowledge")
    C5 = "C5", _("C5 Technical")
    C6 = "C6", _("C6 External")
    C7 = "C7", _("C7 Process")
    C8 = "C8", _("C8 Communication")


class Cause(TextChoices):
    C11 = "C11", _("C11 Intake: arrived late")
    C12 = "C12", _("C12 Intake: taken for spam")
    C13 = "C13", _("C13 Intake: alert missing or late")
    C14 = "C14", _("C14 Intake: not noticed in the queue")
    C21 = "C21", _("C21 Routing: wrong category or priority")
    C22 = "C22", _("C22 Routing: wrong line or speciality")
    C23 = "C23", _("C23 Routing: sent back and forth")
    C24 = "C24", _("C24 Routing: handed over late")
    C31 = "C31", _("C31 Capacity: peak above the forecast")
    C32 = "C32", _("C32 Capacity: shift understaffed")
    C33 = "C33", _("C33 Capacity: gap between shifts")
    C34 = "C34", _("C34 Capacity: specialist not available")
    C41 = "C41", _("C41 Knowledge: no instruction")
    C42 = "C42", _("C42 Knowledge: instruction wrong or outdated")
    C43 = "C43", _("C43 Knowledge: not found or not used")
    C44 = "C44", _("C44 Knowledge: skill missing")
    C51 = "C51", _("C51 Technical: complex diagnosis")
    C52 = "C52", _("C52 Technical: long operation")
    C53 = "C53", _("C53 Technical: tool or access failed")
    C54 = "C54", _("C54 Technical: monitoring did not see it")
    C61 = "C61", _("C61 External: vendor")
    C62 = "C62", _("C62 External: customer's delay not paused")
    C63 = "C63", _("C63 External: access or window refused")
    C64 = "C64", _("C64 External: force majeure")
    C71 = "C71", _("C71 Process: approval took too long")
    C72 = "C72", _("C72 Process: target not realistic")
    C73 = "C73", _("C73 Process: policy or clock set up wrongly")
    C74 = "C74", _("C74 Process: forgotten")
    C75 = "C75", _("C75 Process: the fix did not hold")
    C81 = "C81", _("C81 Communication: no news to the client")
    C82 = "C82", _("C82 Communication: wrong contact")


class ActionKind(TextChoices):
    ARTICLE = "article", _("Article")
    TRAINING = "training", _("Training")
    ROUTING = "routing", _("Routing rule")
    ROSTER = "roster", _("Staffing or roster")
    MONITORING = "monitoring", _("Monitoring rule")
    AUTOMATION = "automation", _("Automation")
    CONTRACT = "contract", _("Contract or target")
    VENDOR = "vendor", _("Vendor or underpinning contract")
    TOOL = "tool", _("Tool fix")


class RunState(TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("finished")
    FAILED = "failed", _("failed")


class ApplyMode(TextChoices):
    """How new promises reach tickets that are open already: rules R1 and R2 of domain §2.6."""

    FROM_CHANGE = "from_change", _("from now on; no deadline moves into the past")
    RETRO = "retro", _("as if they had held from the start")


class ProposalState(TextChoices):
    OPEN = "open", _("proposed")
    ACCEPTED = "accepted", _("problem record opened")
    DISMISSED = "dismissed", _("dismissed")


class Excuse(TextChoices):
    CUSTOMER = "customer", _("Caused by the customer")
    FORCE_MAJEURE = "force", _("Force majeure")
    CLOCK = "clock", _("The clock was wrong")
