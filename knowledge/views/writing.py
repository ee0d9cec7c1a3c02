"""Writing, checking and judging articles."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import operator_required
from common.errors import DomainError, NotAllowed
from common.htmx import DeskRequest
from common.richtext import render_markdown
from knowledge import permissions, queries
from knowledge.enums import Confidence
from knowledge.forms import ArticleForm, FeedbackForm
from knowledge.models import Article
from knowledge.services import judging
from knowledge.services import writing as services


@operator_required
@require_http_methods(["GET", "POST"])
def new(request: DeskRequest) -> HttpResponse:
    """Write an article. The title may come along, for example from a search that found nothing."""
    if request.method == "POST":
        return _write(request, None)
    words = request.GET.get("title", "")[:200]
    initial = {"confidence": Confidence.WIP, f"title_{request.user.language}": words}
    return _page(request, ArticleForm(initial=initial, actor=request.actor), None)


@operator_required
@require_http_methods(["GET", "POST"])
def edit(request: DeskRequest, code: str) -> HttpResponse:
    """Improve an article, with a preview beside the text."""
    article = queries.article_by_code(actor=request.actor, code=code)
    if not permissions.can_edit(request.actor, article):
        raise NotAllowed(_("This article is checked. Report what is wrong in it, or ask a knowledge editor."))
    if request.method == "POST":
        return _write(request, article)
    return _page(request, ArticleForm(initial=ArticleForm.initial_of(article), actor=request.actor), article)


def _write(request: DeskRequest, article: Article | None) -> HttpResponse:
    form = ArticleForm(request.POST, actor=request.actor)
    if form.is_valid():
        try:
            written = services.write_article(
                actor=request.actor,
                article_id=article.pk if article else None,
                audience=form.cleaned_data["audience"],
                texts=form.texts(),
                confidence=form.cleaned_data["confidence"],
                categories=form.cleaned_data["categories"],
                note=form.cleaned_data["note"],
                expected_version=form.cleaned_data["version"] if article else None,
            )
        except DomainError as error:
            form.add_error(None, error.detail)
        else:
            messages.success(request, _("%(code)s is saved.") % {"code": written.code})
            return redirect(written)
    # What was typed stays on the page, whatever was wrong with it.
    return _page(request, form, article, status=422)


def _page(
    request: DeskRequest, form: ArticleForm, article: Article | None, status: int = 200
) -> HttpResponse:
    context = {"here": "knowledge", "form": form, "article": article}
    return render(request, "knowledge/edit.html", context, status=status)


@operator_required
@require_POST
def preview(request: DeskRequest) -> HttpResponse:
    """How the text will look. Language chosen by `language`, the text by `body_<language>`."""
    language = request.POST.get("language", "")
    if f"body_{language}" not in request.POST:
        raise Http404
    context = {"body": render_markdown(request.POST[f"body_{language}"]), "language": language}
    return render(request, "knowledge/_preview.html", context)


@operator_required
@require_POST
def archive(request: DeskRequest, code: str) -> HttpResponse:
    article = queries.article_by_code(actor=request.actor, code=code)
    services.archive(actor=request.actor, article_id=article.pk, note=request.POST.get("note", ""))
    messages.success(request, _("%(code)s is in the archive.") % {"code": article.code})
    return redirect(article)


@operator_required
@require_POST
def restore(request: DeskRequest, code: str) -> HttpResponse:
    article = queries.article_by_code(actor=request.actor, code=code)
    services.restore(actor=request.actor, article_id=article.pk, note=request.POST.get("note", ""))
    messages.success(request, _("%(code)s is back and waits to be checked.") % {"code": article.code})
    return redirect(article)


@login_required
@require_POST
def feedback(request: DeskRequest, code: str) -> HttpResponse:
    """A reader's verdict: a thank-you in place for htmx, the page again otherwise."""
    article = queries.article_by_code(actor=request.actor, code=code)
    form = FeedbackForm(request.POST)
    form.is_valid()
    judging.give_feedback(
        actor=request.actor,
        article_id=article.pk,
        verdict=form.cleaned_data.get("verdict", ""),
        comment=form.cleaned_data.get("comment", ""),
        ticket_ref=form.cleaned_data.get("ticket_ref", ""),
    )
    if request.htmx:
        return render(request, "knowledge/_thanks.html", {"article": article})
    messages.success(request, _("Thank you: your answer improves the article."))
    return redirect(article)
