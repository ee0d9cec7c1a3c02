"""Places, equipment with its power and network, and the services that run on it."""

from assets.models.endpoint import Endpoint
from assets.models.equipment import Equipment, PowerInput
from assets.models.network import Circuit, Cluster, Link
from assets.models.place import Rack, Room, Site
from assets.models.service import Service
from assets.models.sync import RegistrySync

__all__ = [
    "Circuit",
    "Cluster",
    "Endpoint",
    "Equipment",
    "Link",
    "PowerInput",
    "Rack",
    "RegistrySync",
    "Room",
    "Service",
    "Site",
]
