"""History: what an article said, when, and by whom it was changed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from knowledge.enums import Audience, Confidence
from knowledge.models.article import Article


class ArticleRevision(models.Model):
    """The whole article after one change. Rows are never changed or deleted; a database trigger sees to it."""

    article = models.ForeignKey(
        Article, on_delete=models.PROTECT, related_name="revisions", verbose_name=_("article")
    )
    number = models.PositiveIntegerField(_("number"))
    at = models.DateTimeField(_("when"), db_default=models.functions.Now())
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("who")
    )
    actor_name = models.CharField(_("name at that time"), max_length=300, blank=True)
    changed = ArrayField(models.CharField(max_length=40), verbose_name=_("what changed"))
    note = models.CharField(_("why"), max_length=500, blank=True)
    audience = models.CharField(_("readers"), max_length=16, choices=Audience)
    confidence = models.CharField(_("confidence"), max_length=16, choices=Confidence)
    categories = ArrayField(models.CharField(max_length=16), verbose_name=_("helps with"))
    texts = models.JSONField(_("texts"))

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="article_revision_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.article_id}/{self.number}"
