"""Why a promise broke, and what is done so that it will not break that way again (domain §2.8)."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sla.enums import ActionKind, Cause, Excuse, ReviewState
from sla.models.breach import Breach


class BreachReview(models.Model):
    """One per breach, from the moment somebody takes it up. An excuse never changes the breach itself."""

    breach = models.OneToOneField(
        Breach, on_delete=models.PROTECT, related_name="review", verbose_name=_("breach")
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("reviewer")
    )
    state = models.CharField(
        _("state"), max_length=8, choices=ReviewState, default=ReviewState.ANALYSIS, editable=False
    )
    started_at = models.DateTimeField(_("started"))
    # When it said all that §2.8 asks for: cause, how to make it next time, an action or why none. Effects come later.
    reviewed_at = models.DateTimeField(_("complete"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    cause = models.CharField(_("cause"), max_length=3, choices=Cause, blank=True)
    preventable = models.BooleanField(_("could have been prevented"), null=True)
    prevented_by = models.TextField(_("what prevented it"), blank=True)
    next_time = models.TextField(_("how to make it next time"), blank=True)
    no_action_reason = models.TextField(_("why no action is needed"), blank=True)

    class Meta:
        verbose_name = _("breach review")
        verbose_name_plural = _("breach reviews")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ReviewState.ANALYSIS)
                | (~Q(cause="") & ~Q(prevented_by="") & ~Q(next_time="") & Q(preventable__isnull=False)),
                name="sla_review_analysed",
            ),
            models.CheckConstraint(
                condition=Q(state=ReviewState.ANALYSIS, reviewed_at__isnull=True)
                | Q(state=ReviewState.ACTIONS)
                | Q(state__in=(ReviewState.VERIFIED, ReviewState.CLOSED), reviewed_at__isnull=False),
                name="sla_review_verified_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(state=ReviewState.CLOSED, closed_at__isnull=False)
                | (~Q(state=ReviewState.CLOSED) & Q(closed_at__isnull=True)),
                name="sla_review_closed_has_instant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.breach_id} {self.state}"


class CorrectiveActionQuerySet(models.QuerySet["CorrectiveAction"]):
    def undone(self) -> Self:
        """Neither reported as done by its owner nor verified by the reviewer."""
        return self.filter(done_at__isnull=True, effect="")

    def overdue(self, today: date) -> Self:
        return self.undone().filter(due_on__lt=today)


class CorrectiveAction(models.Model):
    """What somebody will do until when. Its owner says that it is done, the reviewer what `effect` it had."""

    review = models.ForeignKey(BreachReview, on_delete=models.PROTECT, related_name="actions")
    kind = models.CharField(_("kind"), max_length=10, choices=ActionKind)
    what = models.TextField(_("what is done"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    due_on = models.DateField(_("due"))
    verify_on = models.DateField(_("to be verified"))
    done_at = models.DateTimeField(_("done"), null=True, editable=False)
    effect = models.TextField(_("effect"), blank=True)

    objects = CorrectiveActionQuerySet.as_manager()

    class Meta:
        verbose_name = _("corrective action")
        verbose_name_plural = _("corrective actions")
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(verify_on__gte=models.F("due_on")), name="sla_action_verified_after_due"
            )
        ]

    def __str__(self) -> str:
        return self.what[:60]

    @property
    def is_undone(self) -> bool:
        return self.done_at is None and not self.effect


class BreachExcuse(models.Model):
    """The service manager's word that a breach does not count under the contract. Raw figures keep it."""

    breach = models.OneToOneField(
        Breach, on_delete=models.PROTECT, related_name="excuse", verbose_name=_("breach")
    )
    ground = models.CharField(_("ground"), max_length=8, choices=Excuse)
    note = models.TextField(_("evidence"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("excuse")
        verbose_name_plural = _("excuses")

    def __str__(self) -> str:
        return f"{self.breach_id} {self.ground}"
