"""Leaves the trace of a change: a full copy of the article, numbered, never touched again."""

from typing import Any

from django.db import connection

from accounts.enums import Actor
from knowledge.models import Article, ArticleRevision

Snapshot = dict[str, Any]
HEAD = ("audience", "confidence", "categories")
WORDS = ("title", "summary", "body")


def next_code() -> str:
    """A new article code from the database sequence, for example ``KB-0001``; gaps are normal."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('knowledge_article_code')")
        return f"KB-{cursor.fetchone()[0]:04d}"


def snapshot(article: Article) -> Snapshot:
    """Everything a revision keeps, read from the database."""
    texts = {text.language: {name: getattr(text, name) for name in WORDS} for text in article.texts.all()}
    return {**{name: getattr(article, name) for name in HEAD}, "texts": texts}


def differences(before: Snapshot, after: Snapshot) -> list[str]:
    """Names of what changed: ``audience``, ``ru.body``, ``en`` (a whole language came or went)."""
    changed = [name for name in HEAD if before.get(name) != after[name]]
    old, new = before.get("texts", {}), after["texts"]
    for language in sorted(old.keys() | new.keys()):
        if language not in old or language not in new:
            changed.append(language)
            continue
        changed += [f"{language}.{name}" for name in WORDS if old[language][name] != new[language][name]]
    return changed


def revise(*, actor: Actor, article: Article, before: Snapshot, note: str) -> ArticleRevision | None:
    """Append a revision when anything changed since `before`; call it under the article's row lock."""
    after = snapshot(article)
    changed = differences(before, after)
    if not changed:
        return None
    article.version += 1
    article.save(update_fields=["version", "updated_at"])
    return ArticleRevision.objects.create(
        article=article,
        number=article.version,
        user_id=actor.user_id,
        actor_name=actor.name[:300],
        changed=changed,
        note=note[:500],
        **after,
    )
