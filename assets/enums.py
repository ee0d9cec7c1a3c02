"""Words of the registry."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


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
