"""Articles written for customers."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import contact_required
from common.errors import Invalid, Missing
from common.htmx import DeskRequest
from common.richtext import render_markdown
from knowledge import queries
from knowledge.enums import Verdict
from knowledge.models import Article
from knowledge.services.judging import give_feedback

PAGE = 20


@contact_required
@require_GET
def articles(request: DeskRequest) -> HttpResponse:
    """Search while typing; without words, the newest articles."""
    words = request.GET.get("q", "").strip()
    context: dict[str, object] = {"words": words}
    if words:
        language = request.user.language
        context["hits"] = queries.search(actor=request.actor, text=words, language=language, limit=PAGE)
    else:
        pages = Paginator(queries.articles(actor=request.actor), PAGE)
        page = pages.get_page(request.GET.get("page"))
        language = request.user.language
        context |= {"page": page, "texts": [(found, queries.text_of(found, language)) for found in page]}
    return render(request, "portal/_articles.html" if request.htmx else "portal/articles.html", context)


@contact_required
@require_GET
def article(request: DeskRequest, code: str) -> HttpResponse:
    """One article in the reader's language, or in the one it has."""
    found = _find(request, code)
    text = queries.text_of(found, request.GET.get("lang") or request.user.language)
    context = {
        "article": found,
        "text": text,
        "body": render_markdown(text.body),
        "languages": queries.languages_of(found),
    }
    return render(request, "portal/article.html", context)


@contact_required
@require_POST
def feedback(request: DeskRequest, code: str) -> HttpResponse:
    """«Did this help?»: a thank-you in place, with a way to us when it did not."""
    found = _find(request, code)
    verdict = request.POST.get("verdict", "")
    if verdict not in (Verdict.HELPED, Verdict.NOT_HELPED):
        raise Invalid(field="verdict")
    give_feedback(actor=request.actor, article_id=found.pk, verdict=verdict)
    if not request.htmx:
        return redirect(f"{reverse('portal:article', args=[code])}?said={verdict}#feedback")
    context = {"article": found, "said": verdict, "text": queries.text_of(found, request.user.language)}
    return render(request, "portal/_feedback.html", context)


def _find(request: DeskRequest, code: str) -> Article:
    try:
        return queries.article_by_code(actor=request.actor, code=code)
    except Missing as error:
        raise Http404 from error
