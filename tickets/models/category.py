"""What a ticket is about, and how impact and urgency make a priority (§4.2 and §4.3 of the rules)."""

from typing import Self

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tickets.enums import CategoryKind, ChangeType, Impact, Priority, Urgency


class CategoryQuerySet(models.QuerySet["Category"]):
    def offered(self) -> Self:
        """Those that operators may choose, in the order of the catalogue."""
        return self.filter(is_active=True).order_by("position")

    def for_customers(self) -> Self:
        """Those that a customer may choose in the portal."""
        return self.offered().filter(in_portal=True)


class Category(models.Model):
    """A subcategory such as ``EM.NET``; its kind carries the targets, its line the usual first owner."""

    code = models.CharField(_("code"), max_length=12, unique=True)
    kind = models.CharField(_("kind"), max_length=2, choices=CategoryKind)
    name_en = models.CharField(_("name in English"), max_length=120)
    name_ru = models.CharField(_("name in Russian"), max_length=120)
    default_line = models.PositiveSmallIntegerField(_("usual line"), default=1)
    change_type = models.CharField(
        _("change type"), max_length=10, choices=ChangeType, blank=True, default=""
    )
    needs_authorised = models.BooleanField(_("only an authorised contact may order it"), default=False)
    in_portal = models.BooleanField(_("offered in the portal"), default=True)
    is_active = models.BooleanField(_("in use"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(default_line__in=(1, 2, 3)), name="category_line_known"
            ),
        ]

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_ru if (get_language() or "").startswith("ru") else self.name_en

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class PriorityCell(models.Model):
    """One cell of the matrix impact × urgency."""

    impact = models.PositiveSmallIntegerField(_("impact"), choices=Impact)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority)

    class Meta:
        verbose_name = _("priority matrix")
        verbose_name_plural = _("priority matrix")
        ordering = ["impact", "urgency"]
        constraints = [models.UniqueConstraint(fields=["impact", "urgency"], name="priority_cell_unique")]

    def __str__(self) -> str:
        return f"I{self.impact} × U{self.urgency} = P{self.priority}"
