"""Full-text search and suggestions. Hostile text finds nothing; it breaks nothing."""

import html
import re
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchHeadline, SearchRank
from django.db.models import Case, ExpressionWrapper, F, FloatField, QuerySet, Value, When
from django.db.models.functions import Extract
from django.utils.safestring import SafeString, mark_safe

from accounts.enums import Actor
from knowledge.enums import CATEGORY, Confidence
from knowledge.models import Article, ArticleText
from knowledge.queries.terms import Query, Terms, any_of, every

Texts = QuerySet[ArticleText]
Rows = QuerySet[ArticleText, dict[str, Any]]

# Private-use characters: writing removes them from articles, and escaping leaves them alone.
MARK_START, MARK_STOP = "\ue000", "\ue001"
WEIGHTS = [0.05, 0.2, 0.5, 1.0]  # as written, body, summary, title
BODY_POOL = 500
CODE = re.compile(r"\s*kb[-\s]?0*(\d{1,9})\s*\Z", re.IGNORECASE)
TRUST = {
    Confidence.VALIDATED: 1.25,
    Confidence.NOT_VALIDATED: 1.0,
    Confidence.WIP: 0.7,
    Confidence.ARCHIVED: 0.4,
}


@dataclass(frozen=True, slots=True)
class Hit:
    """One found article, in the language it was found in. `snippet` is escaped HTML with <mark>."""

    article_id: int
    code: str
    title: str
    language: str
    snippet: SafeString
    audience: str
    confidence: str
    rank: float


def search(
    *, actor: Actor | None, text: str, language: str, limit: int = 20, with_archived: bool = False
) -> list[Hit]:
    """Articles with all the words (the last one may be unfinished), best first; if none has all, with any of them.

    Both languages are searched; the reader's own wins ties. Never raises, whatever the text is.
    """
    rows = ArticleText.objects.filter(
        article__in=Article.objects.visible_to(actor, with_archived=with_archived)
    )
    named = _named(rows, text, language)
    terms = Terms.of(text)
    if not terms:
        return named
    hits = _highlighted(_chosen(rows, every(terms), language, limit), every(terms))
    if not hits and len(terms.words) > 1:
        hits = _highlighted(_chosen(rows, any_of(terms), language, limit), any_of(terms))
    return (named + [hit for hit in hits if hit.code not in {first.code for first in named}])[:limit]


def suggest(
    *, actor: Actor | None, text: str, category_code: str = "", language: str, limit: int = 5
) -> list[Hit]:
    """Articles that may help with a request, from its subject and text; those of its category come first.

    Without usable words, the newest checked articles of the category. Made for typing speed: no highlighting.
    """
    rows = ArticleText.objects.filter(article__in=Article.objects.visible_to(actor))
    category_code = category_code if CATEGORY.match(category_code) else ""
    terms = Terms.of(text, meaningful=True)
    if terms:
        return _hits(_chosen(rows, any_of(terms), language, limit, category_code))
    if not category_code:
        return []
    helping = rows.filter(
        article__categories__contains=[category_code], article__confidence=Confidence.VALIDATED
    )
    newest = helping.annotate(score=Extract("article__updated_at", "epoch", output_field=FloatField()))
    return _hits(_best(_columns(newest), language, limit))


def _named(rows: Texts, text: str, language: str) -> list[Hit]:
    """The article whose code was typed, however sloppily: ``kb 12``."""
    match = CODE.match(text[:40])
    if not match:
        return []
    named = rows.filter(article__code=f"KB-{int(match[1]):04d}").annotate(score=Value(1.0))
    return _hits(_best(_columns(named), language, 1))


def _chosen(
    rows: Texts, query: Query, language: str, limit: int, category_code: str = ""
) -> list[dict[str, Any]]:
    """Best rows for a query: first those that match by title and summary, then, if there is room, by their body."""
    rank = _score("lead", query, language, category_code)
    chosen = _best(_columns(rows.filter(lead=query).annotate(score=rank)), language, limit)
    if len(chosen) == limit:
        return chosen
    rest = rows.exclude(article__in=[row["article_id"] for row in chosen])
    # Ranking reads the whole vector of each row, so a word that stands everywhere is ranked in a part of them only.
    pool = rest.filter(pk__in=rest.filter(search=query).order_by().values("pk")[:BODY_POOL])
    rank = _score("search", query, language, category_code)
    return chosen + _best(_columns(pool.annotate(score=rank)), language, limit - len(chosen))


def _highlighted(rows: list[dict[str, Any]], query: Query) -> list[Hit]:
    if not rows:
        return []
    headline = SearchHeadline(
        "words", query, start_sel=MARK_START, stop_sel=MARK_STOP, max_words=28, min_words=12, max_fragments=2
    )
    texts = ArticleText.objects.filter(pk__in=[row["pk"] for row in rows])
    return _hits(rows, dict(texts.values_list("pk", headline)))


def _score(vector: str, query: Query, language: str, category_code: str) -> "ExpressionWrapper[Any]":
    score: Any = SearchRank(F(vector), query, weights=WEIGHTS, normalization=Value(1))
    score *= _factor(
        *(When(article__confidence=level, then=Value(factor)) for level, factor in TRUST.items())
    )
    score *= _factor(When(language=language, then=Value(1.1)))
    if category_code:
        score *= _factor(
            When(article__categories__contains=[category_code], then=Value(2.0)),
            When(article__categories__contains=[category_code.partition(".")[0]], then=Value(1.4)),
        )
    return ExpressionWrapper(score, output_field=FloatField())


def _factor(*cases: When) -> Case:
    return Case(*cases, default=Value(1.0), output_field=FloatField())


def _columns(rows: QuerySet[Any]) -> Rows:
    heads = {name: F(f"article__{name}") for name in ("code", "audience", "confidence")}
    return rows.order_by(F("score").desc(), "-article_id").values(
        "pk", "article_id", "language", "title", "summary", "score", **heads
    )


def _best(rows: Rows, language: str, limit: int) -> list[dict[str, Any]]:
    """One row per article: found in both languages, it is shown in the reader's."""
    best: dict[int, dict[str, Any]] = {}
    for row in rows[: limit * 2]:
        if row["language"] == language or row["article_id"] not in best:
            best[row["article_id"]] = row
    return list(best.values())[:limit]


def _hits(rows: list[dict[str, Any]], snippets: dict[int, str] | None = None) -> list[Hit]:
    shown = ("article_id", "code", "title", "language", "audience", "confidence")
    return [
        Hit(
            **{name: row[name] for name in shown},
            snippet=_marked((snippets or {}).get(row["pk"]) or row["summary"]),
            rank=row["score"],
        )
        for row in rows
    ]


def _marked(words: str) -> SafeString:
    escaped = html.escape(words).replace(MARK_START, "<mark>").replace(MARK_STOP, "</mark>")
    return mark_safe(escaped)  # noqa: S308  # escaped on the line above; only the two marks are put in
