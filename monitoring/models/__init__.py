"""Sources, the ledger of deliveries, problems, rejected deliveries, incidents and whom they hit."""

from monitoring.models.delivery import Delivery
from monitoring.models.diagnosis import DiagnosticRun
from monitoring.models.flap import Flap
from monitoring.models.impact import IncidentChange, IncidentClient, IncidentNode, IncidentService
from monitoring.models.incident import Incident
from monitoring.models.notice import ClientNotice
from monitoring.models.problem import Problem
from monitoring.models.rejected import RejectedDelivery
from monitoring.models.source import Source
from monitoring.models.window import MaintenanceWindow, WindowAsset, WindowService, WorksNotice
from monitoring.models.write_back import WriteBack

__all__ = [
    "ClientNotice",
    "Delivery",
    "DiagnosticRun",
    "Flap",
    "Incident",
    "IncidentChange",
    "IncidentClient",
    "IncidentNode",
    "IncidentService",
    "MaintenanceWindow",
    "Problem",
    "RejectedDelivery",
    "Source",
    "WindowAsset",
    "WindowService",
    "WorksNotice",
    "WriteBack",
]
