"""The knowledge base of the demo: Markdown files with a title line and a summary line."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.enums import Actor, Language
from helpdesk.demo.data_files import DATA, read
from knowledge.enums import Text
from knowledge.models import Article
from knowledge.services.writing import write_article


def write_articles(editor: Actor, now: datetime) -> dict[str, Article]:
    """Every article of `data/articles`, by its short name."""
    entries = read("articles.toml")["article"]
    made = {
        entry["slug"]: write_article(
            actor=editor,
            audience=entry["audience"],
            confidence=entry["confidence"],
            categories=entry["categories"],
            texts={language: text(entry["slug"], language) for language in Language.values},
        )
        for entry in entries
    }
    for position, article in enumerate(made.values()):
        age = timedelta(days=220 - 9 * position)
        Article.objects.filter(pk=article.pk).update(created_at=now - age, updated_at=now - age / 3)
    return made


def text(slug: str, language: str) -> Text:
    """`# Title`, `> summary`, then the body."""
    raw = (DATA / "articles" / f"{slug}.{language}.md").read_text(encoding="utf-8")
    title, summary, body = raw.split("\n\n", 2)
    return Text(title=title.removeprefix("# "), summary=summary.removeprefix("> "), body=body)
