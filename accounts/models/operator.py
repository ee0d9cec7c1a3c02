"""A member of the support centre."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import Line
from accounts.models.user import User


class Skill(models.Model):
    """A specialty a ticket can be routed to, for example «network» or «storage»."""

    code = models.SlugField(_("code"), max_length=32, unique=True)
    name_en = models.CharField(_("name in English"), max_length=80)
    name_ru = models.CharField(_("name in Russian"), max_length=80)

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Operator(models.Model):
    """Line, skills and duties of a user. Duties add rights, they never take any away."""

    user = models.OneToOneField(
        User, on_delete=models.PROTECT, related_name="operator", verbose_name=_("user")
    )
    line = models.PositiveSmallIntegerField(_("line"), choices=Line)
    skills = models.ManyToManyField(Skill, blank=True, verbose_name=_("skills"))
    is_shift_lead = models.BooleanField(_("shift lead"), default=False)
    is_major_manager = models.BooleanField(_("major-incident manager"), default=False)
    is_service_manager = models.BooleanField(_("service-level manager"), default=False)
    is_knowledge_editor = models.BooleanField(_("knowledge editor"), default=False)
    is_administrator = models.BooleanField(_("administrator"), default=False)
    on_shift = models.BooleanField(_("on shift"), default=True)
    extension = models.CharField(
        _("extension"),
        max_length=32,
        blank=True,
        default="",
        db_default="",
        help_text=_("The telephone that rings for this operator, as the PBX names it."),
    )

    class Meta:
        verbose_name = _("operator")
        verbose_name_plural = _("operators")
        constraints = [
            models.CheckConstraint(condition=models.Q(line__in=Line.values), name="operator_line_known"),
            models.UniqueConstraint(
                fields=["extension"], name="operator_extension_once", condition=~models.Q(extension="")
            ),
        ]

    def __str__(self) -> str:
        return self.user.name
