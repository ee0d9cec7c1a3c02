from sla.models.breach import Breach
from sla.models.calendar import CalendarVersion
from sla.models.clock import Clock, ClockFiring
from sla.models.month import MonthClosing
from sla.models.policy import PolicyVersion, Target
from sla.models.review import BreachExcuse, BreachReview, CorrectiveAction

__all__ = [
    "Breach",
    "BreachExcuse",
    "BreachReview",
    "CalendarVersion",
    "Clock",
    "ClockFiring",
    "CorrectiveAction",
    "MonthClosing",
    "PolicyVersion",
    "Target",
]
