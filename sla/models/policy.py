"""What is promised: immutable policy versions and their target rows."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.enums import Tier
from sla.enums import ClockKind
from tickets.enums import Channel, Priority


class PolicyVersion(models.Model):
    """A complete set of targets. Clocks keep the version they were started or last re-matched under."""

    title = models.CharField(_("title"), max_length=120)
    published_at = models.DateTimeField(
        _("in force from"), null=True, blank=True, help_text=_("Empty: a draft that no ticket uses.")
    )
    note = models.TextField(_("why"), blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        db_index=False,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("put in force by"),
    )

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        ordering = ["-published_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["published_at"], name="sla_policy_one_per_instant")]

    def __str__(self) -> str:
        return self.title


class Target(models.Model):
    """One target and what it asks for; an empty field asks for nothing (domain §2.2)."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="targets")
    kind = models.CharField(_("clock"), max_length=5, choices=ClockKind)
    line = models.PositiveSmallIntegerField(_("line"), default=0, help_text=_("0 for clocks without a line"))
    contract = models.ForeignKey(
        "accounts.Contract",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("contract"),
    )
    tier = models.CharField(_("tier"), max_length=8, choices=Tier, blank=True)
    service = models.ForeignKey(
        "assets.Service",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("service"),
    )
    category = models.CharField(
        _("category"), max_length=16, blank=True, help_text=_("A type such as EM or a code such as EM.VM")
    )
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, null=True, blank=True)
    channel = models.CharField(_("channel"), max_length=12, choices=Channel, blank=True)
    position = models.PositiveSmallIntegerField(pgettext_lazy("order", "position"), default=0)
    seconds = models.PositiveIntegerField(
        _("seconds"), null=True, blank=True, help_text=_("Working time; empty: nothing is promised")
    )
    calendar = models.SlugField(_("calendar"), max_length=32, default="C247")

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["kind", "line", "tier", "category", "priority", "position", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(line__in=(0, 1, 2, 3)), name="sla_target_line_known"),
            models.CheckConstraint(
                condition=models.Q(kind__in=("OLA_A", "OLA_W"), line__gt=0)
                | (~models.Q(kind__in=("OLA_A", "OLA_W")) & models.Q(line=0)),
                name="sla_target_line_only_for_lines",
            ),
            models.CheckConstraint(
                condition=models.Q(seconds__isnull=True) | models.Q(seconds__gt=0), name="sla_target_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.tier} {self.category} P{self.priority or '*'}"
