"""Nouns of the room."""

from knowledge.models.article import Article
from knowledge.models.feedback import Feedback
from knowledge.models.revision import ArticleRevision
from knowledge.models.text import ArticleText

__all__ = ["Article", "ArticleRevision", "ArticleText", "Feedback"]
