"""The same cause again and again for one service: somebody decides whether it becomes a problem record."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sla.enums import Cause, ProposalState
from tickets.models import Ticket


class ProblemProposal(models.Model):
    """At most one open proposal per service and cause. Accepting it opens an internal ticket, the problem record."""

    service = models.ForeignKey(
        "assets.Service", on_delete=models.PROTECT, related_name="+", verbose_name=_("service")
    )
    cause = models.CharField(_("cause"), max_length=3, choices=Cause)
    proposed_at = models.DateTimeField(_("proposed"))
    state = models.CharField(
        _("state"), max_length=9, choices=ProposalState, default=ProposalState.OPEN, editable=False
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    note = models.TextField(_("why not"), blank=True)
    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("problem record")
    )

    class Meta:
        verbose_name = _("proposed problem record")
        verbose_name_plural = _("proposed problem records")
        ordering = ["-proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "cause"], name="sla_proposal_one_open", condition=Q(state="open")
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True)
                | (~Q(state="open") & Q(decided_at__isnull=False)),
                name="sla_proposal_decided_has_instant",
            ),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(ticket__isnull=False),
                name="sla_proposal_accepted_has_ticket",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.cause}"
