"""An article: what it helps with, who may read it, how far it can be trusted."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.enums import Actor, ActorKind
from accounts.models import User
from knowledge.enums import Audience, Confidence


class ArticleQuerySet(models.QuerySet["Article"]):
    def visible_to(self, actor: Actor | None, *, with_archived: bool = False) -> Self:
        """The only way from an actor to articles.

        Operators and the system read everything that is not archived (archived on demand); a customer's contact
        reads only what is written for customers and checked; anybody else nothing.
        """
        if actor is None or actor.kind == ActorKind.MONITORING:
            return self.none()
        if actor.is_contact:
            return self.filter(audience=Audience.CUSTOMER, confidence=Confidence.VALIDATED)
        return self if with_archived else self.exclude(confidence=Confidence.ARCHIVED)


class Article(models.Model):
    """The head of an article. Its words are in `texts`, one row per language; every change leaves a revision."""

    code = models.CharField(_("code"), max_length=16, unique=True, editable=False)
    audience = models.CharField(_("readers"), max_length=16, choices=Audience, default=Audience.INTERNAL)
    confidence = models.CharField(_("confidence"), max_length=16, choices=Confidence, default=Confidence.WIP)
    categories = ArrayField(
        models.CharField(max_length=16),
        verbose_name=_("helps with"),
        default=list,
        blank=True,
        help_text=_("Category codes of the requests this article helps with, for example EM.NET."),
    )
    owner = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="articles",
        null=True,
        blank=True,
        verbose_name=_("owner"),
    )
    ticket_ref = models.CharField(_("written from ticket"), max_length=32, blank=True)
    version = models.PositiveIntegerField(_("version"), default=0)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["-updated_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(audience__in=Audience.values), name="article_audience_known"
            ),
            models.CheckConstraint(
                condition=models.Q(confidence__in=Confidence.values), name="article_confidence_known"
            ),
        ]
        indexes = [
            GinIndex(fields=["categories"], name="article_categories"),
            models.Index(fields=["-updated_at"], name="article_updated"),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("knowledge:article", args=[self.code])

    @property
    def title(self) -> str:
        """The title in the reader's language when there is one, else in the other. Prefetch `texts` for lists."""
        texts = sorted(self.texts.all(), key=lambda text: text.language != get_language())
        return texts[0].title if texts else self.code

    @property
    def is_public(self) -> bool:
        """True when customers can read it."""
        return self.audience == Audience.CUSTOMER and self.confidence == Confidence.VALIDATED
