"""Where equipment stands: site, room, rack."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assets.models.origin import Sourced, once_per_source


class Site(Sourced):
    """A data centre. `code` is what people say, for example DC1."""

    code = models.SlugField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=120)
    address = models.CharField(_("address"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ["code"]
        constraints = [once_per_source("site")]

    def __str__(self) -> str:
        return self.code


class Room(Sourced):
    """A room of a site."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="rooms", verbose_name=_("site"))
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ["site__code", "name"]
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="room_name_once_per_site"),
            once_per_source("room"),
        ]

    def __str__(self) -> str:
        return f"{self.site} · {self.name}"


class Rack(Sourced):
    """A rack; units are counted from the bottom, starting with 1."""

    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="racks", verbose_name=_("room"))
    name = models.CharField(_("name"), max_length=80)
    units = models.PositiveSmallIntegerField(_("height in units"), default=42)

    class Meta:
        verbose_name = _("rack")
        verbose_name_plural = _("racks")
        ordering = ["room__site__code", "room__name", "name"]
        constraints = [
            models.UniqueConstraint(fields=["room", "name"], name="rack_name_once_per_room"),
            once_per_source("rack"),
            models.CheckConstraint(condition=models.Q(units__gte=1, units__lte=60), name="rack_has_units"),
        ]

    def __str__(self) -> str:
        return f"{self.room} · {self.name}"
