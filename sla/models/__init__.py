from sla.models.breach import Breach
from sla.models.calendar import CalendarVersion
from sla.models.clock import Clock, ClockFiring
from sla.models.policy import PolicyVersion, Target

__all__ = ["Breach", "CalendarVersion", "Clock", "ClockFiring", "PolicyVersion", "Target"]
