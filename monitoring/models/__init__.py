"""Sources, the ledger of deliveries, problems, rejected deliveries."""

from monitoring.models.delivery import Delivery
from monitoring.models.problem import Problem
from monitoring.models.rejected import RejectedDelivery
from monitoring.models.source import Source

__all__ = ["Delivery", "Problem", "RejectedDelivery", "Source"]
