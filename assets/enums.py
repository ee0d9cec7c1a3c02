"""Words of the registry."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ServiceKind(TextChoices):
    """What a customer buys."""

    VPS = "vps", _("Virtual server")
    DEDICATED = "dedicated", _("Dedicated server")
    COLOCATION = "colocation", _("Colocation")
    TRANSIT = "transit", _("IP transit")
    HOSTING = "hosting", _("Web hosting")
    DOMAIN = "domain", _("Domain and DNS")
    STORAGE = "storage", _("Storage")
    BACKUP = "backup", _("Backup")
    OTHER = "other", _("Other")


class EquipmentKind(TextChoices):
    """What a piece of equipment is, from the grid down to the server."""

    UTILITY = "utility", _("Utility line")
    GENERATOR = "generator", _("Generator")
    UPS = "ups", _("UPS")
    ATS = "ats", _("Transfer switch")
    PANEL = "panel", _("Power panel")
    FEED = "feed", _("Power feed")
    PDU = "pdu", _("Power strip (PDU)")
    SWITCH = "switch", _("Switch")
    ROUTER = "router", _("Router")
    SERVER = "server", _("Server")
    STORAGE = "storage", _("Storage system")
    CHASSIS = "chassis", _("Chassis")
    OTHER = "other", _("Other")


POWER_SOURCES = (EquipmentKind.UTILITY, EquipmentKind.GENERATOR)
FORWARDING = (EquipmentKind.SWITCH, EquipmentKind.ROUTER)


class EquipmentStatus(TextChoices):
    PLANNED = "planned", _("Planned")
    ACTIVE = "active", _("In service")
    RETIRED = "retired", _("Out of service")


class Confidence(TextChoices):
    """Whether somebody has seen it with their own eyes."""

    KNOWN = "known", _("Known")
    ASSUMED = "assumed", _("Assumed")


class LinkKind(TextChoices):
    CABLE = "cable", _("Cable")
    LAG = "lag", _("Member of a bundle")
    WIRELESS = "wireless", _("Radio link")
    CROSS_CONNECT = "cross", _("Cross-connect")


class CircuitRole(TextChoices):
    PRIMARY = "primary", pgettext_lazy("circuit", "Primary")
    BACKUP = "backup", pgettext_lazy("circuit", "Backup")
