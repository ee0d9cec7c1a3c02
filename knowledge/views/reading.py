"""Finding and reading articles."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from accounts.permissions import operator_required
from common.htmx import DeskRequest
from common.richtext import render_markdown
from knowledge import permissions, queries
from knowledge.enums import Confidence, Verdict
from knowledge.forms import FilterForm

PAGE = 40


def reader_language() -> str:
    """The language the page is shown in, as a text's code."""
    return (get_language() or "en")[:2]


@operator_required
@require_GET
def index(request: DeskRequest) -> HttpResponse:
    """Search with live results; without words, the list by its last change."""
    form = FilterForm(request.GET)
    chosen = form.chosen()
    words, page = chosen.pop("q"), chosen.pop("page")
    context: dict[str, object] = {
        "here": "knowledge",
        "form": form,
        "words": words,
        "can_write": permissions.can_write(request.actor),
    }
    if words.strip():
        archived = chosen["confidence"] == Confidence.ARCHIVED
        context["hits"] = queries.search(
            actor=request.actor, text=words, language=reader_language(), limit=PAGE, with_archived=archived
        )
    else:
        start = (page - 1) * PAGE
        found = list(queries.articles(actor=request.actor, **chosen)[start : start + PAGE + 1])
        context |= {
            "articles": found[:PAGE],
            "page": page,
            "next_page": page + 1 if len(found) > PAGE else None,
        }
    return render(request, "knowledge/_results.html" if request.htmx else "knowledge/index.html", context)


@login_required
@require_GET
def article(request: DeskRequest, code: str) -> HttpResponse:
    """One article as its reader may see it; contacts read what is published for customers."""
    found = queries.article_by_code(actor=request.actor, code=code)
    text = queries.text_of(found, request.GET.get("lang") or reader_language())
    inside = permissions.can_see_history(request.actor)
    context = {
        "here": "knowledge",
        "article": found,
        # Contacts who follow a link into the operators' pages read it in the frame of their own side.
        "frame": "base.html" if inside else "base_portal.html",
        "text": text,
        "body": render_markdown(text.body),
        "languages": queries.languages_of(found),
        "verdicts": Verdict.choices,
        "counts": queries.verdicts(found) if inside else None,
        "complaints": queries.complaints(found) if inside else None,
        "can_edit": permissions.can_edit(request.actor, found),
        "can_archive": inside and permissions.can_archive(request.actor),
        "can_see_history": inside,
    }
    return render(request, "knowledge/article.html", context)


@login_required
@require_GET
def suggest(request: DeskRequest) -> HttpResponse:
    """The list of articles that may help, for the ticket page and for the portal's form while typing."""
    hits = queries.suggest(
        actor=request.actor,
        text=request.GET.get("q", ""),
        category_code=request.GET.get("category", "").upper()[:16],
        language=(request.GET.get("language") or reader_language())[:2],
    )
    return render(request, "knowledge/_suggestions.html", {"hits": hits})


@operator_required
@require_GET
def history(request: DeskRequest, code: str) -> HttpResponse:
    """Revisions of an article and what changed between two of them (by default the last change)."""
    found = queries.article_by_code(actor=request.actor, code=code)
    newer = _number(request.GET.get("newer"), found.version)
    older = _number(request.GET.get("older"), newer - 1)
    context = {
        "here": "knowledge",
        "article": found,
        "text": queries.text_of(found, reader_language()),
        "revisions": queries.revisions(found),
        "changes": queries.compare(article=found, older=older, newer=newer),
        "older": older,
        "newer": newer,
    }
    return render(request, "knowledge/_changes.html" if request.htmx else "knowledge/history.html", context)


def _number(typed: str | None, default: int) -> int:
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 9 else max(default, 0)
