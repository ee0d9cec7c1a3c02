from sla.models.breach import Breach
from sla.models.calendar import CalendarVersion
from sla.models.clock import Clock, ClockFiring
from sla.models.month import MonthClosing
from sla.models.policy import PolicyVersion, Target
from sla.models.proposal import ProblemProposal
from sla.models.review import BreachExcuse, BreachReview, CorrectiveAction
from sla.models.risk import LineLoad, RiskCurve
from sla.models.run import PolicyApplication, WhatIf

__all__ = [
    "Breach",
    "BreachExcuse",
    "BreachReview",
    "CalendarVersion",
    "Clock",
    "ClockFiring",
    "CorrectiveAction",
    "LineLoad",
    "MonthClosing",
    "PolicyApplication",
    "PolicyVersion",
    "ProblemProposal",
    "RiskCurve",
    "Target",
    "WhatIf",
]
