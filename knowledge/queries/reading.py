"""One article and the list of them."""

from django.db.models import Count, Q, QuerySet

from accounts.enums import Actor, Language
from common.errors import Missing
from knowledge.enums import CATEGORY, Confidence, Verdict
from knowledge.models import Article, ArticleText, Feedback


def article_by_code(*, actor: Actor | None, code: str) -> Article:
    """The article in the actor's scope with its texts, archived ones included for operators. Raises `Missing`."""
    scope = (
        Article.objects.visible_to(actor, with_archived=True)
        .select_related("owner")
        .prefetch_related("texts")
    )
    article = scope.filter(code=code.upper()).first()
    if article is None or not article.texts.all():
        raise Missing
    return article


def articles(
    *, actor: Actor | None, audience: str = "", confidence: str = "", category: str = ""
) -> QuerySet[Article]:
    """The list a reader browses, newest change first, narrowed by what is not empty and known."""
    wants_archived = confidence == Confidence.ARCHIVED
    found = Article.objects.visible_to(actor, with_archived=wants_archived).prefetch_related("texts")
    if audience:
        found = found.filter(audience=audience)
    if confidence:
        found = found.filter(confidence=confidence)
    if CATEGORY.match(category):
        found = found.filter(
            Q(categories__contains=[category]) | Q(categories__contains=[category.partition(".")[0]])
        )
    return found.order_by("-updated_at", "-pk")


def text_of(article: Article, language: str) -> ArticleText:
    """The article in the language, or in the one it has. Works on prefetched texts."""
    return min(article.texts.all(), key=lambda text: text.language != language)


def languages_of(article: Article) -> list[str]:
    """Languages the article is written in, in the order of `Language`."""
    have = {text.language for text in article.texts.all()}
    return [language for language in Language.values if language in have]


def verdicts(article: Article) -> dict[str, int]:
    """How many readers gave each verdict: ``{"helped": 3, "not_helped": 0, "wrong": 1}``."""
    counted = (
        Feedback.objects.filter(article=article)
        .order_by()
        .values_list("verdict")
        .annotate(readers=Count("pk"))
    )
    return {**dict.fromkeys(Verdict.values, 0), **dict(counted)}


def complaints(article: Article) -> QuerySet[Feedback]:
    """What readers reported as wrong since the newest revision."""
    wrong = Feedback.objects.filter(article=article, verdict=Verdict.WRONG, revision=article.version)
    return wrong.select_related("user", "contact")
