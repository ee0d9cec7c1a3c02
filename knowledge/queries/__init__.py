"""Read side: pages, the ticket's panel and the portal find articles here."""

from knowledge.queries.finding import Hit, search, suggest
from knowledge.queries.history import Change, compare, revisions
from knowledge.queries.reading import (
    article_by_code,
    articles,
    complaints,
    languages_of,
    text_of,
    verdicts,
)

__all__ = [
    "Change",
    "Hit",
    "article_by_code",
    "articles",
    "compare",
    "complaints",
    "languages_of",
    "revisions",
    "search",
    "suggest",
    "text_of",
    "verdicts",
]
