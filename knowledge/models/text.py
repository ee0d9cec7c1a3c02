"""The words of an article in one language, and the index that finds them."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func
from django.utils.translation import gettext_lazy as _

from accounts.enums import Language
from knowledge.models.article import Article

# Written in SQL by the first migration: a generated column needs functions that the database knows to be immutable.
LEAD = Func(F("language"), F("title"), F("summary"), function="knowledge_lead")
DOCUMENT = Func(F("language"), F("title"), F("summary"), F("words"), function="knowledge_document")


class ArticleText(models.Model):
    """Title, summary and Markdown body in one language.

    `words` are the body's words without Markdown signs. The database generates two vectors: `lead` of title (A) and
    summary (B), small enough to stay in the row and so quick to rank, and `search` of everything (body C). Words are
    stemmed in the text's own language; as written they are there too, weight D, for the beginning of a word.
    """

    article = models.ForeignKey(
        Article, on_delete=models.PROTECT, related_name="texts", verbose_name=_("article")
    )
    language = models.CharField(_("language"), max_length=2, choices=Language)
    title = models.CharField(_("title"), max_length=200)
    summary = models.CharField(_("summary"), max_length=500, blank=True)
    body = models.TextField(_("text"))
    words = models.TextField(editable=False)
    lead = models.GeneratedField(expression=LEAD, output_field=SearchVectorField(), db_persist=True)
    search = models.GeneratedField(expression=DOCUMENT, output_field=SearchVectorField(), db_persist=True)

    class Meta:
        verbose_name = _("article text")
        verbose_name_plural = _("article texts")
        constraints = [
            models.UniqueConstraint(fields=["article", "language"], name="article_text_once_per_language"),
            models.CheckConstraint(
                condition=models.Q(language__in=Language.values), name="article_text_language_known"
            ),
            models.CheckConstraint(condition=~models.Q(title=""), name="article_text_has_title"),
        ]
        indexes = [
            GinIndex(fields=["lead"], name="article_text_lead"),
            GinIndex(fields=["search"], name="article_text_search"),
        ]

    def __str__(self) -> str:
        return self.title
