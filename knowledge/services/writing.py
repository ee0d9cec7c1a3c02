"""Write, improve, archive and stub articles. Every change leaves a revision."""

import re
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Actor, Language
from common.db import lock_one
from common.errors import Conflict, Invalid, NotAllowed
from common.richtext import MAX_MARKDOWN, markdown_to_text
from knowledge import permissions
from knowledge.enums import CATEGORY, Audience, Confidence, Text
from knowledge.models import Article, ArticleText
from knowledge.services.revising import next_code, revise, snapshot

# NUL and half characters cannot be stored; private-use characters mark what search found.
UNSEEN = re.compile("[\x00\ud800-\udfff\ue000-\uf8ff]")


@transaction.atomic
def write_article(
    *,
    actor: Actor,
    article_id: int | None = None,
    audience: str,
    texts: Mapping[str, Text | None],
    confidence: str,
    categories: Iterable[str] = (),
    note: str = "",
    expected_version: int | None = None,
    ticket_ref: str = "",
) -> Article:
    """Create (`article_id` None) or change an article.

    `texts` maps a language to its text; None takes that language away, a language not named stays as it is.
    Raises `Conflict` when `expected_version` is no longer the article's version, `NotAllowed` when the actor may not
    write it or may not call it checked, `Invalid` for a value that cannot be kept.
    """
    if not permissions.can_write(actor):
        raise NotAllowed
    head = _head(audience, confidence, categories)
    article = _existing(actor, article_id, expected_version) if article_id else _new(actor, head, ticket_ref)
    before = snapshot(article) if article_id else {}
    if confidence == Confidence.VALIDATED and not permissions.can_validate(actor):
        raise NotAllowed(
            _("Only an engineer of line 3 or a knowledge editor can mark an article as checked.")
        )
    for name, value in head.items():
        setattr(article, name, value)
    article.save(update_fields=[*head, "updated_at"])
    for language, text in texts.items():
        _put(article, language, text)
    if not article.texts.exists():
        raise Invalid(_("Write the article in at least one language."), field="texts")
    revise(actor=actor, article=article, before=before, note=note)
    return article


@transaction.atomic
def archive(*, actor: Actor, article_id: int, note: str = "") -> Article:
    """Take an article out of search and suggestions; it stays readable on demand. Idempotent."""
    article = lock_one(Article.objects.visible_to(actor, with_archived=True), article_id)
    if not permissions.can_archive(actor):
        raise NotAllowed
    return _set_confidence(actor, article, Confidence.ARCHIVED, note)


@transaction.atomic
def restore(*, actor: Actor, article_id: int, note: str = "") -> Article:
    """Bring an archived article back as one that has to be checked again."""
    article = lock_one(Article.objects.visible_to(actor, with_archived=True), article_id)
    if not permissions.can_archive(actor):
        raise NotAllowed
    if article.confidence != Confidence.ARCHIVED:
        raise Conflict(_("This article is not archived."))
    return _set_confidence(actor, article, Confidence.NOT_VALIDATED, note)


def _set_confidence(actor: Actor, article: Article, confidence: Confidence, note: str) -> Article:
    before = snapshot(article)
    article.confidence = confidence
    article.save(update_fields=["confidence", "updated_at"])
    revise(actor=actor, article=article, before=before, note=note)
    return article


def _head(audience: str, confidence: str, categories: Iterable[str]) -> dict[str, object]:
    codes = sorted({code.strip().upper() for code in categories if code.strip()})
    if audience not in Audience.values:
        raise Invalid(_("Choose who may read the article."), field="audience")
    if confidence not in Confidence.values or confidence == Confidence.ARCHIVED:
        raise Invalid(_("Choose how far the article can be trusted."), field="confidence")
    if any(not CATEGORY.match(code) for code in codes):
        raise Invalid(_("Write category codes like EM.NET."), field="categories")
    if len(codes) > 30:
        raise Invalid(_("Name at most 30 categories."), field="categories")
    return {"audience": audience, "confidence": confidence, "categories": codes}


def _new(actor: Actor, head: dict[str, object], ticket_ref: str) -> Article:
    return Article.objects.create(
        code=next_code(),
        owner_id=actor.user_id,
        ticket_ref=ticket_ref,
        **{**head, "confidence": Confidence.WIP},
    )


def _existing(actor: Actor, article_id: int, expected_version: int | None) -> Article:
    article = lock_one(Article.objects.visible_to(actor, with_archived=True), article_id)
    if not permissions.can_edit(actor, article):
        raise NotAllowed(_("This article is checked. Report what is wrong in it, or ask a knowledge editor."))
    if expected_version is not None and expected_version != article.version:
        raise Conflict(_("Somebody changed this article meanwhile. Compare the history and try again."))
    return article


def _put(article: Article, language: str, text: Text | None) -> None:
    if language not in Language.values:
        raise Invalid(_("Articles are written in Russian and English."), field="texts")
    if text is None:
        ArticleText.objects.filter(article=article, language=language).delete()
        return
    title, body = _stored(text.title), _stored(text.body, lines=True)
    if not title or not body:
        raise Invalid(
            _("An article needs a title and a text."), field=f"{language}.{'body' if title else 'title'}"
        )
    if len(title) > 200 or len(text.summary) > 500 or len(body) > MAX_MARKDOWN:
        raise Invalid(
            _("The title takes 200 characters, the summary 500, the text 60,000."), field=f"{language}.body"
        )
    values = {"title": title, "summary": _stored(text.summary), "body": body, "words": _words(body)}
    ArticleText.objects.update_or_create(article=article, language=language, defaults=values)


def _words(body: str) -> str:
    """For the search index, whose parser would take «<» for a tag and skip what follows."""
    return markdown_to_text(body).translate({ord("<"): " ", ord(">"): " "})


def _stored(value: str, *, lines: bool = False) -> str:
    """What the database can hold and a reader can see; one kind of line end."""
    text = UNSEEN.sub("", value).replace("\r\n", "\n").strip()
    return text if lines else " ".join(text.split())
