"""What readers say about an article."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact, User
from knowledge.enums import Verdict
from knowledge.models.article import Article


class Feedback(models.Model):
    """One reader's verdict, once per article and ticket; a second verdict replaces the first."""

    article = models.ForeignKey(
        Article, on_delete=models.PROTECT, related_name="feedback", verbose_name=_("article")
    )
    revision = models.PositiveIntegerField(_("about revision"))
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("operator")
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("contact")
    )
    verdict = models.CharField(_("verdict"), max_length=16, choices=Verdict)
    comment = models.CharField(_("comment"), max_length=1000, blank=True)
    ticket_ref = models.CharField(_("while working on"), max_length=32, blank=True)
    at = models.DateTimeField(_("when"), auto_now=True)

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "user", "ticket_ref"],
                name="feedback_once_per_operator",
                condition=models.Q(contact=None),
            ),
            models.UniqueConstraint(
                fields=["article", "contact", "ticket_ref"], name="feedback_once_per_contact"
            ),
            models.CheckConstraint(
                condition=models.Q(verdict__in=Verdict.values), name="feedback_verdict_known"
            ),
            models.CheckConstraint(
                condition=models.Q(user__isnull=False) | models.Q(contact__isnull=False),
                name="feedback_has_reader",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.verdict}"
